"""What happened to a registration, the newest first: its row, its requests, its messages, the record."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from registration import dates, i18n, languages
from registration.accounts.models import AuditEntry, Person
from registration.extensions import db
from registration.families.models import (
    OWN_WORDS,
    Event,
    InterpretationRequest,
    Modality,
    Registration,
)
from registration.families.tell import SUBJECT
from registration.i18n import gettext
from registration.mail.models import OutboxMessage
from registration.meetings.shown import tongue
from registration.staff.outcomes.words import reason

MOST_MESSAGES = 100
# What a message tells of and what the record says of it stand in one transaction, so moments apart.
TOGETHER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing: when, what, by whom ("" for the family or the program), more words."""

    at: datetime
    what: str
    who: str = ""
    text: str = ""
    dir: str = ""


def messages_to(registration_id: int) -> Sequence[OutboxMessage]:
    """The messages to a family, the newest first."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.subject_kind == SUBJECT, OutboxMessage.subject_id == registration_id)
        .order_by(OutboxMessage.id.desc())
        .limit(MOST_MESSAGES)
    )
    return db.session.scalars(query).all()


def entries_of(registration_id: int) -> Sequence[tuple[AuditEntry, str]]:
    """What the record says of a registration, with the name of who did it."""
    query = (
        select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .where(AuditEntry.object_kind == "registration", AuditEntry.object_id == registration_id)
        .order_by(AuditEntry.id.desc())
        .limit(MOST_MESSAGES)
    )
    return [(entry, name or "") for entry, name in db.session.execute(query)]


def history(
    registration: Registration,
    registered_by: str,
    messages: Iterable[OutboxMessage],
    entries: Sequence[tuple[AuditEntry, str]],
) -> list[Happened]:
    """All of it. The registration has its requests and their events loaded; calls stand apart on the page."""
    found = [
        *_recorded(entries),
        *_asked(registration),
        *_told(messages, entries),
    ]
    if registration.not_me_at is not None:
        found.append(Happened(registration.not_me_at, gettext("The owner of the address said: this is not me")))
    if registration.erased_at is not None:
        found.append(Happened(registration.erased_at, gettext("The data of the family was deleted")))
    # Registering is the beginning, whatever else happened in the same moment.
    return [*sorted(found, key=lambda one: one.at, reverse=True), _registered(registration, registered_by)]


def _registered(registration: Registration, by: str) -> Happened:
    what = gettext("Registered by staff") if registration.registered_by_id else gettext("Registered")
    return Happened(registration.created_at, what, by)


def _asked(registration: Registration) -> Iterator[Happened]:
    names = _names({event.person_id for request in registration.requests for event in request.events} - {None})
    for request in registration.requests:
        named = request_name(request)
        if request.created_at > registration.created_at:
            yield Happened(request.created_at, gettext("Interpreter asked for"), text=named, dir="auto")
        for event in request.events:
            why = reason(event.reason)
            text = f"{named}. {why}." if why else named
            yield Happened(event.at, _events()[Event(event.event)], names.get(event.person_id or 0, ""), text, "auto")


def _names(ids: Collection[int | None]) -> dict[int, str]:
    """The names of people by their number; no query where there are none."""
    if not ids:
        return {}
    return {one.id: one.name for one in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def request_name(request: InterpretationRequest) -> str:
    """What was asked for, in words: a language, captions, or the family's own words."""
    if request.modality == Modality.CAPTIONS:
        return gettext("Captions")
    if request.language == OWN_WORDS:
        return request.own_words or gettext("In own words")
    return languages.capitalised(tongue(request.language, i18n.speaking()).name)


def _events() -> dict[Event, str]:
    return {
        Event.WITHDRAWN: gettext("Request taken back"),
        Event.MAPPED: gettext("Own words understood as a language"),
        Event.LOOKING: gettext("Looking for an interpreter"),
        Event.CONFIRMED: gettext("Interpreter confirmed"),
        Event.ANOTHER_WAY: gettext("Another way offered"),
        Event.SERVED: gettext("Served"),
        Event.PARTLY: gettext("Partly served"),
        Event.UNMET: gettext("Not served"),
    }


def _told(messages: Iterable[OutboxMessage], entries: Sequence[tuple[AuditEntry, str]]) -> Iterator[Happened]:
    words = {
        "waiting": gettext("On the waiting list"),
        "promoted": gettext("Seats came free: registered"),
        "changed": gettext("Answers changed"),
        "withdrawn": gettext("Said that it cannot come"),
        "link": gettext("Link asked for again"),
    }
    same = {
        "changed": ("family.changed",),
        "withdrawn": ("family.withdrawn",),
        "link": ("family.link_sent", "family.link_renewed", "family.kept"),
    }
    for message in messages:
        # Where staff did it, the record says so, and who.
        known = any(
            entry.action in same.get(message.message, ()) and abs(entry.at - message.created_at) < TOGETHER
            for entry, _ in entries
        )
        if message.message in words and not known:
            yield Happened(message.created_at, words[message.message])


def _recorded(entries: Iterable[tuple[AuditEntry, str]]) -> Iterator[Happened]:
    words = {
        "family.changed": gettext("Answers changed by staff"),
        "family.withdrawn": gettext("Withdrawn by staff"),
        "family.link_sent": gettext("Link sent again by staff"),
        "family.link_renewed": gettext("New link sent by staff; the old one stopped working"),
        "family.mapped": gettext("Language chosen by staff"),
        "family.noted": gettext("Note on the language written"),
        "family.address_seen": gettext("Shared address looked at"),
        "family.kept": gettext("Asked, and it was them"),
        "family.erased": gettext("Data deleted by staff"),
        "family.data_given": gettext("Data given to the family"),
        "family.removed": gettext("Removed as not real"),
        "family.restored": gettext("Brought back"),
    }
    for entry, who in entries:
        if entry.action in words:
            yield Happened(entry.at, words[entry.action], who, ", ".join(_fields(entry)))


def _fields(entry: AuditEntry) -> list[str]:
    fields = entry.facts.get("fields", [])
    known = field_names()
    return [known[one] for one in fields if one in known] if isinstance(fields, list) else []


def field_names() -> dict[str, str]:
    """The answers by the name of their field, in words."""
    return {
        "name": gettext("Name"),
        "phone": gettext("Phone"),
        "email": gettext("Email"),
        "spoken": gettext("Interpreter"),
        "other_language": gettext("Another language or dialect"),
        "listeners": gettext("Listeners"),
        "call_me": gettext("Please call me"),
        "adults": gettext("Adults"),
        "children": gettext("Children"),
        "attendance": gettext("How they come"),
        "needs": gettext("Other needs"),
        "needs_other": gettext("Other needs"),
        "childcare_children": gettext("Childcare"),
        "question": gettext("Question for the meeting"),
        "contact_language": gettext("Language to write or speak"),
        "locale": gettext("Language of the pages"),
    }


def shown(happened: Iterable[Happened], zone: str) -> list[dict[str, str]]:
    """As components/staff/records.html takes it."""
    return [
        {"when": moment(one.at, zone), "who": one.who, "what": one.what, "text": one.text, "dir": one.dir}
        for one in happened
    ]


def moment(at: datetime, zone: str) -> str:
    """A day and a time, in words."""
    return f"{dates.full_date(at, zone, i18n.speaking())}, {dates.time(at, zone, i18n.speaking())}"
