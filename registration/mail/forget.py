"""Removing what the outbox holds about people: texts, subjects, addresses, written files. The caller commits."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import ColumnElement, Select, case, delete, select, update

from registration.database import past_what_is_locked
from registration.extensions import db
from registration.mail.allowance import LONGEST
from registration.mail.models import AddressAllowance, OutboxMessage, State
from registration.mail.smtp import folder

# What has not gone out yet; its text would be read from rows that are empty now. A call to make is one of them.
OPEN = (State.QUEUED, State.HELD, State.RESTORED, State.FAILED, State.CALL)
# Rows and files looked at in one transaction.
AT_A_TIME = 500
# Writing a mail takes moments.
STALE_DRAFT = timedelta(hours=1)
_NUMBER = re.compile(r"-(\d+)\.eml$")


def forget(subject_kind: str, subject_ids: Collection[int], now: datetime) -> None:
    """Forget all messages about some subjects, stop those still to be sent, and delete their files."""
    about = (OutboxMessage.subject_kind == subject_kind, OutboxMessage.subject_id.in_(subject_ids))
    _forget(select(OutboxMessage.id).where(*about), now)


def forget_some(which: ColumnElement[bool], now: datetime, most: int = AT_A_TIME) -> int:
    """Forget some of the messages that `which` names and that are still kept; how many."""
    rows = select(OutboxMessage.id).where(which, OutboxMessage.forgotten_at.is_(None))
    return _forget(past_what_is_locked(rows.order_by(OutboxMessage.id).limit(most)), now)


def _forget(rows: Select[int], now: datetime) -> int:
    ids = db.session.scalars(rows).all()
    if not ids:
        return 0
    waits = OutboxMessage.state.in_(OPEN)
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(
            sent_subject=None,
            sent_text=None,
            facts={},
            address_key=None,
            # Without its address nothing can be counted against the limit any more.
            stranger=False,
            forgotten_at=now,
            state=case((waits, State.SUPERSEDED.value), else_=OutboxMessage.state),
            last_error=case((waits, "data deleted"), else_=None),
        )
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
    _delete_files(set(ids))
    return len(ids)


def forget_allowances(now: datetime, most: int = AT_A_TIME) -> int:
    """Delete some of the allowances that no limit counts any more; how many."""
    old = select(AddressAllowance.address_key).where(AddressAllowance.last_used_at <= now - LONGEST)
    keys = db.session.scalars(past_what_is_locked(old.limit(most))).all()
    gone = delete(AddressAllowance).where(AddressAllowance.address_key.in_(keys))
    db.session.execute(gone.execution_options(synchronize_session=False))
    return len(keys)


def forget_files(now: datetime, before: datetime) -> int:
    """Delete written mails whose message is forgotten, such as one that was being sent just then; how many.

    Drafts of a worker that was killed go too, and files from before `before` that belong to no message.
    """
    numbers = sorted(_files())
    forgotten: set[int] = set()
    for first in range(0, len(numbers), AT_A_TIME):
        some = numbers[first : first + AT_A_TIME]
        known = select(OutboxMessage.id, OutboxMessage.forgotten_at).where(OutboxMessage.id.in_(some))
        rows = {row.id: row.forgotten_at for row in db.session.execute(known)}
        forgotten |= {number for number in some if number in rows and rows[number] is not None}
        _delete_older({number for number in some if number not in rows}, before)
    _delete([path for path in folder(current_app).glob(".*") if _written(path) < now - STALE_DRAFT])
    return _delete_files(forgotten)


def _delete_older(numbers: Collection[int], before: datetime) -> None:
    _delete(
        [path for number, some in _files().items() if number in numbers for path in some if _written(path) < before]
    )


def _files() -> dict[int, list[Path]]:
    """Written mails by the id of their message."""
    found: dict[int, list[Path]] = {}
    for path in folder(current_app).glob("*.eml"):
        if number := _NUMBER.search(path.name):
            found.setdefault(int(number[1]), []).append(path)
    return found


def _delete_files(message_ids: Collection[int]) -> int:
    return _delete([path for number, some in _files().items() if number in message_ids for path in some])


def _delete(paths: Collection[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
