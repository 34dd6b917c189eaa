"""Whether the service is alive, and whether it can serve: for load balancers and whoever watches."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from registration.extensions import db


def init_app(app: Flask) -> None:
    """Serve /healthz and /readyz."""
    app.get("/healthz", endpoint="healthz")(healthz)
    app.get("/readyz", endpoint="readyz")(readyz)


def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


def readyz() -> Response:
    """The database answers and has the schema this program expects; 503 with the reason otherwise."""
    reason = not_ready()
    return Response(f"{reason or 'ready'}\n", 503 if reason else 200, mimetype="text/plain")


def not_ready() -> str | None:
    """Why pages cannot be served, or None."""
    directory = Path(current_app.extensions["migrate"].directory)
    expected = ScriptDirectory(str(directory)).get_current_head()
    try:
        found = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError:
        db.session.rollback()
        return "the database does not answer"
    if found != expected:
        return f"the database is at {found}, the program expects {expected}: run flask db upgrade"
    return None
