"""`flask mail …`"""

import signal
import threading
from datetime import timedelta
from types import FrameType

import click
from flask.cli import AppGroup

from registration import clock, database
from registration.extensions import db
from registration.mail import deliver as delivery
from registration.mail import retry as again
from registration.mail import status as outbox

group = AppGroup("mail", help="Deliver mail and see how it stands.")


@group.command("deliver")
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
def deliver(once: bool) -> None:
    """Send what is due until stopped (SIGTERM or Ctrl-C; the mail in hand is finished first)."""
    deliver_until_stopped(once)


def deliver_until_stopped(once: bool = False) -> None:
    """Run the delivery loop in this process until SIGTERM or Ctrl-C; `once` stops when nothing is due."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    delivery.deliver(stop, once)


@group.command("status")
def status() -> None:
    """Show how many messages wait, were sent, failed or are held."""
    database.reads_only()
    now = clock.now()
    found = outbox.status(now)
    for state, count in found.counts.items():
        click.echo(f"{state.value:<11}{count:>8}")
    click.echo(f"oldest due  {'nothing waits' if found.oldest is None else _ago(found.oldest)}")
    if found.next_held is not None:
        click.echo(f"held        released from {found.next_held:%Y-%m-%d %H:%M} UTC on")
    for row in found.failed:
        click.echo(f"failed      {row.id} {row.message} of {row.subject_kind} {row.subject_id}: {row.last_error}")
    if found.failed:
        click.echo("Send them again with: flask mail retry ID…")


def _ago(age: timedelta) -> str:
    return f"{int(age.total_seconds())} s"


@group.command("retry")
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Queue failed messages again."""
    queued = again.retry(ids, clock.now())
    db.session.commit()
    for row_id in ids:
        click.echo(f"{row_id} {'queued again' if row_id in queued else 'is not a failed message'}")
    if len(queued) < len(set(ids)):
        raise click.exceptions.Exit(1)
