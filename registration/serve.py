"""One process group that serves the pages and delivers the mail, and stops cleanly on SIGTERM.

`flask serve` loads the program once, opens the port, and forks the processes that serve pages and the delivery loop, so
they start at once and share its memory. It restarts a child that dies and passes a stop on to all of them. When it is
killed itself, its children stop too.
"""

import contextlib
import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from registration import config, server
from registration.accounts.commands import demo_link
from registration.database import let_threads_take_turns
from registration.extensions import db
from registration.interpretation.commands import demo_interpreter_link
from registration.mail.commands import deliver_until_stopped

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

log = logging.getLogger(__name__)

# prctl(2): the signal a child gets when its parent dies, and its name in ps. Linux only; elsewhere the children outlive
# a parent that is killed.
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
# A child that dies at once is started again after this many seconds, not in a tight loop.
PAUSE = 1.0
# Seconds for requests under way and the mail being sent, before children are killed.
GRACE = 30
STOPS = (signal.SIGTERM, signal.SIGINT)
PAGES, MAIL = "pages", "mail"


class Group:
    """Parts of the program, each in a child process, that run until the group is told to stop."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.parts: dict[str, Callable[[], None]] = {}
        self.children: dict[str, ForkProcess] = {}
        self.stopping = False

    def start(self, name: str) -> None:
        """Start one child."""
        # Until the child has taken ours away, a signal would run our handlers in it.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            child = multiprocessing.get_context("fork").Process(
                target=_child, args=(name, self.parts[name], os.getpid()), name=name
            )
            child.start()
            self.children[name] = child
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask all children to finish what they do."""
        self.stopping = True

    def run(self) -> None:
        """Keep the children running until stopped; then wait for them, and kill what does not end."""
        for number in STOPS:
            signal.signal(number, self.stop)
        # What is loaded by now stays, so collecting garbage need not write to memory that is shared.
        gc.collect()
        gc.freeze()
        for name in self.parts:
            self.start(name)
        while not self.stopping:
            time.sleep(0.2)
            for name, child in list(self.children.items()):
                if not child.is_alive() and not self.stopping:
                    log.error("%s ended with %s; starting it again", name, child.exitcode)
                    time.sleep(PAUSE)
                    self.start(name)
        self._end()

    def _end(self) -> None:
        self.listening.close()
        for child in self.children.values():
            child.terminate()
        until = time.monotonic() + GRACE
        for child in self.children.values():
            child.join(max(0.1, until - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()


def die_with_parent() -> None:
    """Let this process be told to stop when the one that started it dies."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _prctl(option: int, value: int | bytes) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value)


def _child(name: str, part: Callable[[], None], parent: int) -> None:
    die_with_parent()
    _prctl(PR_SET_NAME, name.encode())
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if os.getppid() == parent:
        part()


def pages(app: Flask, host: str, port: int, workers: int, threads: int) -> Group:
    """A group whose processes serve `app` on one port. Raises OSError when the port cannot be had."""
    group = Group(server.listen(host, port))

    def part() -> None:
        server.serve(app, group.listening, threads, GRACE - 5)

    group.parts = {f"{PAGES} {number}": part for number in range(1, workers + 1)}
    return group


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that serve pages.")
@click.option("--threads", type=click.IntRange(min=1), default=8, show_default=True, help="Threads in each of them.")
@click.option("--mail/--no-mail", "deliver", default=True, help="Whether to deliver mail, too. On by default.")
@with_appcontext
def command(host: str, port: int, workers: int, threads: int, deliver: bool) -> None:
    """Serve the pages and deliver the mail until stopped."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        group = pages(app, host, port, workers, threads)
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another one with --port."
        ) from error
    if deliver:
        group.parts[MAIL] = deliver_until_stopped
    _greet(app)
    let_threads_take_turns()
    # Children must not share a connection, and a transaction left open here would keep every other writer waiting.
    db.session.remove()
    db.engine.dispose()
    group.run()


def _greet(app: Flask) -> None:
    click.echo(f"Families: {app.config['BASE_URL']}/")
    click.echo(f"Data: {app.instance_path}")
    # Pages are served while the database is away, too: they say so, and whom to call.
    with contextlib.suppress(SQLAlchemyError):
        if not config.production(app) and (staff := demo_link()):
            click.echo(f"Staff (one-time link, 15 minutes): {staff}")
            if interpreter := demo_interpreter_link():
                click.echo(f"Interpreter (one-time link, 15 minutes): {interpreter}")
    if app.config["MAIL_SERVER"] is None:
        click.echo(f"Mail is written to {Path(app.instance_path) / 'mail'}")
    click.echo("Stop with Ctrl-C.")
