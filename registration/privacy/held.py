"""Everything that is held about one family, as plain values: what it gets when it asks for access to its data."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from registration.accounts.models import AuditEntry
from registration.extensions import Model, db
from registration.families.models import (
    InterpretationEvent,
    InterpretationRequest,
    PhoneCall,
    Registration,
    RegistrationWord,
    ReleasedQuestion,
    Removal,
)
from registration.families.tell import SUBJECT
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting

# What only this program has a use for: keys, versions, leases, and numbers of rows, of staff among them.
NOT_SAID = {
    "id",
    "public_id",
    "link_version",
    "meeting_id",
    "registration_id",
    "request_id",
    "outbox_id",
    "person_id",
    "registered_by_id",
    "removal_id",
    "submission_id",
    "answers_hash",
    "version",
    "calendar_sequence",
    "email_folded",
    "subject_kind",
    "subject_id",
    "object_kind",
    "object_id",
    "occurrence",
    "topic",
    "mailing",
    "leased_until",
    "leased_by",
    "message_id",
    "address_key",
    "waited",
    "families",
}

Held = dict[str, Any]


def held_about(registration: Registration, now: datetime) -> Held:
    """All of it. The registration has its meeting loaded."""
    mine = registration.id
    removal = Removal.id == registration.removal_id
    return {
        "as_of": now.isoformat(),
        "meeting": _meeting(registration.meeting),
        "registration": _columns(registration),
        "interpretation_requests": [
            {**_columns(one), "events": _rows(InterpretationEvent, InterpretationEvent.request_id == one.id)}
            for one in _found(InterpretationRequest, InterpretationRequest.registration_id == mine)
        ],
        "messages": _rows(OutboxMessage, OutboxMessage.subject_kind == SUBJECT, OutboxMessage.subject_id == mine),
        "calls": _rows(PhoneCall, PhoneCall.registration_id == mine),
        "question_for_interpreters": _rows(ReleasedQuestion, ReleasedQuestion.registration_id == mine),
        "search_words": [row["word"] for row in _rows(RegistrationWord, RegistrationWord.registration_id == mine)],
        "removals": _rows(Removal, removal) if registration.removal_id else [],
        "record": _rows(AuditEntry, AuditEntry.object_kind == SUBJECT, AuditEntry.object_id == mine),
    }


def _meeting(meeting: Meeting) -> Held:
    names = ("slug", "starts_at", "ends_at", "time_zone", "status")
    return {name: _plain(getattr(meeting, name)) for name in names}


def _found(kind: type[Model], *conditions: ColumnElement[bool]) -> list[Any]:
    return list(db.session.scalars(select(kind).where(*conditions).order_by(*kind.__table__.primary_key)))


def _rows(kind: type[Model], *conditions: ColumnElement[bool]) -> list[Held]:
    return [_columns(row) for row in _found(kind, *conditions)]


def _columns(row: Any) -> Held:
    names = [column.key for column in row.__table__.columns if column.key not in NOT_SAID]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
