"""Putting a message into the outbox, in the transaction of what it tells of."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import JSON, BindParameter, Select, Text, bindparam, cast, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registration import clock, database
from registration.extensions import Declarative, db
from registration.mail import allowance
from registration.mail.address import address_key, new_message_id
from registration.mail.letter import Queued
from registration.mail.models import OutboxMessage, State


class Limited(StrEnum):
    """When a message takes its place within the limit of its address.

    NOW locks the allowance of the address, so it must be the last lock of a transaction, and one address a transaction.
    LATER leaves that to the moment of sending: for what one transaction says to several addresses.
    """

    NOW = "now"
    LATER = "later"


def enqueue(
    message: str,
    *,
    subject: tuple[str, int],
    occurrence: str,
    channel: Literal["mail", "call"],
    address: str | None = None,
    limited: Limited | None = None,
    send_at: datetime | None = None,
    expires_at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    topic: str | None = None,
) -> OutboxMessage:
    """Add a message; the caller commits. The same message asked for again is the row that is there.

    What comes back is for looking at: a message just added belongs to no session.

    `limited`: nobody has shown that they read mail at `address`; the message counts against the limit of the address
    and, with Limited.NOW, may come back in state `held`. Raises ValueError for such a message without an address.
    """
    now = clock.now()
    row = _row(
        message,
        subject,
        occurrence,
        channel,
        address,
        now=now,
        stranger=limited is not None,
        send_at=send_at,
        expires_at=expires_at,
        facts=facts,
        topic=topic,
    )
    if limited is not None and row["address_key"] is None and channel == "mail":
        raise ValueError(f"{message}: a limited message needs the address whose limit it counts against")
    if row["stranger"] and limited is Limited.NOW:
        return _enqueue_for_stranger(row, now)
    return _insert(row) or _the_one_there(row)


class Recipient(NamedTuple):
    """One of many who are told the same: the id of their subject, how, where, and not before when."""

    subject_id: int
    channel: Literal["mail", "call"]
    address: str | None = None
    send_at: datetime | None = None


def enqueue_many(
    message: str,
    recipients: Iterable[Recipient],
    *,
    kind: str,
    occurrence: str,
    expires_at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    topic: str | None = None,
    mailing: str | None = None,
) -> None:
    """Add one message for each of `recipients`, subjects of `kind`, in one statement; the caller commits.

    None of them counts against the limit of an address: what a district has to say to families is not a stranger's
    doing. Who has the same message already does not get it again. With the name of a `mailing` they stand together,
    and whatever is said to somebody alone goes before them.
    """
    now = clock.now()
    rows = [
        _row(
            message,
            (kind, one.subject_id),
            occurrence,
            one.channel,
            one.address,
            now=now,
            send_at=one.send_at,
            expires_at=expires_at,
            facts=facts,
            topic=topic,
        )
        | {"mailing": mailing}
        for one in recipients
    ]
    if rows:
        db.session.flush()
        db.session.execute(_ADD_MANY_SQLITE if database.is_sqlite() else _ADD_MANY_POSTGRESQL, rows)


def said_later(queued: Queued) -> bool:
    """Whether the same message was queued for the same subject after this one."""
    row = OutboxMessage
    same = (row.subject_kind == queued.subject_kind, row.subject_id == queued.subject_id, row.message == queued.message)
    return db.session.scalar(select(row.id).where(*same, row.id > queued.id).limit(1)) is not None


def keep_until(topic: str, until: datetime) -> None:
    """Let what has not been told yet of `topic` hold until another moment: what it is about takes place later."""
    open_still = (
        OutboxMessage.topic == topic,
        OutboxMessage.state.in_([State.QUEUED, State.HELD, State.RESTORED, State.CALL]),
    )
    later = update(OutboxMessage).where(*open_still, OutboxMessage.expires_at.is_not(None)).values(expires_at=until)
    db.session.execute(later.execution_options(synchronize_session=False))


def _row(
    message: str,
    subject: tuple[str, int],
    occurrence: str,
    channel: Literal["mail", "call"],
    address: str | None,
    *,
    now: datetime,
    stranger: bool = False,
    send_at: datetime | None = None,
    expires_at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
    topic: str | None = None,
) -> dict[str, Any]:
    return {
        "message": message,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "occurrence": occurrence,
        "topic": topic,
        "state": State.CALL.value if channel == "call" else State.QUEUED.value,
        "send_at": send_at or now,
        "expires_at": expires_at,
        "message_id": new_message_id(),
        "facts": dict(facts or {}),
        "address_key": address_key(address) if address and channel == "mail" else None,
        "stranger": stranger and channel == "mail",
        "created_at": now,
        "attempts": 0,
    }


def _enqueue_for_stranger(row: dict[str, Any], now: datetime) -> OutboxMessage:
    key: str = row["address_key"]
    place = allowance.place_of(row["message_id"])
    locked, added = _lock_and_insert(row, key, now, place)
    changed = not locked.fresh
    if changed:
        if until := _held_until(locked, place, now):
            row |= {"state": State.HELD.value, "send_at": max(until, row["send_at"])}
            locked.held_until = until
        added = _insert(row)
    if added is None:
        if locked.fresh:
            locked.leave(place)
            locked.store()
        return _the_one_there(row)
    if changed:
        locked.store()
    return added


def _lock_and_insert(
    row: dict[str, Any], key: str, now: datetime, place: str
) -> tuple[allowance.Allowance, OutboxMessage | None]:
    """Lock the allowance; add the message if the address had no mail before, so that there is nothing to decide."""
    # Whatever the caller has changed goes first: messages follow what they tell of.
    db.session.flush()
    if database.is_sqlite():
        locked = allowance.lock(key, now, place)
        return locked, _insert(row) if locked.fresh else None
    values = allowance.lock_values(key, now, place)
    places, held_until, added = database.run(_locking_and_adding(tuple(row)), {**row, **values}).one()
    message = database.detached(OutboxMessage, {**row, "id": added}) if added is not None else None
    return allowance.locked(values, places, held_until), message


def _held_until(locked: allowance.Allowance, place: str, now: datetime) -> datetime | None:
    if locked.held_until is not None and allowance.someone_waits(locked.address_key):
        return max(locked.held_until, now)
    return locked.take(place, now)


# What tells two messages apart; a second one like it is not added.
SAME = ["subject_kind", "subject_id", "message", "occurrence"]
# Built once: on the way of every registration, building it would cost more than running it.
_TABLE = Declarative.metadata.tables[OutboxMessage.__tablename__]
_ADD_SQLITE = sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=SAME).returning(_TABLE.c.id)
_ADD_POSTGRESQL = postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=SAME).returning(_TABLE.c.id)


@cache
def _locking_and_adding(names: tuple[str, ...]) -> Select[list[list[Any]], datetime | None, int]:
    """On PostgreSQL one way to the server instead of two, for all but those who had mail lately."""
    locked = allowance.LOCK_POSTGRESQL.cte("locked")
    fresh = cast(locked.c.places, Text) == cast(bindparam("places", type_=JSON), Text)
    row: dict[str, BindParameter[Any]] = {name: bindparam(name, type_=_TABLE.c[name].type) for name in names}
    adding = postgresql.insert(_TABLE).from_select(names, select(*row.values()).where(fresh), include_defaults=False)
    added = adding.on_conflict_do_nothing(index_elements=SAME).returning(_TABLE.c.id).cte("added")
    return select(locked.c.places, locked.c.held_until, select(added.c.id).scalar_subquery())


_ADD_MANY_SQLITE = sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=SAME)
_ADD_MANY_POSTGRESQL = postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=SAME)


def _insert(row: dict[str, Any]) -> OutboxMessage | None:
    # Whatever the caller has changed goes first: messages follow what they tell of.
    db.session.flush()
    added = database.run(_ADD_SQLITE if database.is_sqlite() else _ADD_POSTGRESQL, row).scalar_one_or_none()
    if added is None:
        return None
    return database.detached(OutboxMessage, row | {"id": added})


def _the_one_there(row: dict[str, Any]) -> OutboxMessage:
    names = ("message", "subject_kind", "subject_id", "occurrence")
    return db.session.scalars(select(OutboxMessage).filter_by(**{name: row[name] for name in names})).one()
