"""Families as a list shows them: a fixed number of queries for a page."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from registration import languages, phones
from registration.extensions import db
from registration.families.models import (
    ENDING,
    OWN_WORDS,
    InterpretationEvent,
    InterpretationRequest,
    Modality,
    Registration,
    Status,
)
from registration.families.words import attendance, people
from registration.i18n import gettext
from registration.meetings.shown import tongue
from registration.staff.meetings.shown import Chip


@dataclass(frozen=True, slots=True)
class Wished:
    """A language that a family asked for; `name` is empty where it would say the own name again."""

    own_name: str
    lang: str
    dir: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One family."""

    registration: Registration
    wishes: Sequence[Wished]
    people: str
    attendance: str
    phone: str
    marks: Sequence[Chip]


def rows(ids: Sequence[int], locale: str) -> list[Row]:
    """Families in the order of `ids`."""
    found = {row.id: row for row in db.session.scalars(select(Registration).where(Registration.id.in_(ids)))}
    requests = standing_requests(ids)
    return [_row(found[one], requests[one], locale) for one in ids if one in found]


def standing_requests(ids: Collection[int]) -> Mapping[int, list[InterpretationRequest]]:
    """What families ask for that still stands, by family; one query."""
    request = InterpretationRequest
    ended = select(InterpretationEvent.id).where(
        InterpretationEvent.request_id == request.id, InterpretationEvent.event.in_(ENDING)
    )
    query = select(request).where(request.registration_id.in_(ids), ~ended.exists()).order_by(request.id)
    by_family: dict[int, list[InterpretationRequest]] = defaultdict(list)
    for row in db.session.scalars(query):
        by_family[row.registration_id].append(row)
    return by_family


def _row(row: Registration, requests: Sequence[InterpretationRequest], locale: str) -> Row:
    return Row(
        registration=row,
        wishes=[wished(one, locale) for one in requests],
        people=people(row.adults, row.children),
        attendance=attendance(row.attendance),
        phone=phones.display(row.phone) if row.phone else "",
        marks=_marks(row, requests),
    )


def wished(request: InterpretationRequest, locale: str) -> Wished:
    """A request in words."""
    if request.language == OWN_WORDS:
        return Wished(request.own_words, "und", "auto", "")
    one = tongue(request.language, locale)
    if request.modality == Modality.CAPTIONS:
        return Wished(languages.capitalised(gettext("Captions in %(language)s", language=one.name)), "", "", "")
    return Wished(one.own_name, languages.html_lang(one.tag), one.dir, languages.capitalised(one.translated))


def _marks(row: Registration, requests: Sequence[InterpretationRequest]) -> list[Chip]:
    present = row.status != Status.WITHDRAWN
    known = (
        (any(one.late for one in requests), Chip("warn", "clock", gettext("Late"))),
        (row.call_me and present, Chip("warn", "phone", gettext("Please call"))),
        (row.email is None and row.erased_at is None, Chip("info", "phone", gettext("No email"))),
        (row.same_address and row.same_address_seen_at is None, Chip("info", "mail", gettext("Same address"))),
        (row.not_me_at is not None, Chip("bad", "alert", gettext("Not me"))),
    )
    return [chip for holds, chip in known if holds]
