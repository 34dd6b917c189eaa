"""Mails that came back: an address takes no mail, and what the family was not told is a call. The caller commits.

Only a notice that holds the Message-ID of one of our mails counts. It is 128 random bits that only the recipient's mail
service has seen; a sender's word about an address alone could be anybody's, and would silence any family.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import cast

from sqlalchemy import select

from registration.database import NO_KEY
from registration.extensions import db
from registration.families import holder
from registration.families.models import Registration
from registration.families.tell import SUBJECT
from registration.mail.models import OutboxMessage, State
from registration.mail.notices import Meaning, Notice
from registration.reminders.messages import KINDS, untold

# Notices looked up together: Message-IDs have no index, so each look-up reads the outbox once.
TOGETHER = 500
RETURNED = "returned: "


class Outcome(StrEnum):
    """What was made of one notice."""

    OTHER_MAIL = "other mail"
    SOFT = "will still be tried by the mail server"
    NOT_OURS = "of no mail of ours"
    KNOWN = "known already"
    POLICY = "refused for how we send; no address is marked"
    CONTENT = "refused for what was sent; no address is marked"
    CALL = "to be called now"
    NOBODY_TO_CALL = "no telephone number, or nothing left to tell"


_OURS = {Meaning.POLICY: Outcome.POLICY, Meaning.CONTENT: Outcome.CONTENT}


def chunks(found: Iterable[Notice | None]) -> Iterator[list[Notice | None]]:
    """Some at a time, for one transaction each."""
    some = iter(found)
    while chunk := list(islice(some, TOGETHER)):
        yield chunk


def take_in(found: Sequence[Notice | None], now: datetime) -> Counter[Outcome]:
    """Mark what these notices say. The same notice again changes nothing."""
    counts: Counter[Outcome] = Counter()
    failed = []
    for notice in found:
        if notice is None:
            counts[Outcome.OTHER_MAIL] += 1
        elif not notice.failed:
            counts[Outcome.SOFT] += 1
        else:
            failed.append(notice)
    rows = _rows({one for notice in failed for one in notice.message_ids})
    # Registrations in the order of their ids, as everybody locks them.
    pairs = [(next((rows[one] for one in notice.message_ids if one in rows), None), notice) for notice in failed]
    for row, notice in sorted(pairs, key=lambda pair: pair[0].subject_id if pair[0] else 0):
        counts[_take_in(row, notice, now)] += 1
    db.session.flush()
    return counts


def _rows(message_ids: set[str]) -> dict[str, OutboxMessage]:
    if not message_ids:
        return {}
    query = select(OutboxMessage).where(
        OutboxMessage.message_id.in_(message_ids), OutboxMessage.subject_kind == SUBJECT
    )
    return {row.message_id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def _take_in(row: OutboxMessage | None, notice: Notice, now: datetime) -> Outcome:
    if row is None:
        return Outcome.NOT_OURS
    if row.bounced_at is not None or row.state != State.SENT:
        return Outcome.KNOWN
    row.bounced_at = now
    row.last_error = f"{RETURNED}{notice.status} {notice.words}".strip()
    if notice.meaning in _OURS:
        # Someone has to mend a setting; calling every family would not help.
        row.state = State.FAILED.value
        return _OURS[notice.meaning]
    db.session.execute(select(Registration.id).where(Registration.id == row.subject_id).with_for_update(**NO_KEY))
    registration = cast("Registration", holder.by_id(row.subject_id))
    # The family may have given another address since.
    same = registration.email_folded in notice.recipients
    if notice.meaning is Meaning.ADDRESS and registration.bounced_at is None and same:
        registration.bounced_at = now
    return _to_call(row, registration, now)


def _to_call(row: OutboxMessage, registration: Registration, now: datetime) -> Outcome:
    late = row.expires_at is not None and row.expires_at <= now
    if late or not registration.phone or row.message not in KINDS or untold(registration, row.queued()) is not None:
        row.state = State.FAILED.value
        return Outcome.NOBODY_TO_CALL
    row.state, row.send_at = State.CALL.value, now
    return Outcome.CALL
