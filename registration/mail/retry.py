"""Sending again, by hand, what failed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from registration.extensions import db
from registration.mail.models import OutboxMessage, State


def retry(ids: Iterable[int], now: datetime) -> set[int]:
    """Queue failed messages again, with all their tries before them; the caller commits. Returns those that were."""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(list(ids)), OutboxMessage.state == State.FAILED)
        .values(state=State.QUEUED.value, send_at=now, attempts=0, first_tried_at=None, last_error=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return set(db.session.scalars(statement))
