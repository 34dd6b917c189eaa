"""The loop that sends what is due. No transaction is open while we wait for a mail server."""

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from registration import clock, database
from registration.extensions import db
from registration.mail import AHEAD, BUILDERS, IDLE, claim, health, pace, restored
from registration.mail.address import address_key
from registration.mail.compose import compose
from registration.mail.heartbeat import Heartbeat
from registration.mail.kept import error_text, without_links
from registration.mail.letter import Ahead, Builder, Idle, Letter, Superseded
from registration.mail.models import OutboxMessage, State
from registration.mail.restored import Marker
from registration.mail.smtp import Later, Refused, Server, ServerAway, Transport, transport
from registration.mail.trouble import Trouble

T = TypeVar("T")

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
# Between two looks for what comes due by itself.
MORE_SECONDS = 15.0
# Waits between tries of one message: 30 s, 1 min, 2 min … up to 2 h, each made up to half longer by chance.
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(hours=72)
# A letter that was written ahead is of use for so long: it tells how things are now.
FRESH_SECONDS = 2.0
# Between two lines in the log while delivery is not well.
REPORT_EVERY = timedelta(minutes=5)
# Waits of the whole loop, while mail server or database are away.
LONGEST_PAUSE_SECONDS = 60.0


class Delivery:
    """One worker: it claims a batch, sends it over one connection, and records each mail before the next is sent."""

    def __init__(self, app: Flask, stop: threading.Event | None = None, by: Transport | None = None) -> None:
        self.worker = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"
        self.transport = by or transport(app)
        self.lease = timedelta(seconds=2.5 * self.transport.longest)
        self.server_away = False
        self.heart = Heartbeat(self.worker)
        self._app, self._marker = app, Marker(Path(app.instance_path))
        # Whether this loop has sent since it last counted on (mail/restored.py).
        self._uncounted = False
        self._reported_at: datetime | None = None
        self._builders: dict[str, Builder] = app.extensions[BUILDERS]
        self._ahead: tuple[Ahead, ...] = app.extensions[AHEAD]
        self._most = int(app.config["MAIL_BATCH"])
        self._per_minute: int | None = app.config["MAIL_PER_MINUTE"]
        # Whether more could be due than the pace allows just now.
        self.slowed = False
        self._stop = stop or threading.Event()
        # Outcomes that the database has not taken yet. A sent mail stays here until it is recorded.
        self._outcomes: list[tuple[int, dict[str, object]]] = []
        self._interrupted = False
        # The row that comes next, and its letter once it was written ahead (when, by time.monotonic).
        self._next: OutboxMessage | None = None
        self._ready: tuple[int, float, Letter | Superseded] | None = None
        if isinstance(self.transport, Server):
            self.transport.meanwhile = self._write_ahead

    def batch(self, now: datetime) -> int:
        """Send what is due at `now`, up to MAIL_BATCH messages. Returns how many were dealt with.

        Raises sqlalchemy.exc.SQLAlchemyError when the database is away; the next call goes on where this one ended.
        """
        self.server_away = self.slowed = False
        self._catch_up()
        self.beat(now)
        if not _reading(lambda: claim.something_due(now)):
            return 0
        self._interrupted = True
        released = self._release(now)
        rows = self._look_ahead(self._claim(now), now)
        done = 0
        while rows:
            if self._stop.is_set() or self.server_away:
                claim.give_back(self.worker, [row.id for row in rows])
                db.session.commit()
                break
            self._hold_on(rows)
            if rows:
                row = rows.popleft()
                self._next = rows[0] if rows else None
                self._deliver(row)
                self.beat(clock.now())
                done += 1
        self._interrupted = False
        return done + released

    def _catch_up(self) -> None:
        while self._outcomes:
            self._record_first()
        if self._interrupted:
            claim.let_go_of_all(self.worker)
            db.session.commit()
            self._interrupted = False

    def beat(self, now: datetime, last: bool = False) -> None:
        """Say that this loop is alive, every few seconds; notice a database that was restored meanwhile."""
        if not (last or self.heart.due(now)):
            return
        found = restored.current()
        if behind := self._marker.behind(found):
            self._hold(now, behind)
        elif self._uncounted or found is None:
            # A backup that was made in the middle of a batch is then older than what that batch sent, and one that was
            # made before the very first mail is known as a copy of this database.
            found = restored.advance()
        self.heart.write(now)
        db.session.commit()
        self.heart.written(now)
        self._uncounted = False
        if found is not None:
            self._marker.note(found)
        self._report(now)

    def _hold(self, now: datetime, behind: int) -> None:
        """Hold what a restored database calls unsent, and what it would queue only because it forgot that it did."""
        number = hold(self._app, now)
        self._marker.note(restored.advance(behind + 1))
        db.session.commit()
        log.error(
            "Mail: the database is older than the last mail of this machine, so it was restored from a backup. "
            "%s unsent messages are held until staff release them",
            number,
        )

    def _report(self, now: datetime) -> None:
        if self._reported_at is not None and now - self._reported_at < REPORT_EVERY:
            return
        found = _reading(lambda: health.look(now))
        if not found.healthy or found.delivery is health.Delivery.BEHIND:
            self._reported_at = now
            log.warning("Mail: delivery is not well", extra={"facts": found.facts()})

    def _release(self, now: datetime) -> int:
        released = 0
        for key in _reading(lambda: claim.waiting_addresses(now, self._most)):
            released += claim.release(key, now)
            db.session.commit()
        return released

    def _claim(self, now: datetime) -> list[OutboxMessage]:
        claim.take_back_expired_leases(now)
        rows = self.claim_rows(now)
        counted = restored.advance() if rows else None
        if counted and (behind := self._marker.behind(counted._replace(number=counted.number - 1))):
            db.session.rollback()
            self._hold(now, behind)
            return []
        # Detached, they are read without opening a transaction again.
        for row in rows:
            db.session.expunge(row)
        db.session.commit()
        if counted:
            # Before anything is sent: a backup from before this batch must be known as one.
            self._marker.note(counted)
        return rows

    def _look_ahead(self, claimed: list[OutboxMessage], now: datetime) -> deque[OutboxMessage]:
        """What is read for all of a batch at once; messages that must wait leave it."""
        waiting: dict[int, datetime] = {}
        if claimed:
            queued = [row.queued() for row in claimed]
            for ahead in self._ahead:
                waiting.update(_reading(partial(ahead, queued, now)))
        for row_id, until in waiting.items():
            claim.settle(self.worker, row_id, {"state": State.QUEUED.value, "send_at": until})
        if waiting:
            db.session.commit()
        return deque(row for row in claimed if row.id not in waiting)

    def claim_rows(self, now: datetime) -> list[OutboxMessage]:
        """The rows of the next batch, leased."""
        if self._per_minute is None:
            return claim.claim(self.worker, now, self.lease, self._most)
        most, free_at = pace.free(self._per_minute, self._most, now)
        self.slowed = most < self._most
        rows = claim.claim(self.worker, now, self.lease, most) if most else []
        pace.take(self._per_minute, len(rows), free_at)
        return rows

    def _hold_on(self, rows: deque[OutboxMessage]) -> None:
        """Renew the lease on `rows` when it might end during the next mail; what was lost meanwhile leaves `rows`."""
        until = rows[0].leased_until
        if until is None or until - clock.now() > self.lease / 2:
            return
        until = clock.now() + self.lease
        ours = claim.renew(self.worker, [row.id for row in rows], until)
        db.session.commit()
        for row in list(rows):
            row.leased_until = until
            if row.id not in ours:
                log.warning("mail %s: the lease passed to another worker", row.id)
                rows.remove(row)

    def _deliver(self, row: OutboxMessage) -> None:
        now = clock.now()
        if row.expires_at is not None and row.expires_at <= now:
            return self._record(row, state=State.SUPERSEDED, last_error="expired")
        if row.message not in self._builders:
            error = f"no builder writes the message {row.message!r}"
            log.error("mail %s: %s", row.id, error)
            return self._record(row, state=State.FAILED, last_error=error)
        if row.stranger and not self._admitted(row, now):
            return None
        letter = self._build(row)
        if isinstance(letter, Superseded):
            if row.stranger and row.address_key:
                claim.step_back(row.address_key, row.message_id, now)
            return self._record(row, state=State.SUPERSEDED, last_error=error_text(letter.reason))
        if letter is not None and not self._addressed_anew(row, letter, now):
            self._send(row, letter)
        return None

    def _addressed_anew(self, row: OutboxMessage, letter: Letter, now: datetime) -> bool:
        """Whether a limited message goes to another address by now: it waits for a place there, like all others."""
        if not row.stranger or row.address_key is None or (key := address_key(letter.recipient)) == row.address_key:
            return False
        claim.step_back(row.address_key, row.message_id, now)
        claim.settle(self.worker, row.id, {"state": State.QUEUED, "address_key": key})
        db.session.commit()
        return True

    def _admitted(self, row: OutboxMessage, now: datetime) -> bool:
        until = claim.admit(row, now)
        if until is not None:
            # It waits through no fault of the mail server: its time for tries begins anew.
            claim.settle(
                self.worker, row.id, {"state": State.HELD, "send_at": until, "attempts": 0, "first_tried_at": None}
            )
        db.session.commit()
        return until is None

    def _write_ahead(self) -> None:
        """Write the next letter while the server takes in the one before; whatever goes wrong shows when it is due."""
        row, self._ready = self._next, None
        if row is None or row.stranger or row.message not in self._builders:
            return
        try:
            letter = self._written(row)
        except Exception:  # noqa: BLE001 - it is written again, and told, when it is due
            return
        self._ready = (row.id, time.monotonic(), letter)

    def _written(self, row: OutboxMessage) -> Letter | Superseded:
        return _reading(lambda: self._builders[row.message](row.queued()))

    def _build(self, row: OutboxMessage) -> Letter | Superseded | None:
        ready, self._ready = self._ready, None
        if ready is not None and ready[0] == row.id and time.monotonic() - ready[1] < FRESH_SECONDS:
            return ready[2]
        try:
            return self._written(row)
        except SQLAlchemyError:
            raise
        except Exception as error:
            # Whatever one builder does wrong, the other messages go on.
            log.exception("mail %s: its builder failed", row.id)
            self._try_later(row, f"builder: {type(error).__qualname__}")
            return None

    def _send(self, row: OutboxMessage, letter: Letter) -> None:
        try:
            self.transport.send(compose(letter, row.message_id), f"{row.message}-{row.id}")
        except Refused as error:
            self._record(row, state=State.FAILED, **self._tried(row), last_error=error_text(str(error), letter.secrets))
        except Later as error:
            self._troubled(error, error_text(str(error), letter.secrets))
            self._try_later(row, error_text(str(error), letter.secrets))
        except ServerAway as error:
            self.server_away = True
            self._troubled(error, error_text(str(error), letter.secrets))
            self._try_later(row, error_text(str(error), letter.secrets))
        except (ValueError, TypeError, LookupError, AssertionError) as error:
            log.exception("mail %s: its letter makes no mail", row.id)
            self._try_later(row, f"letter: {type(error).__qualname__}")
        else:
            self._well()
            self._record(
                row,
                state=State.SENT,
                **self._tried(row),
                last_error=None,
                sent_at=clock.now(),
                sent_subject=without_links(letter.subject, letter.secrets),
                sent_text=without_links(letter.text, letter.secrets),
                sent_locale=letter.locale,
            )

    def _well(self) -> None:
        if self.heart.failing:
            log.info("Mail: the mail server takes mail again")
        self.heart.sent(clock.now())
        self._uncounted = True

    def _troubled(self, error: Later | ServerAway, words: str) -> None:
        trouble = error.trouble or (Trouble.OTHER if isinstance(error, ServerAway) else None)
        if trouble is None:
            return
        self.heart.failed(clock.now(), trouble, words)
        advice = health.in_english(trouble)
        log.warning("Mail: %s Nothing is lost.", advice, extra={"facts": {"trouble": trouble.value, "answer": words}})

    def _tried(self, row: OutboxMessage) -> dict[str, Any]:
        return {"attempts": row.attempts + 1, "first_tried_at": row.first_tried_at or clock.now()}

    def _try_later(self, row: OutboxMessage, error: str) -> None:
        now = clock.now()
        tried = self._tried(row)
        last_chance = tried["first_tried_at"] + GIVE_UP_AFTER
        state = State.FAILED if now >= last_chance else State.QUEUED
        send_at = min(now + wait_before(tried["attempts"] + 1), max(last_chance, now))
        log.warning("mail %s: try %s did not succeed, %s", row.id, tried["attempts"], state)
        self._record(row, state=state, **tried, last_error=error, send_at=send_at)

    def _record(self, row: OutboxMessage, **values: object) -> None:
        self._outcomes.append((row.id, values))
        self._record_first()

    def _record_first(self) -> None:
        row_id, values = self._outcomes[0]
        # Recorded before the next mail is sent, so that a killed worker doubles one mail at most. After a loss of power
        # the mails since the last claim may go out again: that is what not waiting for the disk risks, and no more.
        with database.without_flush():
            if not claim.settle(self.worker, row_id, values):
                log.error("mail %s: another worker took it over before it was recorded; it may go out twice", row_id)
            db.session.commit()
        self._outcomes.pop(0)


def wait_before(attempt: int) -> timedelta:
    """How long to wait before the given try of a message; the second is the first one waited for."""
    # Chance only spreads attempts here and below; it guards nothing.
    doubled: int = 2 ** min(attempt - 2, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT) * random.uniform(1.0, 1.5)  # noqa: S311 # nosec B311


def _reading(read: Callable[[], T]) -> T:
    """What `read` finds in a transaction that only reads and has ended afterwards."""
    database.reads_only()
    try:
        return read()
    finally:
        db.session.rollback()
        database.may_write()


def deliver_batch(now: datetime) -> int:
    """Send what is due at `now`, once, up to MAIL_BATCH messages. Returns how many were dealt with."""
    delivery = Delivery(_app())
    try:
        return delivery.batch(now)
    finally:
        delivery.transport.close()


def deliver(stop: threading.Event, once: bool = False) -> None:
    """Send what comes due until `stop` is set; with `once`, until nothing is due or the mail server is away.

    Runs in an application context of its own. Without `once` no error ends it.
    """
    delivery, more = Delivery(_app(), stop), More(_app())
    trouble = 0
    try:
        while not stop.is_set():
            handled, well = _careful_batch(delivery, more, once)
            if once and not delivery.slowed and (handled == 0 or not well):
                return
            trouble = 0 if well else trouble + 1
            stop.wait(_pause(trouble) if trouble else 0 if handled else POLL_SECONDS)
    finally:
        delivery.transport.close()
        _last_beat(delivery)
        db.session.remove()


def _last_beat(delivery: Delivery) -> None:
    try:
        delivery.beat(clock.now(), last=True)
    except SQLAlchemyError:
        # Nobody misses it: whoever looks sees when this loop was last alive.
        db.session.rollback()


def hold(app: Flask, now: datetime) -> int:
    """Hold all that a restored database calls unsent; commits. Returns how many messages that are.

    What comes due by itself is queued first: the backup does not know which reminders have gone out since.
    """
    for idle in app.extensions[IDLE]:
        while idle(now):
            db.session.commit()
        db.session.commit()
    number = restored.hold_unsent()
    db.session.commit()
    return number


class More:
    """What comes due by itself: looked for every few seconds, then queued step by step between batches of mail."""

    def __init__(self, app: Flask) -> None:
        self._idle: tuple[Idle, ...] = app.extensions[IDLE]
        self._again_at = 0.0

    def queue(self, now: datetime) -> int:
        """Queue some of what is due, each step a transaction of its own. Returns how much was done."""
        if time.monotonic() < self._again_at:
            return 0
        # Whatever goes wrong there, mail goes on, and it is tried again later.
        self._again_at = time.monotonic() + MORE_SECONDS
        done = 0
        for idle in self._idle:
            done += idle(now)
            db.session.commit()
        if done:
            self._again_at = 0.0
        return done


def _careful_batch(delivery: Delivery, more: More, once: bool) -> tuple[int, bool]:
    """How many messages a batch dealt with, and whether mail server and database did their part."""
    queued = _careful_more(more, once)
    try:
        handled = queued + delivery.batch(clock.now())
    except Exception:
        db.session.rollback()
        if once:
            raise
        log.exception("Mail: this batch ended early; the next one goes on from there")
        return 0, False
    finally:
        db.session.remove()
    return handled, not delivery.server_away


def _careful_more(more: More, once: bool) -> int:
    try:
        return more.queue(clock.now())
    except Exception:
        db.session.rollback()
        if once:
            raise
        log.exception("Mail: what is due could not be queued; it is tried again")
        return 0


def _pause(trouble: int) -> float:
    return min(2.0 ** min(trouble - 1, 10), LONGEST_PAUSE_SECONDS) * random.uniform(0.75, 1.0)  # noqa: S311 # nosec B311


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]
