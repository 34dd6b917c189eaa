"""Whether the service is alive, and whether it can serve: for load balancers and whoever watches."""

import threading
import time
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app
from sqlalchemy import LargeBinary, String, delete, insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from registration.database import may_write, reads_only
from registration.extensions import Model, db

# Seconds between two tries to write, however often anybody asks.
PROBE_SECONDS = 10.0
# More than a page of either database, so that the row needs room of its own.
FILLER = bytes(range(256)) * 48


class SchemaSupport(Model):
    """One row: the revision of the oldest program that this schema still serves. Migrations write it."""

    __tablename__ = "schema_support"

    id: Mapped[int] = mapped_column(primary_key=True)
    oldest_program: Mapped[str] = mapped_column(String(32))


class WriteProbe(Model):
    """One row at most, written to see that it can be."""

    __tablename__ = "write_probe"

    id: Mapped[int] = mapped_column(primary_key=True)
    filler: Mapped[bytes] = mapped_column(LargeBinary)


class _Probe:
    """When a write was last tried, and whether it went well."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next = 0.0
        self.writable = True


def init_app(app: Flask) -> None:
    """Serve /healthz and /readyz."""
    app.extensions["write_probe"] = _Probe()
    app.get("/healthz", endpoint="healthz")(healthz)
    app.get("/readyz", endpoint="readyz")(readyz)


def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> Response:
    """The database answers, has a schema this program can serve, and can be written; 503 with the reason otherwise."""
    reason = not_ready()
    return Response(f"{reason or 'ready'}\n", 503 if reason else 200, mimetype="text/plain")


def not_ready() -> str | None:
    """Why pages cannot be served, or None."""
    try:
        reason = _other_schema(db.session.connection())
    except SQLAlchemyError:
        return "the database does not answer"
    finally:
        db.session.rollback()
    return reason or (None if _writable() else "the database cannot be written: is the disk full?")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(current_app.extensions["migrate"].directory)))


def _other_schema(connection: Connection) -> str | None:
    scripts = _scripts()
    expected, known = scripts.get_current_head(), {one.revision for one in scripts.walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    if found == expected:
        return None
    if found is None or found in known:
        return f"the database is at {found}, the program expects {expected}: run flask db upgrade"
    oldest = connection.scalar(select(SchemaSupport.oldest_program))
    if oldest in known:
        return None
    return f"the database is at {found} and needs a program of {oldest} or later; this one is {expected}: update it"


def note_oldest_program(connection: Connection, scripts: ScriptDirectory) -> None:
    """Record, after migrations, which program the schema serves: the one of the last migration that is not additive."""
    if not inspect(connection).has_table(SchemaSupport.__tablename__):
        return
    found = MigrationContext.configure(connection).get_current_revision()
    steps = scripts.iterate_revisions(found, "base")
    oldest = next(step.revision for step in steps if not getattr(step.module, "additive", False))
    connection.execute(delete(SchemaSupport))
    connection.execute(insert(SchemaSupport), {"id": 1, "oldest_program": oldest})


def _writable() -> bool:
    probe: _Probe = current_app.extensions["write_probe"]
    with probe.lock:
        if time.monotonic() >= probe.next:
            probe.writable = _write()
            probe.next = time.monotonic() + PROBE_SECONDS
        return probe.writable


def _write() -> bool:
    may_write()
    try:
        with db.engine.begin() as connection:
            before = connection.scalars(select(WriteProbe.id)).all()
            # Before the old row goes: room that it leaves is no sign that there is more.
            connection.execute(insert(WriteProbe), {"id": max(before, default=0) + 1, "filler": FILLER})
            connection.execute(delete(WriteProbe).where(WriteProbe.id.in_(before)))
    except SQLAlchemyError as error:
        current_app.logger.error("cannot write: %s", type(error).__qualname__, exc_info=error)
        return False
    finally:
        reads_only()
    return True
