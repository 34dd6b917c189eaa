"""Rows of a registration, written without the ORM's bookkeeping: it is on the way of every family.

The statements are built once and columns named in one place. The row is given as an object of no session, to look at.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    Select,
    Table,
    Text,
    TextClause,
    bindparam,
    exists,
    false,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningInsert

from registration.database import detached, is_sqlite, run
from registration.extensions import Declarative
from registration.families import demand
from registration.families.answers import Answers
from registration.families.models import Demand, InterpretationRequest, Registration, RegistrationWord, Status
from registration.families.names import words
from registration.mail.address import folded
from registration.meetings.models import Meeting

_REGISTRATION: Table = Declarative.metadata.tables[Registration.__tablename__]
_REQUEST: Table = Declarative.metadata.tables[InterpretationRequest.__tablename__]
_DEMAND: Table = Declarative.metadata.tables[Demand.__tablename__]
_WORD: Table = Declarative.metadata.tables[RegistrationWord.__tablename__]
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
        "email_folded": folded(answers.email) if answers.email else None,
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
    demanded: demand.Contribution,
    *,
    public_id: str,
    code: str,
    submission_id: str,
    status: Status,
    childcare_granted: bool,
    registered_by_id: int | None,
    now: datetime,
) -> Registration:
    """Add a registration with its requests, the words of its name, and what it adds to the demand of its meeting.

    The caller has locked the meeting. Raises sqlalchemy.exc.IntegrityError.
    """
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
    asked = [_columns_of(one) | {"meeting_id": meeting.id} for one in requests]
    rows = _Rows(row, asked, words(answers.name), demanded)
    address = {"at_meeting": meeting.id, "folded": row["email_folded"]} if answers.email else {}
    added = _one_by_one(rows, address) if is_sqlite() else _together(rows, address)
    registration = detached(Registration, _NOTHING | row | {"id": added.id, "same_address": added.same_address})
    its = zip(rows.requests, added.requests, strict=True)
    set_committed_value(registration, "requests", [_request(added.id, *one) for one in its])
    return registration


class _Rows(NamedTuple):
    """What is written: the registration, its requests, the words of its name, the demand it adds."""

    registration: Mapping[str, Any]
    requests: Sequence[Mapping[str, Any]]
    words: Sequence[str]
    demanded: demand.Contribution


class _Added(NamedTuple):
    """What became of them: the ids, and whether the address is that of another registration."""

    id: int
    same_address: bool
    requests: Sequence[int]


def _columns_of(asked: InterpretationRequest) -> dict[str, Any]:
    return {name: value for name, value in vars(asked).items() if name in _REQUEST.c}


def _request(registration_id: int, columns: Mapping[str, Any], request_id: int) -> InterpretationRequest:
    made = detached(InterpretationRequest, {**columns, "registration_id": registration_id, "id": request_id})
    set_committed_value(made, "events", [])
    return made


def _one_by_one(rows: _Rows, address: Mapping[str, Any]) -> _Added:
    statement = _ADD if address else _ADD_WITHOUT_ADDRESS
    added, same = run(statement, {**rows.registration, **address}).one()
    asked = [run(_ADD_REQUEST, {**one, "registration_id": added}).scalar_one() for one in rows.requests]
    meeting_id = rows.registration["meeting_id"]
    _write_words(added, meeting_id, rows.words)
    demand.apply(meeting_id, {}, rows.demanded)
    return _Added(added, bool(same), asked)


def _together(rows: _Rows, address: Mapping[str, Any]) -> _Added:
    # Each statement is a way to the server and back; PostgreSQL takes them in one. In which order it writes demand rows
    # does not matter: who changes those of a meeting has locked its row.
    demanded = demand.rows(rows.registration["meeting_id"], rows.demanded)
    values = {**rows.registration, **address, **_numbered("asked", rows.requests), **_numbered("demanded", demanded)}
    names = tuple(tuple(one) for one in rows.requests)
    statement = _adding_together(tuple(rows.registration), names, len(demanded), bool(address))
    row = run(statement, {**values, "words": list(rows.words)}).one()
    return _Added(row[0], row[1], row[2:])


def _numbered(prefix: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{prefix}_{number}_{name}": value for number, one in enumerate(rows) for name, value in one.items()}


def _bound(table: Table, names: Iterable[str], prefix: str = "") -> dict[str, BindParameter[Any]]:
    return {name: bindparam(f"{prefix}{name}", type_=table.c[name].type) for name in names}


@cache
def _adding_together(
    names: tuple[str, ...], requests: tuple[tuple[str, ...], ...], demanded: int, address: bool
) -> Select[*tuple[Any, ...]]:
    whole = _bound(_REGISTRATION, names)
    adding = (_ADD if address else _ADD_WITHOUT_ADDRESS).values(whole)
    added = adding.cte("added")
    asked = [_asking(added, number, one).cte(f"asked_{number}") for number, one in enumerate(requests)]
    found = select(whole["meeting_id"], func.unnest(bindparam("words", type_=ARRAY(Text))), added.c.id)
    worded = insert(_WORD).from_select(["meeting_id", "word", "registration_id"], found)
    ids = [select(one.c.id).scalar_subquery() for one in asked]
    statement = select(added.c.id, added.c.same_address, *ids).add_cte(worded.cte("worded"))
    for number in range(demanded):
        # One row each: SQLAlchemy builds the text of several anew each time.
        row = _bound(_DEMAND, _DEMAND.columns.keys(), f"demanded_{number}_")
        counting = demand.adding(postgresql.insert(_DEMAND).values(row))
        statement = statement.add_cte(counting.cte(f"counted_{number}"))
    return statement


def _asking(added: CTE, number: int, names: Sequence[str]) -> ReturningInsert[*tuple[Any, ...]]:
    values = _bound(_REQUEST, names, f"asked_{number}_").values()
    found = select(*values, added.c.id)
    return insert(_REQUEST).from_select([*names, "registration_id"], found, False).returning(_REQUEST.c.id)


def add_words(registration_id: int, meeting_id: int, name: str) -> None:
    """Let staff find the registration by the words of its name."""
    _write_words(registration_id, meeting_id, words(name))


def _write_words(registration_id: int, meeting_id: int, found: Sequence[str]) -> None:
    if found:
        these = {f"word_{number}": word for number, word in enumerate(found)}
        run(_adding_words(len(found)), {"meeting": meeting_id, "registration": registration_id, **these})


@cache
def _adding_words(number: int) -> TextClause:
    # One statement for all: SQLAlchemy builds its own for several rows anew each time.
    rows = ", ".join(f"(:meeting, :word_{each}, :registration)" for each in range(number))
    # Only names of parameters are put together.
    return text(f"INSERT INTO registration_word (meeting_id, word, registration_id) VALUES {rows}")  # noqa: S608 # nosec B608
