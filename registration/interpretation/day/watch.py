"""Who is not there at call time. The deliver loop looks."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.extensions import db
from registration.families import seats as families
from registration.interpretation import profile, states
from registration.interpretation.day.alarms import PLAN_CHANGED, sound
from registration.interpretation.day.models import Alarm, Danger
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting, MeetingStatus


def watch(now: datetime) -> int:
    """Raise the alarms of one meeting for whoever is booked, should be there by now and is not; how many.

    One meeting at a time: a transaction never locks two.
    """
    early = timedelta(minutes=profile.current().figures.call_time)
    raised = select(Alarm.id).where(
        Alarm.assignment_id == Assignment.id, Alarm.danger == Danger.NOT_THERE, Alarm.how != PLAN_CHANGED
    )
    due = (
        Assignment.state == states.Assignment.CONFIRMED,
        Assignment.starts_at <= now + early,
        Assignment.ends_at > now,
        Meeting.status == MeetingStatus.SCHEDULED,
        ~raised.exists(),
    )
    joined = select(func.min(Assignment.meeting_id)).join(Meeting, Meeting.id == Assignment.meeting_id)
    meeting_id = db.session.scalar(joined.where(*due))
    if meeting_id is None:
        return 0
    families.lock(meeting_id)
    there = select(Assignment).join(Meeting, Meeting.id == Assignment.meeting_id).where(*due)
    query = there.where(Assignment.meeting_id == meeting_id).order_by(Assignment.id)
    late = list(db.session.scalars(query.execution_options(populate_existing=True)))
    return sum(sound(one, Danger.NOT_THERE, now=now) is not None for one in late)
