"""How delivery stands: whether the loop that sends mail is alive, whether the mail server is, and what waits."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, select

from registration.extensions import db
from registration.mail.models import OutboxMessage, State
from registration.mail.status import oldest_due

# The loop looks twice a second; what is due for longer than this is not simply its turn.
LATE = timedelta(minutes=2)
# A loop that sends has sent something within this time.
LATELY = timedelta(minutes=5)


class Health(StrEnum):
    """What can be said of delivery from the rows alone."""

    IDLE = "idle"
    SENDING = "sending"
    BEHIND = "behind"
    SERVER_AWAY = "server_away"
    STOPPED = "stopped"


class Loop(NamedTuple):
    """How delivery stands; `since`: the moment from which the oldest due message waits; `error`: of the last try."""

    health: Health
    since: datetime | None
    last_sent: datetime | None
    error: str


def look(now: datetime) -> Loop:
    """How delivery stands at `now`; four short statements."""
    age = oldest_due(now)
    last_sent = db.session.scalar(
        select(OutboxMessage.sent_at)
        .where(OutboxMessage.state == State.SENT)
        .order_by(OutboxMessage.send_at.desc())
        .limit(1)
    )
    error = _error_after(last_sent, now)
    since = now - age if age is not None else None
    return Loop(_health(age, last_sent, error, now), since, last_sent, error)


def _health(age: timedelta | None, last_sent: datetime | None, error: str, now: datetime) -> Health:
    if error:
        return Health.SERVER_AWAY
    if age is None:
        return Health.IDLE
    if age < LATE or _holds_some(now):
        return Health.SENDING
    if last_sent is not None and now - last_sent < LATELY:
        return Health.BEHIND
    return Health.STOPPED


def _holds_some(now: datetime) -> bool:
    leased = and_(OutboxMessage.state == State.SENDING, OutboxMessage.leased_until > now)
    return db.session.scalar(select(OutboxMessage.id).where(leased).limit(1)) is not None


def _error_after(last_sent: datetime | None, now: datetime) -> str:
    """Why the mail server took nothing at the last try; "" where it did, or nothing was tried lately.

    A message that the server itself did not take is tried again a while later, so it is the last one due.
    """
    tried = select(OutboxMessage.last_error, OutboxMessage.first_tried_at).where(
        OutboxMessage.state == State.QUEUED, OutboxMessage.attempts > 0, OutboxMessage.send_at > now - LATELY
    )
    row = db.session.execute(tried.order_by(OutboxMessage.send_at).limit(1)).first()
    if row is None or row.last_error is None or not away(row.last_error):
        return ""
    return row.last_error if last_sent is None or row.first_tried_at > last_sent else ""


# Errors of one mail or one recipient, not of the server; see mail/smtp.py, mail/deliver.py.
_OF_ONE_MAIL = ("SMTPRecipientsRefused", "SMTPDataError", "builder:", "letter:", "no builder", "UnicodeError")


def away(error: str) -> bool:
    """Whether an error speaks of the mail server and not of one mail."""
    return not error.startswith(_OF_ONE_MAIL)
