"""An alarm is raised, and settled. The caller commits and has locked the meeting."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from registration.accounts import audit
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import seats as families
from registration.families.tell import topic_of
from registration.interpretation import states
from registration.interpretation.day.models import Alarm, Danger, How
from registration.interpretation.models import Assignment, Seat
from registration.mail.queue import enqueue

SUBJECT = "alarm"

# What settles an alarm when the meeting is moved: it can be raised again for the new day.
PLAN_CHANGED = "plan_changed"


def sound(assignment: Assignment, danger: Danger, *, now: datetime) -> Alarm | None:
    """Raise an alarm and mail every coordinator; None where this one was raised before, settled or not.

    What was about a day that is another one now is no alarm any more: it is raised anew.
    """
    query = select(Alarm).where(Alarm.assignment_id == assignment.id, Alarm.danger == danger)
    alarm = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if alarm is not None and alarm.how != PLAN_CHANGED:
        return None
    if alarm is None:
        alarm = Alarm(assignment_id=assignment.id, meeting_id=assignment.meeting_id, danger=danger.value)
    alarm.raised_at, alarm.settled_at, alarm.settled_by_id, alarm.how = now, None, None, ""
    db.session.add(alarm)
    db.session.flush()
    for person in _coordinators():
        enqueue(
            "job_alarm",
            subject=(SUBJECT, alarm.id),
            occurrence=f"{person.id}:{assignment.version}",
            channel="mail",
            address=person.email_folded,
            expires_at=assignment.ends_at,
            facts={"person": person.id},
            topic=topic_of(assignment.meeting_id),
        )
    return alarm


def _coordinators() -> list[Person]:
    query = select(Person).join(PersonRole, PersonRole.person_id == Person.id)
    wanted = query.where(PersonRole.role == Role.COORDINATOR, Person.active).order_by(Person.id)
    return list(db.session.scalars(wanted))


def settle(assignment_id: int, how: str, *, by: Person | None, now: datetime) -> int:
    """End the open alarms about an assignment; how many there were. `how`: a word of this program."""
    query = select(Alarm).where(Alarm.assignment_id == assignment_id, Alarm.settled_at.is_(None))
    found = list(db.session.scalars(query))
    for alarm in found:
        alarm.settled_at, alarm.settled_by_id, alarm.how = now, by.id if by else None, how
    return len(found)


def replaced(service_id: int, *, by: Person | None, now: datetime) -> int:
    """End the open alarms of a service about seats that somebody else is certain to take; how many there were."""
    another = aliased(Assignment)
    certain = select(another.id).where(
        another.seat_id == Assignment.seat_id, another.id != Assignment.id, another.state.in_(states.CERTAIN)
    )
    query = (
        select(Alarm.assignment_id)
        .join(Assignment, Assignment.id == Alarm.assignment_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .where(Seat.service_id == service_id, Alarm.settled_at.is_(None), certain.exists())
    )
    return sum(settle(number, "replaced", by=by, now=now) for number in set(db.session.scalars(query)))


def settle_by_hand(alarm_id: int, how: How, *, by: Person | None, now: datetime) -> bool:
    """Staff say what settled an alarm; False where it was settled before. Raises NoResultFound."""
    families.lock(db.session.get_one(Alarm, alarm_id).meeting_id)
    alarm = db.session.get_one(Alarm, alarm_id, populate_existing=True)
    if alarm.settled_at is not None:
        return False
    alarm.settled_at, alarm.settled_by_id, alarm.how = now, by.id if by else None, how.value
    audit.record(
        "alarm_settled",
        object_kind="assignment",
        object_id=alarm.assignment_id,
        meeting_id=alarm.meeting_id,
        person=by,
        facts={"danger": alarm.danger, "how": alarm.how},
    )
    return True
