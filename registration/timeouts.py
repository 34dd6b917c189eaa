"""How long anything waits for the database.

A page waits briefly: its reader learns within ten seconds that nothing was saved. Commands and the delivery loop wait
longer, and migrations as long as they need. The server's own time-outs fire first. A server that hangs has none, so
every wait also ends on our side. After that, requests are refused at once for a moment; otherwise they would queue for
threads that are all waiting.
"""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from flask import Flask, has_request_context
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import ConnectionPoolEntry

# Seconds for which nobody asks a server that did not answer.
PAUSE = 5.0
# Seconds that the server's own time-out may be late before we end the wait.
LATE = 1.0
# Seconds a migration waits for a lock: whoever waits for one keeps everybody behind it waiting too.
MIGRATION_LOCK = 10.0
# For links to the server that go dead without a word; libpq ignores it on a Unix socket.
TCP: Mapping[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
POLL = 0.1


class Limits(NamedTuple):
    """Seconds: for one statement, for a lock, and for a transaction that does nothing. 0 is no limit."""

    statement: float
    lock: float
    idle: float


class Silence:
    """Whether the server was found silent a moment ago."""

    def __init__(self) -> None:
        self.until = 0.0

    def note(self) -> None:
        """The server did not answer."""
        self.until = time.monotonic() + PAUSE

    def check(self) -> None:
        """Raise psycopg.OperationalError during the pause."""
        if time.monotonic() < self.until:
            raise psycopg.OperationalError("the database server did not answer a moment ago")


class Impatient(psycopg.Connection[Any]):
    """A connection that does not wait for ever for a server that hangs."""

    silence: Silence | None = None
    patience: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = POLL, timeout: float | None = None) -> Any:
        """Wait for an answer. Raises psycopg.OperationalError when there is none in time."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            # Neither the server's own word nor the end of the connection, but still in the middle of an exchange.
            if error.sqlstate is None and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # What comes later would be taken for another answer.
                self.pgconn.finish()
                if self.silence is not None:
                    self.silence.note()
            raise


def init_engine(app: Flask, engine: Engine) -> None:
    """Bound every wait of `engine`."""
    config = app.config
    page = Limits(config["DATABASE_TIMEOUT"], config["DATABASE_LOCK_TIMEOUT"], 30)
    command = Limits(config["DATABASE_COMMAND_TIMEOUT"], config["DATABASE_COMMAND_LOCK_TIMEOUT"], 300)
    silence = Silence()

    def connect(_dialect: Dialect, _record: object, words: list[Any], settings: dict[str, Any]) -> Impatient:
        silence.check()
        try:
            made = Impatient.connect(*words, **settings)
        except psycopg.errors.ConnectionTimeout:
            silence.note()
            raise
        made.silence = silence
        return made

    def checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        silence.check()
        wanted = page if has_request_context() else command
        if record.info.get("limits") != wanted:
            _limit(connection, wanted)
            record.info["limits"] = wanted

    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", checkout)


def _limit(connection: Impatient | sqlite3.Connection, limits: Limits) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {_milliseconds(limits.lock)}")
        return
    connection.patience = limits.statement + LATE if limits.statement else None
    connection.execute(
        f"SET statement_timeout = {_milliseconds(limits.statement)}; SET lock_timeout = {_milliseconds(limits.lock)};"
        f"SET idle_in_transaction_session_timeout = {_milliseconds(limits.idle)}"
    )


def as_long_as_it_takes(connection: Connection) -> None:
    """Let statements of this connection take their time, as migrations of large tables do."""
    raw: Any = connection.connection.dbapi_connection
    if isinstance(raw, Impatient):
        _limit(raw, Limits(0, MIGRATION_LOCK, 0))
        # Whoever gets this connection from the pool next has limits again.
        connection.info.pop("limits", None)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
