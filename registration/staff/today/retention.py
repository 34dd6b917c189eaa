"""What Today looks at of answers that are deleted soon while something that needs families is still open."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select

from registration.extensions import db
from registration.families.models import Demand, Outcome, Registration
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.retention import days_kept, days_of, ended_before
from registration.staff.today.due import WARNED_BEFORE, RetentionRow

MOST = 10


def found(now: datetime) -> list[RetentionRow]:
    """Meetings that are over with languages nobody has said the outcome of, and postponed ones without a new date."""
    days = days_kept()
    over = (Meeting.status == MeetingStatus.SCHEDULED) & (Meeting.ends_at <= now) & _open_outcomes()
    answers = exists().where(Registration.meeting_id == Meeting.id, Registration.erased_at.is_(None))
    query = select(Meeting).where(
        ~ended_before(now, days),
        ended_before(now + WARNED_BEFORE, days),
        or_(over, Meeting.status == MeetingStatus.POSTPONED),
        answers,
    )
    meetings = db.session.scalars(query.order_by(Meeting.ends_at, Meeting.id).limit(MOST))
    return [RetentionRow(one.id, _deleted_at(one, days), one.status == MeetingStatus.POSTPONED) for one in meetings]


def _deleted_at(meeting: Meeting, days: int) -> datetime:
    return meeting.ends_at + timedelta(days=days_of(meeting, days))


def _open_outcomes() -> ColumnElement[bool]:
    said = exists().where(
        Outcome.meeting_id == Demand.meeting_id,
        Outcome.language == Demand.language,
        Outcome.modality == Demand.modality,
    )
    return exists().where(Demand.meeting_id == Meeting.id, Demand.families > 0, ~said)
