"""What a delivery loop leaves behind about itself every few seconds, so that others can see whether it is alive.

A loop that sends a hundred mails a second writes no more often than one that sends nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from registration import database
from registration.extensions import Declarative, db
from registration.mail.models import MailWorker
from registration.mail.trouble import Trouble

EVERY = timedelta(seconds=10)
# Loops that have ended are forgotten after this time; a new one takes over when mail last went out.
FORGOTTEN_AFTER = timedelta(days=1)

_TABLE = Declarative.metadata.tables[MailWorker.__tablename__]
_COLUMNS = ("seen_at", "sent_at", "failed_at", "trouble", "error")
_VALUES: dict[str, Any] = {name: bindparam(name, type_=_TABLE.c[name].type) for name in ("name", *_COLUMNS)}


def _upsert(adding: sqlite.Insert | postgresql.Insert) -> Any:
    changed = {name: adding.excluded[name] for name in _COLUMNS}
    return adding.values(_VALUES).on_conflict_do_update(index_elements=["name"], set_=changed)


_WRITE_SQLITE = _upsert(sqlite.insert(_TABLE))
_WRITE_POSTGRESQL = _upsert(postgresql.insert(_TABLE))


class Heartbeat:
    """What one loop knows of itself; `write` puts it into its row."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.sent_at: datetime | None = None
        self.failed_at: datetime | None = None
        self.trouble: Trouble | None = None
        self.error: str | None = None
        self._written_at: datetime | None = None
        self._news = False

    def sent(self, now: datetime) -> None:
        """A mail went out."""
        # The first one, and the first one after a failure, is news that does not wait for its turn.
        self._news = self._news or self.sent_at is None or self.failing
        self.sent_at = now

    def failed(self, now: datetime, trouble: Trouble, error: str) -> None:
        """The mail server took nothing. That ends a batch and is followed by a pause, so it is news each time."""
        self._news = True
        self.failed_at, self.trouble, self.error = now, trouble, error

    @property
    def failing(self) -> bool:
        """Whether the last attempt was a failure."""
        return self.failed_at is not None and (self.sent_at is None or self.failed_at > self.sent_at)

    def due(self, now: datetime) -> bool:
        """Whether it is time to write."""
        return self._news or self._written_at is None or now - self._written_at >= EVERY

    def write(self, now: datetime) -> None:
        """Write the row; the caller commits, and calls `written` then."""
        if self._written_at is None:
            self._take_over(now)
        values = {name: getattr(self, name) for name in _COLUMNS[1:]}
        statement = _WRITE_SQLITE if database.is_sqlite() else _WRITE_POSTGRESQL
        database.run(statement, {"name": self.worker, "seen_at": now, **values})

    def written(self, now: datetime) -> None:
        """The row stands in the database."""
        self._written_at, self._news = now, False

    def _take_over(self, now: datetime) -> None:
        last = db.session.scalar(select(func.max(MailWorker.sent_at)))
        self.sent_at = max(filter(None, (last, self.sent_at)), default=None)
        ended = delete(MailWorker).where(MailWorker.seen_at < now - FORGOTTEN_AFTER)
        db.session.execute(ended.execution_options(synchronize_session=False))
