"""Which registrations look fake: a list of the newest, narrowed. Reads only, and no more rows than it shows."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from registration.extensions import db
from registration.families.models import Registration, Removal, Status
from registration.meetings.models import Meeting
from registration.staff.removals.foreseen import MOST, UNDO_WITHIN, Foreseen, Party, foresee

# Of all registrations so many are shown.
NEWEST = 50
# Of waiting families so many are looked at to say who gets the seats.
MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class Looks:
    """What the list is narrowed to. Days are those of the meeting's zone, both included."""

    name: str = ""
    domain: str = ""
    since: date | None = None
    until: date | None = None


def like(looks: Looks, meeting: Meeting) -> list[Registration]:
    """The newest registrations of a meeting that stand and look so, at most MOST."""
    conditions: list[ColumnElement[bool]] = []
    if looks.name:
        conditions.append(Registration.name.icontains(looks.name, autoescape=True))
    if looks.domain:
        conditions.append(Registration.email_folded.endswith("@" + looks.domain.casefold(), autoescape=True))
    zone = ZoneInfo(meeting.time_zone)
    if looks.since is not None:
        conditions.append(Registration.created_at >= _begins(looks.since, zone))
    if looks.until is not None:
        conditions.append(Registration.created_at < _begins(looks.until + timedelta(days=1), zone))
    query = (
        select(Registration)
        .where(Registration.meeting_id == meeting.id, Registration.status != Status.WITHDRAWN, *conditions)
        .order_by(Registration.id.desc())
        .limit(shown_at_most(looks))
    )
    return list(db.session.scalars(query))


def shown_at_most(looks: Looks) -> int:
    """How long the list may be: as long as a batch where somebody narrowed it, short where nobody did."""
    return MOST if looks != Looks() else NEWEST


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def those(ids: list[int], meeting_id: int) -> list[Registration]:
    """The chosen registrations that still stand."""
    query = (
        select(Registration)
        .where(Registration.meeting_id == meeting_id, Registration.id.in_(ids), Registration.status != Status.WITHDRAWN)
        .order_by(Registration.id.desc())
    )
    return list(db.session.scalars(query))


def what_would_happen(going: list[Registration], meeting: Meeting) -> tuple[Foreseen, list[Registration]]:
    """Seats that come free, and the waiting families that get them, in order."""
    query = (
        select(Registration)
        .where(Registration.meeting_id == meeting.id, Registration.status == Status.WAITING)
        .order_by(Registration.waiting_since, Registration.id)
        .limit(MOST_WAITING)
    )
    waiting = {row.id: row for row in db.session.scalars(query)}
    left = {
        "in_person": None if meeting.capacity is None else meeting.capacity - meeting.seats_taken,
        "online": None if meeting.online_capacity is None else meeting.online_capacity - meeting.online_taken,
    }
    seen = foresee([_party(row) for row in going], [_party(row) for row in waiting.values()], left)
    return seen, [waiting[one] for one in seen.promoted]


def _party(row: Registration) -> Party:
    return Party(row.id, row.attendance, row.party, row.status == Status.WAITING)


def removals_of(meeting_id: int) -> list[Removal]:
    """The removals of a meeting, the newest first."""
    query = select(Removal).where(Removal.meeting_id == meeting_id).order_by(Removal.id.desc()).limit(20)
    return list(db.session.scalars(query))


def undo_until(removal: Removal) -> datetime:
    """Until when a removal can be undone."""
    return removal.at + UNDO_WITHIN
