"""Sending again, by hand, what failed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, or_, update

from registration.extensions import db
from registration.mail.models import OutboxMessage, State

# The last error of a message that was to be told by telephone and reached nobody it was for.
WRONG_NUMBER = "wrong number"


def retry(ids: Collection[int], now: datetime, to_call: Collection[int] = ()) -> dict[int, State]:
    """Queue failed messages again, with all their tries before them; the caller commits. Returns those that were.

    `to_call`: those of them for which nobody has an address. They, and calls that failed, are to be told by telephone.
    """
    call = or_(OutboxMessage.id.in_(list(to_call)), OutboxMessage.last_error == WRONG_NUMBER)
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(list(ids)), OutboxMessage.state == State.FAILED)
        .values(
            state=case((call, State.CALL.value), else_=State.QUEUED.value),
            send_at=now,
            attempts=0,
            first_tried_at=None,
            last_error=None,
        )
        .returning(OutboxMessage.id, OutboxMessage.state)
        .execution_options(synchronize_session=False)
    )
    return {row.id: State(row.state) for row in db.session.execute(statement)}
