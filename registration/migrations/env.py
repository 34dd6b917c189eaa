"""Runs migrations on the application's database, in one transaction each."""

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from registration.extensions import db


def run(connection: Connection) -> None:
    """Migrate over `connection`."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: run them without --sql.")

with db.engine.connect() as opened:
    run(opened)
