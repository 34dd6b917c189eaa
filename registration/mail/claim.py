"""Who sends what: rows are claimed with a lease, so that two workers never hold one and a killed worker's come back.

Each function is one statement or one short run of them in the caller's transaction; the caller commits.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    case,
    literal_column,
    null,
    or_,
    select,
    update,
)

from registration import database
from registration.extensions import db
from registration.mail import allowance
from registration.mail.models import OutboxMessage, State

_NO_LEASE: dict[str, Any] = {"leased_by": None, "leased_until": None}
# What names somebody in a message that was sent.
WORDS = ("sent_subject", "sent_text", "last_error")


def _change(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def something_due(now: datetime) -> bool:
    """Whether there is anything to do; reads only."""
    due = or_(
        and_(OutboxMessage.state.in_([State.QUEUED, State.HELD]), OutboxMessage.send_at <= now),
        and_(OutboxMessage.state == State.SENDING, OutboxMessage.leased_until <= now),
    )
    return db.session.scalar(select(OutboxMessage.id).where(due).limit(1)) is not None


def take_back_expired_leases(now: datetime) -> int:
    """Queue again what a worker claimed and did not finish in time. Returns how many."""
    expired = select(OutboxMessage.id).where(OutboxMessage.state == State.SENDING, OutboxMessage.leased_until <= now)
    return _change(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(_unlocked(expired)))
        .values(state=State.QUEUED.value, **_NO_LEASE)
    )


def _unlocked(rows: Select[int]) -> Select[int]:
    """Of these rows those nobody else is changing, locked: two workers take different ones and never wait in a ring."""
    return database.past_what_is_locked(rows)


# As the partial index says it: with a parameter in its place, the index would not be seen to hold it.
_ALONE: ColumnElement[bool] = literal_column("(outbox.state = 'queued' AND outbox.mailing IS NULL)")


def claim(worker: str, now: datetime, lease: timedelta, most: int) -> list[OutboxMessage]:
    """Claim up to `most` due messages for `worker`, the longest due first; what is told to many comes last.

    Somebody who registers while a hundred thousand reminders leave has the confirmation in seconds.
    """
    alone = _claim(worker, now, lease, most, _ALONE)
    if len(alone) == most:
        return alone
    return alone + _claim(worker, now, lease, most - len(alone), OutboxMessage.state == State.QUEUED)


def _claim(worker: str, now: datetime, lease: timedelta, most: int, which: ColumnElement[bool]) -> list[OutboxMessage]:
    due = (
        select(OutboxMessage.id).where(which, OutboxMessage.send_at <= now).order_by(OutboxMessage.send_at).limit(most)
    )
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(_unlocked(due)))
        .values(state=State.SENDING.value, leased_by=worker, leased_until=now + lease)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(db.session.scalars(statement), key=lambda row: (row.send_at, row.id))


def _mine(worker: str, ids: Iterable[int]) -> Update:
    return update(OutboxMessage).where(
        OutboxMessage.id.in_(list(ids)), OutboxMessage.state == State.SENDING, OutboxMessage.leased_by == worker
    )


def renew(worker: str, ids: Iterable[int], until: datetime) -> set[int]:
    """Hold on to claimed messages for longer. Returns those that are still this worker's."""
    statement = _mine(worker, ids).values(leased_until=until).returning(OutboxMessage.id)
    return set(db.session.scalars(statement.execution_options(synchronize_session=False)))


def give_back(worker: str, ids: Iterable[int]) -> int:
    """Let go of claimed messages that were not tried; nothing else about them changes."""
    return _change(_mine(worker, ids).values(state=State.QUEUED.value, **_NO_LEASE))


def let_go_of_all(worker: str) -> int:
    """Let go of whatever this worker still holds after it was interrupted."""
    return _change(
        update(OutboxMessage)
        .where(OutboxMessage.state == State.SENDING, OutboxMessage.leased_by == worker)
        .values(state=State.QUEUED.value, **_NO_LEASE)
    )


def settle(worker: str, row_id: int, values: Mapping[str, object]) -> bool:
    """Write what became of a claimed message and end its lease. False when the lease had passed to somebody else."""
    result = database.run(_settling(tuple(values)), {"the_id": row_id, "the_worker": worker, **values})
    return result.rowcount == 1


@lru_cache(maxsize=32)
def _settling(columns: tuple[str, ...]) -> Update:
    # Built once for each set of columns: building it costs more than running it, and it runs for every mail.
    table = db.metadata.tables[OutboxMessage.__tablename__]
    mine = (
        table.c.id == bindparam("the_id"),
        table.c.state == State.SENDING.value,
        table.c.leased_by == bindparam("the_worker"),
    )
    values = {name: _unless_forgotten(table, name) if name in WORDS else bindparam(name) for name in columns}
    return update(table).where(*mine).values(values | _NO_LEASE)


def _unless_forgotten(table: Table, name: str) -> ColumnElement[Any]:
    # The family's data may be deleted while its mail is with the server.
    return case((table.c.forgotten_at.is_(None), bindparam(name, type_=table.c[name].type)), else_=null())


def waiting_addresses(now: datetime, most: int) -> list[str]:
    """Keys of addresses with held messages whose time has come; reads only."""
    keys = select(OutboxMessage.address_key).where(OutboxMessage.state == State.HELD, OutboxMessage.send_at <= now)
    return [key for key in db.session.scalars(keys.distinct().limit(most)) if key is not None]


def release(address_key: str, now: datetime) -> int:
    """Queue the held messages of an address for which there is a place now, in their order. Returns how many."""
    locked = allowance.lock(address_key, now)
    held = (OutboxMessage.state == State.HELD, OutboxMessage.address_key == address_key, OutboxMessage.send_at <= now)
    _change(
        update(OutboxMessage)
        .where(*held, OutboxMessage.expires_at <= now)
        .values(state=State.SUPERSEDED.value, last_error="expired")
    )
    first = select(OutboxMessage.id, OutboxMessage.message_id).where(*held).order_by(OutboxMessage.id)
    released, until = 0, None
    for row_id, message_id in db.session.execute(first.limit(allowance.LIMITS[0][1])).all():
        until = locked.take(allowance.place_of(message_id), now)
        if until is not None:
            break
        released += _change(
            update(OutboxMessage).where(OutboxMessage.id == row_id).values(state=State.QUEUED.value, send_at=now)
        )
    if until is not None:
        _change(update(OutboxMessage).where(*held).values(send_at=until))
    locked.held_until = next_held(address_key)
    locked.store()
    return released


def next_held(address_key: str) -> datetime | None:
    """When the first held message to this address may go."""
    held = select(OutboxMessage.send_at).where(
        OutboxMessage.state == State.HELD, OutboxMessage.address_key == address_key
    )
    return db.session.scalar(held.order_by(OutboxMessage.send_at).limit(1))


def admit(row: OutboxMessage, now: datetime) -> datetime | None:
    """Let a stranger's message take its place at the moment it is sent. None, or when one comes free."""
    key = cast("str", row.address_key)
    locked = allowance.lock(key, now)
    until = locked.take(allowance.place_of(row.message_id), now)
    if until is not None:
        locked.held_until = min(until, locked.held_until or until)
    locked.store()
    return until


def step_back(address_key: str, message_id: str, now: datetime) -> None:
    """Give back the place of a message that will not be sent after all."""
    locked = allowance.lock(address_key, now)
    locked.leave(allowance.place_of(message_id))
    locked.store()
