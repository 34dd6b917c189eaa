"""Until when answers are kept: so many days after the end of a meeting.

A meeting that moved counts from its new end. One that is canceled, or postponed without a new date, counts from its old
end or from the day that was decided, whichever is later: families need to hear of it, and nothing is kept for ever.
Docs: docs/decisions/015-when-answers-are-deleted.md.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from registration.extensions import db
from registration.meetings.models import Change, District, Meeting, MeetingChange, MeetingStatus

# What a new installation promises before anybody has set it.
DEFAULT_DAYS = 30
CALLED_OFF = (Change.POSTPONED, Change.CANCELLED)


def days_kept() -> timedelta:
    """How long after a meeting the answers of its families are kept."""
    days = db.session.scalar(select(District.retention_days).where(District.id == 1))
    return timedelta(days=DEFAULT_DAYS if days is None else days)


def kept_until(meetings: Collection[Meeting]) -> Mapping[int, datetime]:
    """When the answers to each of these meetings are deleted."""
    change, kept = MeetingChange, days_kept()
    called_off = [one.id for one in meetings if one.status != MeetingStatus.SCHEDULED]
    query = select(change.meeting_id, func.max(change.at).label("at")).where(
        change.meeting_id.in_(called_off), change.kind.in_(CALLED_OFF)
    )
    decided = {row.meeting_id: row.at for row in db.session.execute(query.group_by(change.meeting_id))}
    return {one.id: max(one.ends_at, decided.get(one.id, one.ends_at)) + kept for one in meetings}


def past_retention(before: datetime) -> ColumnElement[bool]:
    """Meetings whose answers are to be deleted, by the rule of `kept_until`; `before`: now less `days_kept`."""
    change = MeetingChange
    recent = select(change.id).where(change.meeting_id == Meeting.id, change.kind.in_(CALLED_OFF), change.at > before)
    return (Meeting.ends_at <= before) & or_(Meeting.status == MeetingStatus.SCHEDULED, ~recent.exists())
