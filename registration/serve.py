"""One process group that serves the pages and delivers the mail, and stops cleanly on SIGTERM.

`flask serve` starts gunicorn and the delivery loop as children, starts either again when it dies, and passes a stop on
to both. When it is itself killed, the children end with it.
"""

import contextlib
import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from registration import config
from registration.accounts.commands import demo_link
from registration.extensions import db
from registration.interpretation.commands import demo_interpreter_link

# prctl(2): the signal a child gets when its parent dies. Linux only; elsewhere the children outlive a killed parent.
PR_SET_PDEATHSIG = 1
# A child that dies at once is started again after this many seconds, not in a tight loop.
PAUSE = 1.0
# Seconds for requests under way and the mail being sent, before children are killed.
GRACE = 30


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Group:
    """Children that run until the group is told to stop."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.commands = commands
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def start(self, name: str) -> None:
        """Start one child."""
        self.children[name] = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            self.commands[name], preexec_fn=_die_with_parent if sys.platform == "linux" else None
        )

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask all children to finish what they do."""
        self.stopping = True
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()

    def run(self, watch: Callable[[], None] = lambda: time.sleep(0.2)) -> None:
        """Keep the children running until stopped; then wait for them, and kill what does not end."""
        for name in self.commands:
            self.start(name)
        while not self.stopping:
            watch()
            for name, child in list(self.children.items()):
                if child.poll() is not None and not self.stopping:
                    click.echo(f"{name} ended with {child.returncode}; starting it again", err=True)
                    time.sleep(PAUSE)
                    self.start(name)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that serve pages.")
@click.option("--threads", type=click.IntRange(min=1), default=8, show_default=True, help="Threads in each of them.")
@with_appcontext
def command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and deliver the mail until stopped."""
    base = current_app.config["BASE_URL"]
    python = [sys.executable, "-m"]
    pages = [
        *python,
        "gunicorn",
        f"--bind={host}:{port}",
        f"--workers={workers}",
        f"--threads={threads}",
        "--worker-class=gthread",
        f"--graceful-timeout={GRACE - 5}",
        "--log-level=warning",
        "registration.wsgi:app",
    ]
    group = Group({"pages": pages, "mail": [*python, "flask", "--app", "registration", "mail", "deliver"]})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, group.stop)
    click.echo(f"Families: {base}/")
    if not config.production(current_app) and (staff := demo_link()):
        click.echo(f"Staff (one-time link, 15 minutes): {staff}")
        if interpreter := demo_interpreter_link():
            click.echo(f"Interpreter (one-time link, 15 minutes): {interpreter}")
    if current_app.config["MAIL_SERVER"] is None:
        click.echo(f"Mail is written to {Path(current_app.instance_path) / 'mail'}")
    click.echo("Stop with Ctrl-C.")
    # The parent lives as long as the service: a transaction it left open would keep every other writer waiting.
    db.session.remove()
    group.run()
