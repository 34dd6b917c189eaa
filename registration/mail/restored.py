"""Telling that the database was restored from a backup, and holding what it would send a second time.

A counter in the database grows with every batch of mail. Each machine that delivers keeps the highest value it has seen
in a file beside the database, not in it. A database whose counter is lower than that is a copy from before: what it
calls unsent may have been sent since, so nobody but staff can say whether it still has to go out.
"""

import logging
import os
import secrets
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registration import database
from registration.extensions import Declarative, db
from registration.mail.models import MailGeneration, OutboxMessage, State

log = logging.getLogger(__name__)

FILE = "mail-generation"
UNSENT = (State.QUEUED, State.SENDING, State.HELD)

_TABLE = Declarative.metadata.tables[MailGeneration.__tablename__]
_VALUES: dict[str, Any] = {"id": 1, "installation": bindparam("installation"), "number": bindparam("least")}


def _advance(adding: sqlite.Insert | postgresql.Insert) -> Any:
    more = {"number": _TABLE.c.number + bindparam("by")}
    advancing = adding.values(_VALUES).on_conflict_do_update(index_elements=["id"], set_=more)
    return advancing.returning(_TABLE.c.installation, _TABLE.c.number)


_ADVANCE_SQLITE = _advance(sqlite.insert(_TABLE))
_ADVANCE_POSTGRESQL = _advance(postgresql.insert(_TABLE))


class Generation(NamedTuple):
    """How far a database has come."""

    installation: str
    number: int


def current() -> Generation | None:
    """How far the database is; None before the first mail."""
    row = db.session.execute(select(_TABLE.c.installation, _TABLE.c.number)).first()
    return Generation(*row) if row else None


def advance(by: int = 1) -> Generation:
    """Count on; the caller commits before it sends anything."""
    statement = _ADVANCE_SQLITE if database.is_sqlite() else _ADVANCE_POSTGRESQL
    values = {"installation": secrets.token_hex(16), "least": by, "by": by}
    return Generation(*database.run(statement, values).one())


class Marker:
    """The highest counter this machine has seen, kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen = self._read()

    def _read(self) -> Generation | None:
        try:
            installation, number = self._path.read_text(encoding="ascii").split()
            return Generation(installation, int(number))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.warning("Mail: %s cannot be read; a restored backup is not noticed until it is written again", FILE)
            return None

    def behind(self, found: Generation | None) -> int:
        """By how much the database is behind what this machine has seen; 0 where it is not, or is another database."""
        if self._seen is None or found is None or found.installation != self._seen.installation:
            return 0
        return max(0, self._seen.number - found.number)

    def note(self, found: Generation) -> None:
        """Remember how far the database has come."""
        if self._seen is not None and self._seen.installation == found.installation:
            found = max(found, self._seen)
        if found == self._seen:
            return
        self._seen = found
        draft = self._path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(f"{found.installation} {found.number}\n")
            draft.replace(self._path)
        except OSError as error:
            log.warning("Mail: %s cannot be written (%s); restored backups go unnoticed", FILE, error.strerror)


def hold_unsent() -> int:
    """Hold everything that has not been sent until staff decide; the caller commits. Returns how many."""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.state.in_(UNSENT))
        .values(
            state=State.RESTORED.value,
            leased_by=None,
            leased_until=None,
            # The mail server may have been away when the backup was made: the time for attempts begins anew.
            attempts=0,
            first_tried_at=None,
            last_error=None,
        )
    )
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
