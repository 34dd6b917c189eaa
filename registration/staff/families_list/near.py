"""The meetings that a family who calls may mean."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from registration import dates
from registration.extensions import db
from registration.meetings.models import Meeting

# Families call about a meeting that was, too; later their answers are deleted.
RECENT = timedelta(days=60)
# The search looks at each of them; a district has not so many at a time.
MOST = 500


def meetings(now: datetime) -> Sequence[Meeting]:
    """Meetings ahead, and those of the recent past."""
    query = select(Meeting).where(Meeting.ends_at > now - RECENT).order_by(Meeting.starts_at, Meeting.id).limit(MOST)
    return db.session.scalars(query).all()


def whens(meetings: Sequence[Meeting], locale: str) -> Mapping[int, str]:
    """The day of each meeting in words."""
    return {one.id: dates.day_month(one.starts_at, one.time_zone, locale) for one in meetings}
