"""A whole waiting list at once: what `change.promote` does for one family after the other, in few statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select, update

from registration.extensions import db
from registration.families import audience
from registration.families.models import Attendance, Demand, InterpretationRequest, Registration, Status
from registration.families.seats import CAPACITY, CHILDREN, TAKEN, WAITING
from registration.meetings.models import Meeting, MeetingStatus

# Families seated and told in one statement.
AT_A_TIME = 1000


class Party(NamedTuple):
    """A family that waits: the people who come, and how many of them are children."""

    id: int
    people: int
    children: int


def admit_waiting(meeting: Meeting, now: datetime, occurrence: str) -> None:
    """Give the free seats to those who wait, the earliest that fits first, and tell them; the meeting is locked.

    `occurrence` tells this message apart from others that say so. Nobody gets a seat at what is over or not held.
    """
    if meeting.status != MeetingStatus.SCHEDULED or meeting.ends_at <= now:
        return
    for attendance in Attendance:
        if not getattr(meeting, WAITING[attendance].key):
            continue
        parties = _that_fit(meeting, attendance)
        for start in range(0, len(parties), AT_A_TIME):
            some = [party.id for party in parties[start : start + AT_A_TIME]]
            told = and_(audience.everybody(meeting.id), Registration.id.in_(some))
            audience.tell_all("promoted", meeting, told, now=now, occurrence=occurrence, facts={})
            _count(meeting.id, attendance, some)
            _seat(some, now)
        _take(meeting, attendance, parties)


def _that_fit(meeting: Meeting, attendance: Attendance) -> list[Party]:
    """Those who get a seat. What is free only becomes less, so who did not fit once does not fit later."""
    query = (
        select(Registration.id, Registration.adults + Registration.children, Registration.children)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.status == Status.WAITING,
            Registration.attendance == attendance,
        )
        .order_by(Registration.waiting_since, Registration.id)
    )
    parties = [Party(*row) for row in db.session.execute(query)]
    capacity: int | None = getattr(meeting, CAPACITY[attendance].key)
    if capacity is None:
        return parties
    free = capacity - int(getattr(meeting, TAKEN[attendance].key))
    found = []
    for party in parties:
        if party.people <= free:
            found.append(party)
            free -= party.people
    return found


def _count(meeting_id: int, attendance: Attendance, ids: Sequence[int]) -> None:
    """Move what these families ask for from what waits to what has a seat."""
    request = InterpretationRequest
    query = (
        select(
            request.language,
            request.modality,
            func.count(request.registration_id.distinct()),
            func.sum(request.listeners),
        )
        .where(request.registration_id.in_(ids), ~audience.ended())
        .group_by(request.language, request.modality)
        # Rows of demand are locked in this order.
        .order_by(request.language, request.modality)
    )
    for language, modality, families, listeners in db.session.execute(query).all():
        moved = {
            Demand.families: Demand.families + families,
            Demand.listeners: Demand.listeners + listeners,
            Demand.waiting_families: Demand.waiting_families - families,
            Demand.waiting_listeners: Demand.waiting_listeners - listeners,
        }
        if attendance is Attendance.ONLINE:
            moved[Demand.families_online] = Demand.families_online + families
            moved[Demand.listeners_online] = Demand.listeners_online + listeners
        key = (Demand.meeting_id == meeting_id, Demand.language == language, Demand.modality == modality)
        db.session.execute(update(Demand).where(*key).values(moved).execution_options(synchronize_session=False))


def _seat(ids: Sequence[int], now: datetime) -> None:
    seated = {
        Registration.status: Status.REGISTERED.value,
        Registration.waiting_since: None,
        Registration.changed_at: now,
        Registration.version: Registration.version + 1,
        Registration.calendar_sequence: Registration.calendar_sequence + 1,
    }
    statement = update(Registration).where(Registration.id.in_(ids)).values(seated)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _take(meeting: Meeting, attendance: Attendance, parties: Sequence[Party]) -> None:
    more = {
        TAKEN[attendance].key: sum(party.people for party in parties),
        CHILDREN[attendance].key: sum(party.children for party in parties),
        WAITING[attendance].key: -len(parties),
    }
    for name, number in more.items():
        setattr(meeting, name, getattr(meeting, name) + number)
    db.session.flush()
