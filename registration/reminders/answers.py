"""Whether a family wants reminders and announcements. The caller commits."""

from datetime import datetime

from sqlalchemy import update

from registration import links
from registration.extensions import db
from registration.families import holder
from registration.families.models import Registration


def of_link(token: str) -> Registration | None:
    """The family whose mail holds this link to stop reminders."""
    return holder.named_by_address(links.Purpose.UNSUBSCRIBE, token)


def unsubscribe(registration_id: int, now: datetime) -> None:
    """Send the family no more reminders and announcements. Twice is once."""
    _set(registration_id, now, Registration.unsubscribed_at.is_(None))


def subscribe_again(registration_id: int) -> None:
    """Send the family reminders and announcements again."""
    _set(registration_id, None, Registration.unsubscribed_at.is_not(None))


def _set(registration_id: int, value: datetime | None, changes: object) -> None:
    # One row and no counter: the meeting needs no lock.
    statement = update(Registration).where(Registration.id == registration_id, changes)  # type: ignore[arg-type]
    db.session.execute(statement.values(unsubscribed_at=value).execution_options(synchronize_session=False))
