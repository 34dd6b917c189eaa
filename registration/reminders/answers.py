"""Whether a family wants reminders and announcements. The caller commits."""

from datetime import datetime

from sqlalchemy import select, update

from registration import links
from registration.extensions import db
from registration.families.models import Registration


def of_link(token: str) -> Registration | None:
    """The family whose mail holds this link to stop reminders; it stays good when its own link is made anew."""
    opened = links.read(links.Purpose.UNSUBSCRIBE, token)
    if opened is None:
        return None
    query = select(Registration).where(Registration.public_id == opened.public_id, Registration.erased_at.is_(None))
    return db.session.scalars(query).first()


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
