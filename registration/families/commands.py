"""`flask check counters`: the counters against the rows they count."""

import click
from flask.cli import AppGroup

from registration.extensions import db
from registration.families.recount import differences, repair

group = AppGroup("check", help="Check what must always hold.")


@group.command("counters")
@click.option("--repair", "mend", is_flag=True, help="Set the counters to what the rows say.")
def counters(mend: bool) -> None:
    """Compare seats, waiting lists, childcare and demand with their rows; exit 1 when they differ."""
    found = differences()
    for one in found:
        click.echo(f"{one.what}: {one.counter} in the counter, {one.rows} in the rows")
    if not found:
        click.echo("All counters agree with their rows.")
        return
    if mend:
        repair()
        db.session.commit()
        click.echo("Repaired.")
        return
    raise SystemExit(1)
