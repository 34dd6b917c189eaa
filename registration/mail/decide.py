"""What somebody decides about one message that has not gone out: to let it go now, or to stop it.

Like everything that is counted against the limit of an address, the address is locked before the message.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from registration.extensions import db
from registration.mail import allowance, claim
from registration.mail.models import OutboxMessage, State

# What can still be stopped: a message that is being sent cannot, and a call is ended by who makes it.
STOPPABLE = (State.QUEUED, State.HELD, State.RESTORED, State.FAILED)


def let_go(message_id: int, now: datetime) -> bool:
    """Queue a held or restored message now, over the limit of its address, where it is counted; the caller commits.

    False when it was not held any more.
    """
    row = db.session.execute(
        select(OutboxMessage.address_key, OutboxMessage.message_id).where(OutboxMessage.id == message_id)
    ).one()
    locked = allowance.lock(row.address_key, now) if row.address_key else None
    # No stranger's any more: a person answers for it, so the limit is not asked again when it is sent.
    values = {"state": State.QUEUED.value, "send_at": now, "stranger": False}
    if not _change(message_id, (State.HELD, State.RESTORED), values):
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


def release_restored(ids: Collection[int]) -> int:
    """Queue messages that a restored backup brought along; the caller commits. Returns how many.

    They go out as they would have: scheduled ones at their time, strangers' within the limit of the address.
    """
    return _change_restored(ids, {"state": State.QUEUED.value})


def drop_restored(ids: Collection[int], reason: str) -> int:
    """Supersede messages that a restored backup brought along; the caller commits. Returns how many."""
    return _change_restored(ids, {"state": State.SUPERSEDED.value, "last_error": reason})


def _change_restored(ids: Collection[int], values: dict[str, Any]) -> int:
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(list(ids)), OutboxMessage.state == State.RESTORED)
        .values(**values)
    )
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def stop_mailing(mailing: str, reason: str) -> int:
    """Supersede all messages of a mailing that wait or are to be told by telephone; the caller commits. How many.

    None of them is a stranger's, so no address is locked.
    """
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.mailing == mailing, OutboxMessage.state.in_([State.QUEUED, State.RESTORED, State.CALL]))
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
