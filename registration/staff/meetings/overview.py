"""One meeting in numbers: who comes, what is asked and arranged, when families registered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registration import dates, languages
from registration.extensions import db
from registration.families import days
from registration.families.models import ENDING, InterpretationEvent, InterpretationRequest, Modality
from registration.i18n import gettext
from registration.meetings import texts
from registration.meetings.models import Meeting
from registration.meetings.texts import Said
from registration.staff import charts
from registration.staff.meetings.arranged import Line
from registration.staff.meetings.shown import KINDS, MOST_LATE, LineShown, late_words, line_shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is held; `name` and `room` may be empty."""

    name: Said
    room: Said
    address: str


class Late(NamedTuple):
    """Late requests by language and modality; `more`: there are more than these."""

    counts: Counter[tuple[str, str]]
    more: bool


def meeting_of(meeting_id: int) -> Meeting | None:
    """A meeting with its place."""
    query = select(Meeting).where(Meeting.id == meeting_id).options(joinedload(Meeting.place))
    return db.session.scalars(query).one_or_none()


def said(meeting: Meeting, locale: str, source: str) -> tuple[Said, Place | None]:
    """Title and place in words; one query."""
    owners = [("meeting", meeting.id), *([("place", meeting.place_id)] if meeting.place_id else [])]
    found = texts.load(owners)
    title = texts.say(found, "meeting", meeting.id, "title", locale, source)
    place = None
    if meeting.place is not None:
        place = Place(
            name=texts.say(found, "place", meeting.place.id, "name", locale, source),
            room=texts.say(found, "meeting", meeting.id, "room", locale, source),
            address=meeting.place.address,
        )
    return title or Said(meeting.slug, "", "ltr", False), place


def drawn(lines: Sequence[Line], late: Late, locale: str) -> list[LineShown]:
    """The lines with their bars, all on one scale."""
    kinds = [(line.asked, KINDS[line.standing]) for line in lines]
    bars = charts.demand(
        kinds, right_to_left=languages.direction(locale) == "rtl", words=lambda n: dates.count(n, locale)
    )
    return [
        line_shown(line, locale, late_words(late.counts[line.language, line.modality], late.more), bar)
        for line, bar in zip(lines, bars, strict=True)
    ]


def late_requests(meeting_id: int) -> Late:
    """Late requests that stand, by language and modality; MOST_LATE of the meeting are looked at, not more."""
    request = InterpretationRequest
    # First the limit, then whether they stand, by a value instead of EXISTS: for that PostgreSQL would look at every
    # event there is.
    some = (
        select(request.id, request.language, request.modality)
        .where(request.meeting_id == meeting_id, request.late)
        # In the order of the index: without one, PostgreSQL hopes to meet so many soon wherever it begins.
        .order_by(request.registration_id)
        .limit(MOST_LATE)
        .subquery()
    )
    ended = select(InterpretationEvent.id).where(
        InterpretationEvent.request_id == some.c.id, InterpretationEvent.event.in_(ENDING)
    )
    query = select(some.c.language, some.c.modality, ended.limit(1).scalar_subquery().is_(None).label("stands"))
    rows = db.session.execute(query).all()
    counts = Counter((row.language, row.modality) for row in rows if row.stands)
    return Late(counts, len(rows) == MOST_LATE)


def registrations(meeting: Meeting, notice_days: int, locale: str) -> charts.Days:
    """Registrations a day, with the last day on which a request is in time."""
    last = (meeting.starts_at - timedelta(days=notice_days)).astimezone(ZoneInfo(meeting.time_zone)).date()
    return charts.registrations(
        [(one.day, one.registrations) for one in days.of_meeting(meeting)],
        day=lambda day: dates.short_day(day, locale),
        words=lambda number: dates.count(number, locale),
        cutoff=last,
        right_to_left=languages.direction(locale) == "rtl",
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number with its words (components/staff/figures.html)."""

    value: str
    label: str
    of: str = ""
    href: str = ""


def figures(meeting: Meeting, lines: Sequence[Line], locale: str) -> list[Figure]:
    """The numbers of a meeting that are read at a glance."""

    def number(n: int) -> str:
        return dates.count(n, locale)

    def of(total: int | None) -> str:
        return "" if total is None else gettext("of %(number)s", number=number(total))

    found = []
    if meeting.in_person:
        found.append(Figure(number(meeting.seats_taken), gettext("in the room"), of(meeting.capacity)))
    if meeting.online:
        found.append(Figure(number(meeting.online_taken), gettext("online"), of(meeting.online_capacity)))
    children = meeting.children_taken + meeting.children_online
    adults = meeting.seats_taken + meeting.online_taken - children
    found.append(Figure(number(adults), gettext("adults")))
    found.append(Figure(number(children), gettext("children")))
    if waiting := meeting.waiting + meeting.waiting_online:
        found.append(Figure(number(waiting), gettext("families on the waiting list")))
    if meeting.childcare:
        found.append(Figure(number(meeting.childcare_taken), gettext("in childcare"), of(meeting.childcare_capacity)))
    asked = sum(line.asked for line in lines)
    settled = sum(line.asked for line in lines if line.standing.settled)
    found.append(Figure(number(asked), gettext("requests for an interpreter")))
    if asked:
        found.append(Figure(number(settled), gettext("of these are settled"), of(asked)))
    return found


def spoken(lines: Sequence[LineShown]) -> list[LineShown]:
    """Those of languages that are heard, own words aside."""
    return [one for one in lines if one.line.modality is Modality.SPOKEN and not one.line.own_words]


def seen(lines: Sequence[LineShown]) -> list[LineShown]:
    """Those of sign languages and captions."""
    return [one for one in lines if one.line.modality is not Modality.SPOKEN]


def own_words(lines: Sequence[LineShown]) -> list[LineShown]:
    """Those of languages that staff do not know yet."""
    return [one for one in lines if one.line.own_words]
