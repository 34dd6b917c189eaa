"""What somebody decides about one message that has not gone out: to let it go now, or to stop it.

Like everything that is counted against the limit of an address, the address is locked before the message.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from registration.extensions import db
from registration.mail import allowance, claim
from registration.mail.models import OutboxMessage, State

# What can still be stopped: a message that is being sent cannot, and a call is ended by who makes it.
STOPPABLE = (State.QUEUED, State.HELD, State.FAILED)


def let_go(message_id: int, now: datetime) -> bool:
    """Queue a held message now, over the limit of its address, where it is counted; the caller commits.

    False when it was not held any more.
    """
    row = db.session.execute(
        select(OutboxMessage.address_key, OutboxMessage.message_id).where(OutboxMessage.id == message_id)
    ).one()
    locked = allowance.lock(row.address_key, now) if row.address_key else None
    # No stranger's any more: a person answers for it, so the limit is not asked again when it is sent.
    values = {"state": State.QUEUED.value, "send_at": now, "stranger": False}
    if not _change(message_id, (State.HELD,), values):
        return False
    if locked is not None:
        locked.count(allowance.place_of(row.message_id), now)
        locked.held_until = claim.next_held(locked.address_key)
        locked.store()
    return True


def stop(message_id: int, reason: str, now: datetime) -> bool:
    """Supersede a message that waits, is held or has failed; the caller commits. False when it is too late for that.

    `reason` is kept as its last error, for staff.
    """
    row = db.session.execute(
        select(OutboxMessage.address_key, OutboxMessage.message_id, OutboxMessage.stranger).where(
            OutboxMessage.id == message_id
        )
    ).one()
    locked = allowance.lock(row.address_key, now) if row.stranger and row.address_key else None
    if not _change(message_id, STOPPABLE, {"state": State.SUPERSEDED.value, "last_error": reason}):
        return False
    if locked is not None:
        locked.leave(allowance.place_of(row.message_id))
        locked.held_until = claim.next_held(locked.address_key)
        locked.store()
    return True


def stop_mailing(mailing: str, reason: str) -> int:
    """Supersede all messages of a mailing that wait or are to be told by telephone; the caller commits. How many.

    None of them is a stranger's, so no address is locked.
    """
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.mailing == mailing, OutboxMessage.state.in_([State.QUEUED, State.CALL]))
        .values(state=State.SUPERSEDED.value, last_error=reason)
    )
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def _change(message_id: int, states: tuple[State, ...], values: dict[str, Any]) -> bool:
    result = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state.in_(states))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount == 1
