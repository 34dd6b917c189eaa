"""Reminders: how fast they are queued, how fast they leave beside smtplib with ready-made mails, what a mail costs."""

import contextlib
import resource
import secrets
import smtplib
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, make_url, select, text, update

from benchmarks import served
from registration import clock, create_app, demo
from registration.demo_families import load_families
from registration.extensions import db
from registration.mail import BUILDERS
from registration.mail import deliver as delivery
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting, MeetingStatus
from registration.reminders.models import ReminderRun
from registration.reminders.queue import queue_due

FAMILIES, GOAL_SECONDS = 100_000, 60.0
# Mails of a round, rounds in turn with smtplib.
MAILS, ROUNDS = 600, 5
GOAL_RATIO = 0.3


class Server(NamedTuple):
    """A mail server to send to."""

    name: str
    options: tuple[str, ...] = ()


SERVERS = (Server("aiosmtpd"), Server("a server that does nothing", ("--bare",)))
MEGABYTE = 1_000_000


@dataclass
class Rates:
    """Mails a second to one server, round by round: ours, and smtplib's with ready-made mails."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Ours to smtplib's, each round compared with itself."""
        return median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


@dataclass
class Result:
    """One database: families queued, in seconds, and what memory grew by; bytes of a mail; rates by server; parts."""

    database: str
    queued: int = 0
    queueing: float = 0.0
    grown: int = 0
    size: int = 0
    rates: dict[str, Rates] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)


@contextlib.contextmanager
def on_sqlite(folder: Path) -> Iterator[str]:
    """The address of a new database."""
    yield f"sqlite:///{folder / 'delivery.sqlite'}"


@contextlib.contextmanager
def on_postgresql(server_uri: str) -> Iterator[str]:
    """The same on the server that `server_uri` names."""
    address = make_url(server_uri)
    name = f"delivery_{secrets.token_hex(4)}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield address.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


@contextlib.contextmanager
def _sink(*words: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink", *words],
        cwd=served.CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdin
    yield int(process.stdout.readline())
    process.stdin.close()
    process.stdout.close()
    process.wait()


def measure(database: str, uri: str, folder: Path, families: int = FAMILIES) -> Result:
    """Fill, queue and deliver on one database."""
    result = Result(database)
    app = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": uri,
            "SECRET_KEY": "bench",
            "BASE_URL": "http://meetings.example.org",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_DEFAULT_SENDER": "meetings@example.org",
            "MAIL_REPLY_TO": "office@example.org",
        },
        instance_path=str(folder),
    )
    with app.app_context():
        _fill(families)
        moment = db.session.scalars(select(Meeting.starts_at).order_by(Meeting.starts_at.desc())).first()
        assert moment
        db.session.rollback()
        # Two days before, in the afternoon: the time at which families are asked whether they still come.
        with clock.at(moment - timedelta(hours=46)):
            _queue(result)
            for server in SERVERS:
                with _sink(*server.options) as port:
                    app.extensions["mail"].port = port
                    rates = result.rates[server.name] = Rates()
                    for _ in range(ROUNDS):
                        _round(app, port, rates, result)
                    if server is SERVERS[0]:
                        _parts(app, result)
        db.session.remove()
        db.engine.dispose()
    return result


def _fill(families: int) -> None:
    flask_migrate.upgrade()
    demo.load_season(clock.now())
    db.session.execute(update(Meeting).values(capacity=None, online_capacity=None, childcare_capacity=None))
    # All families at one meeting, all with the same reminder.
    last = db.session.scalars(select(Meeting.id).order_by(Meeting.starts_at.desc())).first()
    db.session.execute(update(Meeting).where(Meeting.id != last).values(status=MeetingStatus.CANCELLED.value))
    db.session.commit()
    load_families(families, clock.now())
    # The confirmations are not what is measured.
    db.session.execute(update(OutboxMessage).where(OutboxMessage.state == State.QUEUED).values(state=State.SENT.value))
    db.session.execute(text("UPDATE registration SET meeting_id = :last, status = 'registered'"), {"last": last})
    db.session.execute(text("UPDATE interpretation_request SET meeting_id = :last"), {"last": last})
    db.session.commit()


def _queue(result: Result) -> None:
    before, most, began = _resident(), 0, time.perf_counter()
    while queue_due(clock.now()):
        db.session.commit()
        most = max(most, _resident())
    db.session.commit()
    result.queueing = time.perf_counter() - began
    result.grown = max(0, most - before)
    counts = db.session.execute(select(ReminderRun.queued, ReminderRun.called, ReminderRun.skipped)).all()
    result.queued = sum(sum(row) for row in counts)
    db.session.rollback()


def _batch(worker: delivery.Delivery) -> int:
    sent = worker.batch(clock.now())
    if not sent:
        raise RuntimeError("no mail is left to send: more families are needed")
    return sent


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _round(app: Flask, port: int, rates: Rates, result: Result) -> None:
    worker = delivery.Delivery(app)
    worker.batch(clock.now())
    began, sent = time.perf_counter(), 0
    while sent < MAILS:
        sent += _batch(worker)
    rates.ours.append(sent / (time.perf_counter() - began))
    ready = _ready_made(app)
    result.size = len(ready)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as server:
        server.sendmail("meetings@example.org", ["family@example.org"], ready)
        began = time.perf_counter()
        for _ in range(MAILS):
            server.sendmail("meetings@example.org", ["family@example.org"], ready)
        rates.bare.append(MAILS / (time.perf_counter() - began))
    worker.transport.close()


class _Kept(threading.Event):
    """What a delivery sent last."""

    longest = 5.0
    data = b""

    def send(self, message: Any, name: str) -> None:
        """Keep it."""
        del name
        self.data = message.as_bytes()

    def close(self) -> None:
        """Nothing is open."""


def _ready_made(app: Flask) -> bytes:
    kept = _Kept()
    delivery.Delivery(app, by=kept).batch(clock.now())
    return kept.data


def _parts(app: Flask, result: Result) -> None:
    taken: dict[str, float] = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def measured(*args: Any, **values: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **values)
            finally:
                taken[name] += time.perf_counter() - began

        return measured

    worker = delivery.Delivery(app)
    # One after the other; otherwise the next letter is written while the server takes in the one before.
    vars(worker.transport)["meanwhile"] = None
    worker.batch(clock.now())
    builders = app.extensions[BUILDERS]
    before, composing = dict(builders), vars(delivery)["compose"]
    for name, builder in before.items():
        builders[name] = timed("build", builder)
    for name, method in (("claim", "_claim"), ("look ahead", "_look_ahead"), ("record", "_record_first")):
        setattr(worker, method, timed(name, getattr(worker, method)))
    worker.transport.send = timed("send", worker.transport.send)  # type: ignore[method-assign]
    vars(delivery)["compose"] = timed("compose", composing)
    began, sent = time.perf_counter(), 0
    while sent < MAILS:
        sent += _batch(worker)
    whole = time.perf_counter() - began
    vars(delivery)["compose"] = composing
    builders.update(before)
    worker.transport.close()
    result.parts = {name: 1000 * seconds / sent for name, seconds in taken.items()}
    result.parts["the rest"] = 1000 * whole / sent - sum(result.parts.values())


def words_of(result: Result) -> Iterator[str]:
    """The result in lines."""
    quick = "met" if result.queueing <= GOAL_SECONDS * result.queued / FAMILIES else "NOT met"
    yield (
        f"{result.database}: {result.queued:,} families queued in {result.queueing:.1f} s ({quick}: goal "
        f"{FAMILIES:,} in {GOAL_SECONDS:.0f} s); memory grew by {result.grown / MEGABYTE:.0f} MB"
    )
    for name, rates in result.rates.items():
        # A real server is never faster than one as the RFCs have it.
        goal = (
            f" (goal ≥ {GOAL_RATIO}: {'met' if rates.ratio >= GOAL_RATIO else 'NOT met'})" if name == "aiosmtpd" else ""
        )
        yield (
            f"{result.database}, to {name}: {median(rates.ours):.0f} mails a second, smtplib {median(rates.bare):.0f} "
            f"with the same {result.size / 1000:.1f} KB; ratio {rates.ratio:.2f}{goal}"
        )
    yield "  ms a mail, one part after the other: " + ", ".join(
        f"{name} {took:.2f}" for name, took in result.parts.items()
    )
