"""Seats and the waiting list. Every change locks the meeting row first (see database.py)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, bindparam, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, selectinload
from sqlalchemy.sql.dml import ReturningUpdate

from registration.database import NO_KEY, run
from registration.extensions import db
from registration.families import demand
from registration.families.models import Attendance, InterpretationRequest, Registration, Status
from registration.meetings.models import Meeting, MeetingDay, MeetingStatus

Column = InstrumentedAttribute[int]

TAKEN: dict[str, Column] = {Attendance.IN_PERSON: Meeting.seats_taken, Attendance.ONLINE: Meeting.online_taken}
CHILDREN: dict[str, Column] = {Attendance.IN_PERSON: Meeting.children_taken, Attendance.ONLINE: Meeting.children_online}
CAPACITY: dict[str, InstrumentedAttribute[int | None]] = {
    Attendance.IN_PERSON: Meeting.capacity,
    Attendance.ONLINE: Meeting.online_capacity,
}
WAITING: dict[str, Column] = {Attendance.IN_PERSON: Meeting.waiting, Attendance.ONLINE: Meeting.waiting_online}


def lock(meeting_id: int) -> Meeting:
    """The meeting, locked until the transaction ends and read afresh."""
    query = select(Meeting).where(Meeting.id == meeting_id).with_for_update(**NO_KEY)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


class Entered(NamedTuple):
    """What the meeting's row says of registrations once this one is counted: all there are, and the last one's day."""

    registrations: int
    last_day: date | None


def _taking(attendance: str, more: int) -> ReturningUpdate[int, date | None]:
    taken, capacity, children = TAKEN[attendance], CAPACITY[attendance], CHILDREN[attendance]
    people = bindparam("people", type_=Integer)
    seats = {taken: taken + people, children: children + bindparam("kids", type_=Integer)}
    return (
        update(Meeting)
        .where(Meeting.id == bindparam("meeting"), Meeting.status == MeetingStatus.SCHEDULED)
        .where(or_(capacity.is_(None), taken + people <= capacity))
        .values(seats | ({Meeting.registrations: Meeting.registrations + more} if more else {}))
        .returning(Meeting.registrations, Meeting.last_day)
        .execution_options(synchronize_session=False)
    )


# Built once: building it costs more than running it.
TAKING = {attendance: _taking(attendance, 0) for attendance in Attendance}
ENTERING = {attendance: _taking(attendance, 1) for attendance in Attendance}


def take(meeting_id: int, attendance: str, people: int, children: int) -> bool:
    """Take seats for `people`, `children` of them children, if they are free.

    The check and the taking are one statement, so no seat is sold twice.
    """
    return _take(TAKING, meeting_id, attendance, people, children) is not None


def enter(meeting_id: int, attendance: str, people: int, children: int) -> Entered | None:
    """`take` for a new registration, which is counted in the same statement. None when the seats are not free."""
    return _take(ENTERING, meeting_id, attendance, people, children)


def _take(
    statements: Mapping[Attendance, ReturningUpdate[int, date | None]],
    meeting_id: int,
    attendance: str,
    people: int,
    children: int,
) -> Entered | None:
    values = {"meeting": meeting_id, "people": people, "kids": children}
    row = run(statements[Attendance(attendance)], values).first()
    return None if row is None else Entered(*row)


def give_back(meeting_id: int, attendance: str, people: int, children: int) -> None:
    """Free seats. The caller promotes afterwards."""
    taken, kids = TAKEN[attendance], CHILDREN[attendance]
    _set(meeting_id, {taken: taken - people, kids: kids - children})


def enter_waiting(meeting_id: int, attendance: str) -> Entered:
    """Count a new registration that waits. The meeting row is locked by the caller."""
    waiting = WAITING[attendance]
    _set(meeting_id, {waiting: waiting + 1, Meeting.registrations: Meeting.registrations + 1})
    query = select(Meeting.registrations, Meeting.last_day).where(Meeting.id == meeting_id)
    return Entered(*db.session.execute(query).one())


def wait(meeting_id: int, attendance: str, parties: int = 1) -> None:
    """Count parties into the waiting list, or out of it when negative."""
    _add(meeting_id, WAITING[attendance], parties)


def count_yes(meeting_id: int, families: int) -> None:
    """Count families with a seat that said they still come, or no longer say so when negative."""
    _add(meeting_id, Meeting.said_yes, families)


def take_childcare(meeting_id: int, children: int) -> bool:
    """Take places in the childcare if they are free."""
    column, capacity = Meeting.childcare_taken, Meeting.childcare_capacity
    statement = (
        update(Meeting)
        .where(Meeting.id == meeting_id, or_(capacity.is_(None), column + children <= capacity))
        .values({column: column + children})
        .returning(Meeting.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(statement).first() is not None


def give_back_childcare(meeting_id: int, children: int) -> None:
    """Free places in the childcare."""
    _add(meeting_id, Meeting.childcare_taken, -children)


def _add(meeting_id: int, column: Column, number: int) -> None:
    _set(meeting_id, {column: column + number})


def _set(meeting_id: int, values: Mapping[Column, ColumnElement[int]]) -> None:
    statement = update(Meeting).where(Meeting.id == meeting_id).values(dict(values))
    db.session.execute(statement.execution_options(synchronize_session=False))


def count_day(meeting: Meeting, entered: Entered, now: datetime) -> None:
    """Note how many registrations came before the first one of a day; the others of that day write nothing."""
    today = now.astimezone(ZoneInfo(meeting.time_zone)).date()
    if entered.last_day is not None and entered.last_day >= today:
        return
    db.session.add(MeetingDay(meeting_id=meeting.id, day=today, before=entered.registrations - 1))
    statement = update(Meeting).where(Meeting.id == meeting.id).values(last_day=today)
    db.session.execute(statement.execution_options(synchronize_session=False))


def promote(meeting_id: int, now: datetime) -> list[Registration]:
    """Give free seats to waiting parties, the earliest that fits first. Returns those who got seats.

    The meeting row is locked by the caller. Nobody is promoted at a meeting that is over or not held.
    """
    promoted = []
    for attendance in Attendance:
        while (party := _next(lock(meeting_id), attendance, now)) is not None:
            _seat(party, now)
            promoted.append(party)
    return promoted


def _next(meeting: Meeting, attendance: Attendance, now: datetime) -> Registration | None:
    waiting, taken, capacity = (
        (meeting.waiting, meeting.seats_taken, meeting.capacity)
        if attendance is Attendance.IN_PERSON
        else (meeting.waiting_online, meeting.online_taken, meeting.online_capacity)
    )
    if not waiting or meeting.status != MeetingStatus.SCHEDULED or meeting.ends_at <= now:
        return None
    query = (
        select(Registration)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.status == Status.WAITING,
            Registration.attendance == attendance,
        )
        .order_by(Registration.waiting_since, Registration.id)
        .limit(1)
        .with_for_update(**NO_KEY)
        .options(selectinload(Registration.requests).selectinload(InterpretationRequest.events))
        .execution_options(populate_existing=True)
    )
    if capacity is not None:
        query = query.where(Registration.adults + Registration.children <= capacity - taken)
    return db.session.scalars(query).first()


def _seat(party: Registration, now: datetime) -> None:
    before = demand.contribution(party, demand.active(party))
    if not take(party.meeting_id, party.attendance, party.party, party.children):
        raise RuntimeError(f"meeting {party.meeting_id}: seats that were free under the lock are not")
    wait(party.meeting_id, party.attendance, -1)
    party.status = Status.REGISTERED
    party.waiting_since = None
    party.changed_at = now
    party.version += 1
    party.calendar_sequence += 1
    db.session.flush()
    demand.apply(party.meeting_id, before, demand.contribution(party, demand.active(party)))
