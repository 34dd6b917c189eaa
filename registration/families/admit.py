"""Everybody who waits gets a place at once: what `change.promote` does for one after the other, for a whole list."""

from datetime import datetime

from sqlalchemy import and_, func, select, update

from registration.extensions import db
from registration.families import audience
from registration.families.change import promote
from registration.families.models import Attendance, Demand, Registration, Status
from registration.meetings.models import Meeting


def admit_waiting(meeting: Meeting, now: datetime, occurrence: str) -> None:
    """Give places to those who wait for a meeting that is online only, and is locked; they are told.

    Where not all of them fit, the earliest that fit get them, one after the other.
    """
    waits = and_(Registration.meeting_id == meeting.id, Registration.status == Status.WAITING)
    people, children = _counted(waits)
    fits = meeting.online_capacity is None or meeting.online_taken + people <= meeting.online_capacity
    if not meeting.waiting_online or not fits or meeting.in_person:
        promote(meeting, now)
        return
    told = and_(audience.everybody(meeting.id), Registration.status == Status.WAITING)
    audience.tell_all("promoted", meeting, told, now=now, occurrence=occurrence, facts={})
    _seat(meeting, now)
    meeting.online_taken += people
    meeting.children_online += children
    meeting.waiting_online = 0
    db.session.flush()


def _counted(waits: audience.Where) -> tuple[int, int]:
    party = Registration.adults + Registration.children
    query = select(func.coalesce(func.sum(party), 0), func.coalesce(func.sum(Registration.children), 0)).where(waits)
    people, children = db.session.execute(query).one()
    return int(people), int(children)


def _seat(meeting: Meeting, now: datetime) -> None:
    seated = {
        Registration.status: Status.REGISTERED.value,
        Registration.attendance: Attendance.ONLINE.value,
        Registration.waiting_since: None,
        Registration.changed_at: now,
        Registration.version: Registration.version + 1,
        Registration.calendar_sequence: Registration.calendar_sequence + 1,
    }
    waits = (Registration.meeting_id == meeting.id, Registration.status == Status.WAITING)
    db.session.execute(update(Registration).where(*waits).values(seated).execution_options(synchronize_session=False))
    families, listeners = Demand.families + Demand.waiting_families, Demand.listeners + Demand.waiting_listeners
    counted = {
        Demand.families: families,
        Demand.families_online: families,
        Demand.listeners: listeners,
        Demand.listeners_online: listeners,
        Demand.waiting_families: 0,
        Demand.waiting_listeners: 0,
    }
    rows = update(Demand).where(Demand.meeting_id == meeting.id).values(counted)
    db.session.execute(rows.execution_options(synchronize_session=False))
