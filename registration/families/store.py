"""Rows of a registration, written without the ORM's bookkeeping: it is on the way of every family.

The statements are built once and columns named in one place. The row is given as an object of no session, to look at.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, bindparam, exists, false, insert, literal_column, text
from sqlalchemy.orm.attributes import set_committed_value

from registration.database import detached, run
from registration.extensions import Declarative
from registration.families.answers import Answers
from registration.families.models import InterpretationRequest, Registration, Status
from registration.families.names import words
from registration.meetings.models import Meeting

_REGISTRATION: Table = Declarative.metadata.tables[Registration.__tablename__]
_REQUEST: Table = Declarative.metadata.tables[InterpretationRequest.__tablename__]
# The meeting is locked when this runs, so nobody can register with the same address in between.
_SAME_ADDRESS = (
    exists(literal_column("1"))
    .select_from(_REGISTRATION)
    .where(_REGISTRATION.c.meeting_id == bindparam("at_meeting"), _REGISTRATION.c.email_folded == bindparam("folded"))
)
_ADDED = (_REGISTRATION.c.id, _REGISTRATION.c.same_address)
_ADD = insert(_REGISTRATION).values(same_address=_SAME_ADDRESS).returning(*_ADDED)
_ADD_WITHOUT_ADDRESS = insert(_REGISTRATION).values(same_address=false()).returning(*_ADDED)
_ADD_REQUEST = insert(_REQUEST).returning(_REQUEST.c.id)


# What nothing has happened to yet; without a value the ORM would ask the database for each.
_NOTHING = dict.fromkeys(_REGISTRATION.columns.keys())


def columns(answers: Answers) -> dict[str, Any]:
    """What the row holds of the answers; seats, requests and counters are apart."""
    return {
        "name": answers.name,
        "email": answers.email,
        "email_folded": answers.email.casefold() if answers.email else None,
        "phone": answers.phone,
        "contact_language": answers.contact_language,
        "locale": answers.locale,
        "adults": answers.adults,
        "children": answers.children,
        "attendance": answers.attendance,
        "needs": list(answers.needs),
        "needs_other": answers.needs_other,
        "childcare_children": answers.childcare_children,
        "question": answers.question,
        "call_me": answers.call_me,
    }


def add(
    meeting: Meeting,
    answers: Answers,
    requests: Sequence[InterpretationRequest],
    *,
    public_id: str,
    code: str,
    submission_id: str,
    status: Status,
    childcare_granted: bool,
    registered_by_id: int | None,
    now: datetime,
) -> Registration:
    """Add a registration with its requests and the words of its name. Raises sqlalchemy.exc.IntegrityError."""
    row = columns(answers) | {
        "public_id": public_id,
        "link_version": 1,
        "code": code,
        "meeting_id": meeting.id,
        "submission_id": submission_id,
        "answers_hash": answers.digest(),
        "status": status.value,
        "childcare_granted": childcare_granted,
        "waiting_since": now if status is Status.WAITING else None,
        "registered_by_id": registered_by_id,
        "dialect_note": "",
        "created_at": now,
        "version": 1,
        "calendar_sequence": 0,
    }
    address = {"at_meeting": meeting.id, "folded": row["email_folded"]} if answers.email else {}
    added, same = run(_ADD if address else _ADD_WITHOUT_ADDRESS, row | address).one()
    registration = detached(Registration, _NOTHING | row | {"id": added, "same_address": bool(same)})
    set_committed_value(registration, "requests", [_request(one, registration) for one in requests])
    add_words(added, meeting.id, answers.name)
    return registration


def _request(asked: InterpretationRequest, registration: Registration) -> InterpretationRequest:
    asked.registration_id = registration.id
    values = {name: value for name, value in vars(asked).items() if name in _REQUEST.c}
    added = detached(InterpretationRequest, values | {"id": run(_ADD_REQUEST, values).scalar_one()})
    set_committed_value(added, "events", [])
    return added


def add_words(registration_id: int, meeting_id: int, name: str) -> None:
    """Let staff find the registration by the words of its name."""
    found = words(name)
    if found:
        these = {f"word_{number}": word for number, word in enumerate(found)}
        run(_adding_words(len(found)), {"meeting": meeting_id, "registration": registration_id, **these})


@cache
def _adding_words(number: int) -> TextClause:
    # One statement for all: SQLAlchemy builds its own for several rows anew each time.
    rows = ", ".join(f"(:meeting, :word_{each}, :registration)" for each in range(number))
    return text(f"INSERT INTO registration_word (meeting_id, word, registration_id) VALUES {rows}")  # noqa: S608
