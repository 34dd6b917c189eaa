"""`flask mail …`"""

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import click
from flask import current_app
from flask.cli import AppGroup

from registration import clock, database
from registration.extensions import db
from registration.mail import deliver as delivery
from registration.mail import health
from registration.mail import retry as again
from registration.mail import status as outbox
from registration.mail.health import Delivery, Health

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
@click.option("--check", is_flag=True, help="Exit with status 1 when somebody has to do something about it.")
def status(check: bool) -> None:
    """Show how many messages wait, were sent, failed or are held, and whether delivery is well."""
    database.reads_only()
    found, well = outbox.status(), health.look(clock.now())
    for state, count in found.counts.items():
        click.echo(f"{state.value:<11}{count:>8}")
    for line in _lines(well):
        click.echo(line)
    if found.next_held is not None:
        click.echo(f"held        released from {found.next_held:%Y-%m-%d %H:%M} UTC on")
    for row in found.failed:
        click.echo(f"failed      {row.id} {row.message} of {row.subject_kind} {row.subject_id}: {row.last_error}")
    if found.failed:
        click.echo("Send them again with: flask mail retry ID…")
    if check and not well.healthy:
        raise click.exceptions.Exit(1)


def _lines(well: Health) -> Iterator[str]:
    """How delivery stands, a line for each thing that is known."""
    oldest, failure = well.oldest, well.failure
    yield f"delivery    {_DELIVERY[well.delivery]}"
    yield f"oldest due  {well.age(oldest.due_at) if oldest else 'nothing waits'}{' s' if oldest else ''}"
    if oldest:
        yield f"created     {well.age(oldest.created_at)} s ago: the message that waits longest"
    yield f"last sent   {_ago(well.age(well.sent_at))}"
    yield f"loop seen   {_ago(well.age(well.seen_at))}"
    if failure:
        yield f"last error  {_ago(well.age(failure.at))}, {failure.trouble.value}: {failure.error}"
        yield f"            {health.in_english(failure.trouble)}"
    if well.stuck:
        yield f"stuck       {well.stuck} messages of a loop that has ended; the next one takes them over"
    if well.restored:
        yield f"restored    {well.restored} messages wait for staff: the database was restored from a backup"


_DELIVERY = {
    Delivery.IDLE: "well, nothing waits",
    Delivery.SENDING: "well, mail is being sent",
    Delivery.BEHIND: "late, but mail is being sent",
    Delivery.SERVER_AWAY: "NOT WELL: the mail server takes no mail",
    Delivery.STOPPED: "NOT WELL: no delivery loop is running",
}


def _ago(seconds: int | None) -> str:
    return "never" if seconds is None else f"{seconds} s ago"


@group.command("hold")
def hold() -> None:
    """Hold all messages that are not sent yet, after a backup was restored; staff then release or drop them."""
    number = delivery.hold(current_app._get_current_object(), clock.now())  # type: ignore[attr-defined]
    click.echo(f"{number} messages are held. Staff release or drop them under Messages.")


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
