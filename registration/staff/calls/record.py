"""Noting what came of a telephone call. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value

from registration.extensions import db
from registration.families.change import locked
from registration.families.models import CallResult, PhoneCall, Registration
from registration.mail.models import OutboxMessage, State
from registration.mail.retry import WRONG_NUMBER
from registration.meetings.models import Meeting
from registration.reminders.messages import KINDS, untold
from registration.staff.calls.waiting import open_messages


class NotedMeanwhile(Exception):
    """Since the page was shown somebody noted a call to this family, or the same button was pressed twice."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a call settled: messages told, messages that no longer held, messages still to tell."""

    told: int
    dropped: int
    left: int


def calls_noted(registration_id: int) -> int:
    """How many calls to a family are in the record: a form that says so is sent once."""
    query = select(func.count()).select_from(PhoneCall).where(PhoneCall.registration_id == registration_id)
    return db.session.scalar(query) or 0


def note_call(
    registration_id: int,
    meeting_id: int,
    result: CallResult,
    note: str,
    *,
    message_ids: Sequence[int],
    noted_before: int,
    person_id: int | None,
    now: datetime,
) -> Noted:
    """Record a call and settle the messages that were told in it; without any it is a call for another reason.

    Reached, or a message left: they are told. Nobody answers: they stay. A wrong number: they have failed. What no
    longer holds is superseded. `noted_before`: calls in the record when the page was shown. Raises NotedMeanwhile.
    """
    meeting, registration = locked(registration_id, meeting_id)
    if calls_noted(registration.id) != noted_before:
        raise NotedMeanwhile
    set_committed_value(registration, "meeting", meeting)
    waiting = open_messages([registration.id])[registration.id]
    told = [one for one in waiting if one.id in message_ids and _holds(one, registration)]
    dropped = [one for one in waiting if not _holds(one, registration)]
    call = PhoneCall(
        registration_id=registration.id,
        outbox_id=told[0].id if told else None,
        person_id=person_id,
        at=now,
        result=result,
        # Its data may have been deleted since the page was shown.
        note="" if registration.erased_at else note,
    )
    db.session.add(call)
    for message in told:
        _settle(message, registration, result, now)
    for message in dropped:
        message.state, message.last_error = State.SUPERSEDED, untold(registration, message.queued())
    db.session.flush()
    settled = 0 if result == CallResult.NO_ANSWER else len(told)
    return Noted(settled, len(dropped), len(waiting) - len(dropped) - settled)


def _holds(message: OutboxMessage, registration: Registration) -> bool:
    return message.message not in KINDS or untold(registration, message.queued()) is None


def _settle(message: OutboxMessage, registration: Registration, result: CallResult, now: datetime) -> None:
    message.attempts += 1
    message.first_tried_at = message.first_tried_at or now
    if result in (CallResult.REACHED, CallResult.MESSAGE_LEFT):
        message.state, message.sent_at, message.last_error = State.SENT, now, None
        message.sent_locale = registration.contact_language
    elif result == CallResult.WRONG_NUMBER:
        message.state, message.last_error = State.FAILED, WRONG_NUMBER


def told_already(registration: Registration, *, person_id: int | None, now: datetime) -> None:
    """The family is on the telephone while staff type for it: what it would be called about, it knows.

    The rows of the registration are locked by what staff did for it before, in this transaction.
    """
    set_committed_value(registration, "meeting", db.session.get_one(Meeting, registration.meeting_id))
    waiting = [one for one in open_messages([registration.id])[registration.id] if _holds(one, registration)]
    if not waiting:
        return
    result = CallResult.REACHED
    call = PhoneCall(
        registration_id=registration.id, outbox_id=waiting[0].id, person_id=person_id, at=now, result=result
    )
    db.session.add(call)
    for message in waiting:
        _settle(message, registration, result, now)
    db.session.flush()
