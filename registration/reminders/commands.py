"""`flask reminders …`"""

import click
from flask.cli import AppGroup

from registration import clock
from registration.extensions import db
from registration.reminders.queue import BATCH, queue_due

group = AppGroup("reminders", help="Reminders and announcements.")


@group.command("queue")
@click.option("--batch", type=click.IntRange(min=1), default=BATCH, show_default=True, help="Families at a time.")
def queue(batch: int) -> None:
    """Queue the reminders and announcements that are due. Stopped in the middle, the next time goes on from there."""
    done = 0
    while step := queue_due(clock.now(), batch):
        db.session.commit()
        done += step
        click.echo(f"\r{done}", nl=False, err=True)
    db.session.commit()
    click.echo("nothing more is due" if not done else "\rall that is due is queued", err=bool(done))
