"""How the outbox stands, for whoever runs the installation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.extensions import db
from registration.mail.models import OutboxMessage, State


@dataclass(frozen=True, slots=True)
class Status:
    """Counts by state; the age of the oldest message that is due and not sent; what failed, newest first."""

    counts: dict[State, int]
    oldest: timedelta | None
    failed: list[OutboxMessage]
    next_held: datetime | None


def oldest_due(now: datetime) -> timedelta | None:
    """How long the longest-waiting message has been due. None when nothing waits."""
    waiting = select(func.min(OutboxMessage.send_at)).where(
        OutboxMessage.state.in_([State.QUEUED, State.SENDING]), OutboxMessage.send_at <= now
    )
    first = db.session.scalar(waiting)
    return now - first if first else None


def status(now: datetime, most_failed: int = 20) -> Status:
    """The state of the outbox at `now`."""
    counted = db.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    found = dict(counted.all())
    failed = select(OutboxMessage).where(OutboxMessage.state == State.FAILED).order_by(OutboxMessage.id.desc())
    held = select(func.min(OutboxMessage.send_at)).where(OutboxMessage.state == State.HELD)
    return Status(
        counts={state: found.get(state.value, 0) for state in State},
        oldest=oldest_due(now),
        failed=list(db.session.scalars(failed.limit(most_failed))),
        next_held=db.session.scalar(held),
    )
