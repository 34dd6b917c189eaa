"""Small decisions about a family: its note, a shared address, "this is not me". The caller commits."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from registration.database import NO_KEY
from registration.extensions import db
from registration.families.change import locked
from registration.families.models import Registration


class NoteChanged(Exception):
    """Somebody wrote another note since the page was shown; `note` is what stands there now."""

    def __init__(self, note: str) -> None:
        super().__init__()
        self.note = note


def seen_as(note: str) -> str:
    """What a form carries of the note it shows: enough to know whether it is still the same."""
    return hashlib.sha256(note.encode()).hexdigest()[:16]


def write_note(registration_id: int, note: str, *, seen: str) -> bool:
    """Keep a private note on the family's language. Raises NoteChanged.

    False when it says so already, or when the family's data was deleted since the page was shown.
    """
    registration = _locked(registration_id)
    if registration.dialect_note == note or registration.erased_at is not None:
        return False
    if seen_as(registration.dialect_note) != seen:
        raise NoteChanged(registration.dialect_note)
    registration.dialect_note = note
    return True


def address_seen(registration_id: int, *, now: datetime) -> bool:
    """Somebody looked at a shared address and left both families as they are. Twice is once."""
    registration = _locked(registration_id)
    if not registration.same_address or registration.same_address_seen_at is not None:
        return False
    registration.same_address_seen_at = now
    return True


def is_them(registration_id: int, meeting_id: int) -> bool:
    """The family was asked and did register: it is told things by mail again. Twice is once."""
    _, registration = locked(registration_id, meeting_id)
    if registration.not_me_at is None:
        return False
    registration.not_me_at = None
    return True


def _locked(registration_id: int) -> Registration:
    query = select(Registration).where(Registration.id == registration_id).with_for_update(**NO_KEY)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
