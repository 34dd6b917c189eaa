"""How long answers are kept: so many days after the end of their meeting, as it was last planned.

A meeting that is canceled, or postponed without a new date, counts from the end it had
(docs/decisions/015-when-answers-are-deleted.md).
"""

from datetime import timedelta

from sqlalchemy import select

from registration.extensions import db
from registration.meetings.models import District

# What holds before a district has saved its settings; the same as the column's default.
DEFAULT_DAYS = 30


def days_kept() -> timedelta:
    """How long after the end of a meeting the answers to it are kept."""
    days = db.session.scalar(select(District.retention_days).where(District.id == 1))
    return timedelta(days=DEFAULT_DAYS if days is None else days)
