"""Removing what names a family or was written by or about it. What reports count stays. The caller commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Update, delete, select, tuple_, update

from registration.extensions import db
from registration.families.models import (
    InterpretationRequest,
    PhoneCall,
    Registration,
    RegistrationWord,
    ReleasedQuestion,
    Removal,
)

# Tags, numbers, states, and moments stay: they are what reports count. Everything else of a registration goes.
BLANK: dict[str, Any] = {
    "name": "",
    "email": None,
    "email_folded": None,
    "phone": None,
    "needs": [],
    "needs_other": "",
    "question": "",
    "dialect_note": "",
    "call_me": False,
    "same_address": False,
    # Anyone who guesses a name and an address could check them against the hash.
    "answers_hash": "",
}


def forget(registration_ids: Collection[int], now: datetime) -> None:
    """Erase registrations of one meeting, which the caller has locked, and close their links.

    Their messages are the outbox's to forget (mail/forget.py), and staff find them until their words are forgotten.
    """
    rows = Registration.id.in_(registration_ids)
    closed = {"erased_at": now, "link_version": Registration.link_version + 1}
    _run(update(Registration).where(rows).values(BLANK | closed))
    mine = InterpretationRequest.registration_id.in_(registration_ids)
    _run(update(InterpretationRequest).where(mine, InterpretationRequest.own_words != "").values(own_words=""))
    _run(update(PhoneCall).where(PhoneCall.registration_id.in_(registration_ids)).values(note=""))
    _run(delete(ReleasedQuestion).where(ReleasedQuestion.registration_id.in_(registration_ids)))


def forget_words(meeting_id: int, registration_id: int) -> None:
    """Let nobody find a family by the words of its name. This looks at all words of the meeting."""
    words = (RegistrationWord.meeting_id == meeting_id, RegistrationWord.registration_id == registration_id)
    _run(delete(RegistrationWord).where(*words))


def forget_some_words(meeting_id: int, most: int) -> int:
    """The same for some of the words of a meeting whose families are all erased; how many."""
    row = RegistrationWord
    keys = (row.meeting_id, row.word, row.registration_id)
    some = db.session.execute(select(*keys).where(row.meeting_id == meeting_id).order_by(*keys).limit(most)).all()
    _run(delete(row).where(tuple_(*keys).in_([tuple(one) for one in some])))
    return len(some)


def forget_removals(meeting_id: int) -> None:
    """Drop what undoing the removals of a meeting would need; how many families they removed stays."""
    _run(update(Removal).where(Removal.meeting_id == meeting_id).values(waited=[]))


def _run(statement: Update | Delete) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
