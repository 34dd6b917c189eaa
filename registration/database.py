"""Connections, transactions and the order of locks.

**Lock order.** Every transaction on a meeting's registrations locks, in this order: the meeting row, registrations by
id, demand rows by (language, modality), then the mail allowance of an address. Any other order deadlocks on PostgreSQL.

**SQLite.** One writer at a time: a transaction that may write says so before its first statement (BEGIN IMMEDIATE), so
that it waits for the lock instead of failing in the middle. Reading requests begin plainly and never wait.

**PostgreSQL.** Connections are in the driver's autocommit; only what may write begins a transaction. A statement of a
reader sees what is committed by then, transaction or not, so its BEGIN and ROLLBACK are saved.
"""

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple, cast

import psycopg
from flask import Flask
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, Executable, Select, event, inspect, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session, make_transient_to_detached
from sqlalchemy.types import TypeDecorator

from registration import timeouts
from registration.extensions import Model, db, reading, unhurried

M = TypeVar("M", bound=Model)
Columns = TypeVarTuple("Columns")


# Every row lock is FOR NO KEY UPDATE. PostgreSQL checks a foreign key with FOR KEY SHARE on the row it names, also when
# a row is changed twice in one transaction; FOR UPDATE stands in the way of that, and two that lock in different order
# deadlock.
NO_KEY: dict[str, Any] = {"key_share": True}

# Key of `Session.info`: the transaction that has changed rows.
WRITTEN = "written"

# Seconds until a thread that computes must let another one run; Python's own are 0.005. Figures: docs/performance.md.
# On SQLite the thread that holds the one lock for writing waits that long after each statement, and all other writers
# with it: so it is short. On PostgreSQL nobody waits for a thread, and a page is computed in less time than this:
# switching in the middle of one only costs, so it is long.
SQLITE_SWITCH, POSTGRESQL_SWITCH = 0.0005, 0.02


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def reads_only() -> None:
    """Say that what follows in this context only reads; `web` calls it for GET and HEAD."""
    reading.set(True)


def only_reads() -> bool:
    """Whether it was said that what runs now only reads."""
    return reading.get()


def may_write() -> None:
    """Say that what follows in this context may write. It is what holds when nothing was said."""
    reading.set(False)


def has_written() -> bool:
    """Whether the open transaction of this context's session has changed rows, so that it sees what may never be true.

    Statements of `run` do not count: nothing the public reads is written by them.
    """
    if not db.session.registry.has():
        return False
    session = db.session()
    written = session.info.get(WRITTEN)
    return written is not None and written is session.get_transaction()


def note_writing(session: Session, *_: object) -> None:
    """Remember that the open transaction of `session` has changed rows."""
    session.info[WRITTEN] = session.get_transaction()


def _note_statement(state: ORMExecuteState) -> None:
    if not state.is_select:
        note_writing(state.session)


event.listen(db.session, "after_flush", note_writing)
event.listen(db.session, "do_orm_execute", _note_statement)


@contextmanager
def without_flush() -> Iterator[None]:
    """Commit inside the block without waiting until the disk has it, which is most of what a small commit costs.

    It outlives the death of this process at once, a loss of power from the next usual commit on. Only for what may be
    done again after a loss of power: docs/decisions/012.
    """
    before = unhurried.set(True)
    try:
        yield
    finally:
        unhurried.reset(before)


def init_engine_options(app: Flask) -> None:
    """Engine options by database; must run before Flask-SQLAlchemy makes the engine."""
    options: dict[str, Any] = dict(app.config.get("SQLALCHEMY_ENGINE_OPTIONS") or {})
    uri = make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    if uri.get_backend_name() == "sqlite":
        if uri.database in (None, "", ":memory:"):
            app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
            return
        # One for each thread of `flask serve` and some: what is beyond is opened and closed for every request.
        options.setdefault("pool_size", 16)
    else:
        # A statement is prepared when it comes the second time: there are few of them, and each comes again.
        own = {
            "connect_timeout": app.config["DATABASE_CONNECT_TIMEOUT"],
            "cursor_factory": Cursor,
            "prepare_threshold": 1,
        }
        options["connect_args"] = {**timeouts.TCP, **own, **options.get("connect_args", {})}
        options.setdefault("pool_size", 10)
        # A server that hangs makes nobody wait this long: the connections come back after a statement's time.
        options.setdefault("pool_timeout", 10)
    # The connection used last is used first: its statements are prepared and its pages are at hand.
    options.setdefault("pool_use_lifo", True)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options


def prepare_engine(app: Flask) -> None:
    """Hook the connection rules of the database into the application's engine."""
    with app.app_context():
        engine = db.engine
    timeouts.init_engine(app, engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgresql_connect)
        event.listen(engine, "begin", _postgresql_begin)


class Cursor(psycopg.Cursor[Any]):
    """A cursor that describes its columns by name and type alone, as much as SQLAlchemy asks for.

    psycopg makes an object for each column of each result; for the registration page, with its eighty columns, that
    took as long as the query.
    """

    @property
    def description(self) -> Any:
        """Names and type numbers of the columns of the result (DB-API 2.0); None when it has none."""
        result = self.pgresult
        if result is None or result.status != psycopg.pq.ExecStatus.TUPLES_OK:
            return super().description
        unknown = (None,) * 5
        return [((result.fname(i) or b"").decode(), result.ftype(i), *unknown) for i in range(result.nfields)]


def _postgresql_connect(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.autocommit = True


def _postgresql_begin(connection: Connection) -> None:
    if not reading.get():
        # One way to the server and back for both.
        connection.exec_driver_sql("BEGIN; SET LOCAL synchronous_commit TO off" if unhurried.get() else "BEGIN")


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver itself begins too late, after the first read; SQLAlchemy's begin event does it here.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)):
        (found,) = cursor.execute(f"PRAGMA {pragma}").fetchone()
        if found != expected:
            raise sqlite3.OperationalError(f"SQLite does not keep PRAGMA {pragma}: {found!r} instead of {expected!r}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    if not reading.get():
        _wait_for_the_disk(connection, "NORMAL" if unhurried.get() else "FULL")
    connection.exec_driver_sql("BEGIN" if reading.get() else "BEGIN IMMEDIATE")


def _wait_for_the_disk(connection: Connection, level: str) -> None:
    # Cannot be changed inside a transaction. A new connection waits, see _sqlite_connect.
    if connection.info.get("synchronous", "FULL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["synchronous"] = level


def run(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement of Core in the session's transaction, past the session.

    For statements on the way of every registration: through the session each costs four times as much. Nothing is
    flushed first and no object of the session learns of it.
    """
    return db.session.connection().execute(statement, values)


def detached(kind: type[M], values: Mapping[str, Any]) -> M:
    """An object that stands for a row with these values, as if it had been read and its session ended.

    The constructor sets each column through the ORM's events, which takes as long as writing the row.
    """
    found = cast(M, inspect(kind).class_manager.new_instance())
    vars(found).update(values)
    make_transient_to_detached(found)
    return found


def past_what_is_locked(rows: Select[*Columns]) -> Select[*Columns]:
    """The same query, locking what it finds and passing what somebody else has locked; SQLite has one writer."""
    return rows if is_sqlite() else rows.with_for_update(skip_locked=True, **NO_KEY)


def is_sqlite(engine: Engine | None = None) -> bool:
    """Whether the database is the embedded one."""
    return (engine or db.engine).dialect.name == "sqlite"


def let_threads_take_turns() -> None:
    """Set how often this process switches threads; for a process that serves pages."""
    sys.setswitchinterval(SQLITE_SWITCH if is_sqlite() else POSTGRESQL_SWITCH)
