"""`flask privacy …`"""

from collections import Counter

import click
from flask.cli import AppGroup
from sqlalchemy import text

from registration import clock, database
from registration.extensions import db
from registration.privacy import compact
from registration.privacy.purge import FAMILIES, step

group = AppGroup("privacy", help="Delete personal data whose time has passed.")


@group.command("purge")
@click.option("--batch", type=click.IntRange(min=1), default=FAMILIES, show_default=True, help="Families at a time.")
@click.option("--full", is_flag=True, help="On PostgreSQL also rewrite all tables, each of them locked meanwhile.")
def purge(batch: int, full: bool) -> None:
    """Delete what has been kept for its time after the meeting. Stopped in the middle, the next time goes on there."""
    done: Counter[str] = Counter()
    while deleted := step(clock.now(), batch):
        db.session.commit()
        done[deleted.what] += deleted.number
        click.echo(f"{done[deleted.what]:>8}  {deleted.what}", err=True)
    compact.compact(clock.now())
    db.session.commit()
    if full and not database.is_sqlite():
        _vacuum_full()
    for what, number in done.items():
        click.echo(f"{number:>8}  {what} deleted")
    click.echo("Nothing else has passed its time.")


def _vacuum_full() -> None:
    # Inside a transaction PostgreSQL refuses it, and what only reads begins none.
    database.reads_only()
    try:
        _rewrite_all()
    finally:
        database.may_write()


def _rewrite_all() -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SET statement_timeout TO 0"))
        connection.execute(text("SET lock_timeout TO 0"))
        # The planner's samples of what was deleted are replaced, and then rewritten with everything else.
        connection.execute(text("ANALYZE"))
        connection.execute(text("VACUUM FULL"))
