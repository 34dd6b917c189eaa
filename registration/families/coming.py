""" "Are you still coming?": whether a family was asked, its yes, and letting go of answers to another day.

No answer is not a no. The caller commits.
"""

from datetime import datetime

from sqlalchemy import update

from registration.extensions import db
from registration.families import demand, seats
from registration.families.change import locked
from registration.families.models import Demand, Registration, Status
from registration.meetings.models import Meeting, MeetingStatus


def asked(registration: Registration, meeting: Meeting, now: datetime) -> bool:
    """Whether a family was asked and its answer would still help."""
    if meeting.asked_until is None or registration.created_at > meeting.asked_until:
        return False
    return can_say(registration, meeting, now) and registration.still_coming_at is None


def can_say(registration: Registration, meeting: Meeting, now: datetime) -> bool:
    """Whether a family can say that it still comes: it has a seat, and the meeting is ahead."""
    held = meeting.status == MeetingStatus.SCHEDULED and now < meeting.ends_at
    return held and registration.status == Status.REGISTERED


def say_yes(registration_id: int, meeting_id: int, now: datetime) -> bool:
    """The family says that it still comes; twice is once. False where it has no seat or the meeting is over."""
    meeting, registration = locked(registration_id, meeting_id)
    if not can_say(registration, meeting, now):
        return False
    if registration.still_coming_at is None:
        before = demand.contribution(registration, demand.active(registration))
        seats.count_yes(meeting_id, 1)
        registration.still_coming_at = now
        db.session.flush()
        demand.apply(meeting_id, before, demand.contribution(registration, demand.active(registration)))
    return True


def forget_answers(meeting: Meeting) -> None:
    """The meeting, whose row is locked, is on another day now: what families said of the old one is no answer to it."""
    meeting.asked_until = None
    if not meeting.said_yes:
        return
    meeting.said_yes = 0
    said = (Registration.meeting_id == meeting.id, Registration.still_coming_at.is_not(None))
    for statement in (
        update(Registration).where(*said).values(still_coming_at=None),
        update(Demand).where(Demand.meeting_id == meeting.id).values(said_yes=0),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
