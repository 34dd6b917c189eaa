"""How long answers are kept: so many days after the end of their meeting, as it was last planned.

A meeting that is canceled, or postponed without a new date, counts from the end it had. A number that staff raise later
is not for families who were promised fewer days (docs/decisions/015-when-answers-are-deleted.md).
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from registration.database import NO_KEY
from registration.extensions import db
from registration.meetings.models import District, Meeting

# What holds before a district has saved its settings; the same as the column's default.
DEFAULT_DAYS = 30


def days_kept() -> int:
    """How many days after the end of a meeting answers are kept, where nobody was promised fewer."""
    days = db.session.scalar(select(District.retention_days).where(District.id == 1))
    return DEFAULT_DAYS if days is None else days


def days_of(meeting: Meeting, days: int) -> int:
    """The same for one meeting; `days`: those of the settings."""
    return days if meeting.retention_days is None else min(meeting.retention_days, days)


def ended_before(now: datetime, days: int) -> ColumnElement[bool]:
    """Meetings whose answers have been kept for their days at `now`; `days`: those of the settings."""
    fewer = db.session.scalars(select(Meeting.retention_days).where(Meeting.retention_days < days).distinct())
    others = or_(Meeting.retention_days.is_(None), Meeting.retention_days >= days)
    return or_(
        and_(others, Meeting.ends_at <= now - timedelta(days=days)),
        *(and_(Meeting.retention_days == few, Meeting.ends_at <= now - timedelta(days=few or 0)) for few in fewer),
    )


def keep_promises(days: int, now: datetime) -> None:
    """Before the days of the settings grow from `days`: the families of published meetings were promised no more.

    Locks these meetings, so it goes before whatever else is locked.
    """
    promised = (Meeting.published, or_(Meeting.retention_days.is_(None), Meeting.retention_days > days))
    query = select(Meeting.id).where(*promised, Meeting.ends_at > now - timedelta(days=days)).order_by(Meeting.id)
    ids = db.session.scalars(query.with_for_update(**NO_KEY)).all()
    statement = update(Meeting).where(Meeting.id.in_(ids)).values(retention_days=days)
    db.session.execute(statement.execution_options(synchronize_session=False))
