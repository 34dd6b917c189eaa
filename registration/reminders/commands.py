"""`flask reminders …`, and `flask mail bounces`."""

from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup

from registration import clock
from registration.extensions import db
from registration.mail.commands import group as mail
from registration.mail.notices import notices
from registration.reminders.bounces import Outcome, chunks, take_in
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


@mail.command("bounces")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def bounces(path: Path) -> None:
    """Read notices of mail that did not arrive from PATH, a maildir or mbox. It may be read again and again."""
    counts: Counter[Outcome] = Counter()
    for some in chunks(notices(path)):
        counts += take_in(some, clock.now())
        db.session.commit()
    for outcome in Outcome:
        click.echo(f"{counts[outcome]:>8}  {outcome.value}")
