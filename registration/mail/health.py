"""How delivery stands, for all who ask: /metrics, `flask mail status`, the log, and the pages of staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal_column, select

from registration import i18n
from registration.extensions import db
from registration.mail.models import MailWorker, OutboxMessage, State
from registration.mail.trouble import Trouble, words

# What is due for longer than this is not simply its turn: the loop looks twice a second.
LATE = timedelta(minutes=2)
# A loop writes every ten seconds, but not while one mail is under way, which takes two and a half minutes at most.
SILENT = timedelta(minutes=5)
# Held messages are counted up to here.
MOST = 1000


class Delivery(StrEnum):
    """How delivery stands, in one word."""

    IDLE = "idle"
    SENDING = "sending"
    BEHIND = "behind"
    SERVER_AWAY = "server_away"
    STOPPED = "stopped"


class Oldest(NamedTuple):
    """The message that waits longest: since when it is due, and when it was created."""

    due_at: datetime
    created_at: datetime


class Failure(NamedTuple):
    """The last time the mail server took nothing: when, why, and in its own words."""

    at: datetime
    trouble: Trouble
    error: str


@dataclass(frozen=True, slots=True)
class Health:
    """How delivery stands at `now`.

    `oldest`: attempts do not make it younger. `seen_at`: when a delivery loop was last alive. `stuck`: messages being
    sent by a loop that has not been heard of for too long. `restored`: messages held after a restore, MOST + 1 at most.
    """

    now: datetime
    delivery: Delivery
    oldest: Oldest | None
    sent_at: datetime | None
    failure: Failure | None
    seen_at: datetime | None
    stuck: int
    restored: int

    @property
    def healthy(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.delivery not in (Delivery.SERVER_AWAY, Delivery.STOPPED) and not self.stuck and not self.restored

    def age(self, moment: datetime | None) -> int | None:
        """Seconds since a moment."""
        return None if moment is None else max(0, int((self.now - moment).total_seconds()))

    def facts(self) -> dict[str, object]:
        """The same in plain values, without addresses: for the log."""
        return {
            "delivery": self.delivery.value,
            "oldest_due_seconds": self.age(self.oldest.due_at) if self.oldest else 0,
            "last_sent_seconds": self.age(self.sent_at),
            "last_failure_seconds": self.age(self.failure.at) if self.failure else None,
            "trouble": self.failure.trouble.value if self.failure else None,
            "loop_seen_seconds": self.age(self.seen_at),
            "stuck": self.stuck,
            "restored": self.restored,
        }


def look(now: datetime) -> Health:
    """How delivery stands at `now`; six short statements that cost the same however many messages there are."""
    workers = db.session.scalars(select(MailWorker)).all()
    due = _first_due(now)
    oldest = min(filter(None, (due, _first_tried())), default=None)
    sent_at = max((one.sent_at for one in workers if one.sent_at), default=None)
    failure = _last_failure(workers)
    seen_at = max((one.seen_at for one in workers), default=None)
    failing = failure is not None and oldest is not None and (sent_at is None or failure.at > sent_at)
    return Health(
        now=now,
        delivery=_delivery(now, due, oldest, seen_at, failing),
        oldest=oldest,
        sent_at=sent_at,
        failure=failure,
        seen_at=seen_at,
        stuck=_count(OutboxMessage.state == State.SENDING, OutboxMessage.leased_until <= now),
        restored=_count(OutboxMessage.state == State.RESTORED),
    )


def _delivery(
    now: datetime, due: Oldest | None, oldest: Oldest | None, seen_at: datetime | None, failing: bool
) -> Delivery:
    late = due is not None and now - due.due_at > LATE
    # An installation whose loop has never run has nothing to say before something waits for it.
    if now - seen_at > SILENT if seen_at is not None else late:
        return Delivery.STOPPED
    if failing:
        return Delivery.SERVER_AWAY
    if late:
        return Delivery.BEHIND
    return Delivery.IDLE if oldest is None else Delivery.SENDING


def _first_due(now: datetime) -> Oldest | None:
    """Of the messages whose turn it is, the first one. Each state is read from its end of the index."""
    row = OutboxMessage
    found = [
        db.session.execute(
            select(row.send_at, row.created_at)
            .where(row.state == state, row.send_at <= now)
            .order_by(row.send_at)
            .limit(1)
        ).first()
        for state in (State.QUEUED, State.SENDING)
    ]
    return min((Oldest(*one) for one in found if one), default=None)


# As the partial index says it: with a parameter in its place, the index would not be seen to hold it.
_TRIED: ColumnElement[bool] = literal_column("(outbox.state = 'queued' AND outbox.first_tried_at IS NOT NULL)")


def _first_tried() -> Oldest | None:
    """The message that the mail server has not taken for longest. Each attempt makes it due later, not younger."""
    row = OutboxMessage
    query = select(row.first_tried_at, row.created_at).where(_TRIED).order_by(row.first_tried_at).limit(1)
    found = db.session.execute(query).first()
    return Oldest(found[0], found[1]) if found and found[0] else None


def _last_failure(workers: Sequence[MailWorker]) -> Failure | None:
    found = [
        Failure(one.failed_at, Trouble(one.trouble or Trouble.OTHER), one.error or "")
        for one in workers
        if one.failed_at is not None
    ]
    return max(found, key=lambda one: one.at, default=None)


def _count(*conditions: ColumnElement[bool]) -> int:
    some = select(OutboxMessage.id).where(*conditions).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def in_english(trouble: Trouble) -> str:
    """What is wrong and what to do about it, for logs and commands."""
    with i18n.spoken("en"):
        return words(trouble)
