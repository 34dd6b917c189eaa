"""How the outbox stands, for whoever runs the installation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from registration.extensions import db
from registration.mail.models import OutboxMessage, State


@dataclass(frozen=True, slots=True)
class Status:
    """Counts by state, and what failed, newest first. Whether delivery is well: mail/health.py."""

    counts: dict[State, int]
    failed: list[OutboxMessage]
    next_held: datetime | None


def status(most_failed: int = 20) -> Status:
    """The state of the outbox."""
    counted = db.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    found = dict(counted.all())
    failed = select(OutboxMessage).where(OutboxMessage.state == State.FAILED).order_by(OutboxMessage.id.desc())
    held = select(func.min(OutboxMessage.send_at)).where(OutboxMessage.state == State.HELD)
    return Status(
        counts={state: found.get(state.value, 0) for state in State},
        failed=list(db.session.scalars(failed.limit(most_failed))),
        next_held=db.session.scalar(held),
    )
