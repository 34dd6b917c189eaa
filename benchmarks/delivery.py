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
from typing import Any

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
MEGABYTE = 1_000_000


@dataclass
class Result:
    """One database: seconds and rows of queueing and what memory grew by; mails a second, ours and smtplib's; parts."""

    database: str
    queued: int = 0
    queueing: float = 0.0
    grown: int = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    size: int = 0
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Ours to smtplib's, each round compared with itself."""
        return median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


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
def _sink() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"], cwd=served.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdin
    yield int(process.stdout.readline())
    process.stdin.close()
    process.wait()


def measure(database: str, uri: str, folder: Path, families: int = FAMILIES) -> Result:
    """Fill, queue and deliver on one database."""
    result = Result(database)
    with _sink() as port:
        app = create_app(
            {
                "SQLALCHEMY_DATABASE_URI": uri,
                "SECRET_KEY": "bench",
                "BASE_URL": "http://meetings.example.org",
                "MAIL_SERVER": "127.0.0.1",
                "MAIL_PORT": port,
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
            # A day and a half before: outside of quiet hours, when the reminder of two days before is due.
            with clock.at(moment - timedelta(hours=46)):
                _queue(result)
                for _ in range(ROUNDS):
                    _round(app, port, result)
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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    while queue_due(clock.now()):
        db.session.commit()
    db.session.commit()
    result.queueing = time.perf_counter() - began
    result.grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    counts = db.session.execute(select(ReminderRun.queued, ReminderRun.called, ReminderRun.skipped)).all()
    result.queued = sum(sum(row) for row in counts)
    db.session.rollback()


def _batch(worker: delivery.Delivery) -> int:
    sent = worker.batch(clock.now())
    if not sent:
        raise RuntimeError("no mail is left to send: more families are needed")
    return sent


def _round(app: Flask, port: int, result: Result) -> None:
    worker = delivery.Delivery(app)
    worker.batch(clock.now())
    began, sent = time.perf_counter(), 0
    while sent < MAILS:
        sent += _batch(worker)
    result.ours.append(sent / (time.perf_counter() - began))
    ready = _ready_made(app)
    result.size = len(ready)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as server:
        server.sendmail("meetings@example.org", ["family@example.org"], ready)
        began = time.perf_counter()
        for _ in range(MAILS):
            server.sendmail("meetings@example.org", ["family@example.org"], ready)
        result.bare.append(MAILS / (time.perf_counter() - began))
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
    met = "met" if result.ratio >= GOAL_RATIO else "NOT met"
    yield (
        f"{result.database}: {median(result.ours):.0f} mails a second, smtplib {median(result.bare):.0f} with the same "
        f"{result.size / 1000:.1f} KB; ratio {result.ratio:.2f} (goal ≥ {GOAL_RATIO}: {met})"
    )
    yield "  ms a mail: " + ", ".join(f"{name} {took:.2f}" for name, took in result.parts.items())


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        number = int(sys.argv[1]) if len(sys.argv) > 1 else FAMILIES
        with on_sqlite(Path(made)) as address:
            print(*words_of(measure("SQLite", address, Path(made), number)), sep="\n", flush=True)
