"""Staff let interpreters of a meeting read a question of a family, in words that name nobody. The caller commits."""

from datetime import datetime

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats
from registration.families.models import Registration, ReleasedQuestion, Status


class NothingAsked(Exception):
    """The family asks nothing any more: it took its question back, cannot come, or deleted its data."""


def release(registration_id: int, text: str, *, by: Person | None, now: datetime) -> bool:
    """Release `text`, or put other words in place of those released before; whether that is a change.

    The text is staff's: what a family writes may name it. Raises NothingAsked, NoResultFound.
    """
    asked = _locked(registration_id)
    if not asked.question or asked.erased_at is not None or asked.status == Status.WITHDRAWN:
        raise NothingAsked
    found = db.session.get(ReleasedQuestion, registration_id, populate_existing=True)
    if found is not None and found.text == text:
        return False
    person_id = by.id if by else None
    if found is None:
        found = ReleasedQuestion(registration_id=registration_id, meeting_id=asked.meeting_id)
    found.text, found.at, found.person_id = text, now, person_id
    db.session.add(found)
    _on_record("question_released", asked, by)
    return True


def take_back(registration_id: int, *, by: Person | None) -> bool:
    """Interpreters do not read it any more; whether they did."""
    asked = _locked(registration_id)
    found = db.session.get(ReleasedQuestion, registration_id, populate_existing=True)
    if found is None:
        return False
    db.session.delete(found)
    _on_record("question_taken_back", asked, by)
    return True


def _locked(registration_id: int) -> Registration:
    """The registration as it is now, its meeting locked: what it asks changes under that lock only."""
    seats.lock(db.session.get_one(Registration, registration_id).meeting_id)
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def _on_record(action: str, asked: Registration, by: Person | None) -> None:
    audit.record(
        action, object_kind="registration", object_id=asked.id, meeting_id=asked.meeting_id, person=by, facts={}
    )
