"""Staff find out which language a family's own words mean. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from registration import languages
from registration.extensions import db
from registration.families import demand
from registration.families.answers import modality
from registration.families.change import locked
from registration.families.models import (
    OWN_WORDS,
    Event,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.tell import SUBJECT
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting

# Not gone out yet.
OPEN = (State.QUEUED, State.HELD, State.RESTORED, State.CALL)


class NotOwnWords(Exception):
    """The request stands no longer, or is in a language already: somebody was faster."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What came of it. `request`: the one that goes on; None where the meeting itself is held in that language."""

    registration: Registration
    request: InterpretationRequest | None


def map_language(
    request_id: int,
    registration_id: int,
    meeting_id: int,
    language: str,
    *,
    person_id: int | None,
    now: datetime,
) -> Mapped:
    """Let a request in own words go on as one for `language`, late as before; counters of demand move with it.

    In the language of the meeting it ends: a request in that language is no demand. Raises NotOwnWords, and ValueError
    for a tag that cannot be asked for.
    """
    known = languages.LANGUAGES.get(language)
    if known is None or not known.spoken:
        raise ValueError(f"{language!r} is no language to ask for")
    meeting, registration = locked(registration_id, meeting_id)
    standing = demand.active(registration)
    asked = next((one for one in standing if one.id == request_id and one.language == OWN_WORDS), None)
    if asked is None or registration.status == Status.WITHDRAWN:
        raise NotOwnWords
    before = demand.contribution(registration, standing)
    ended = InterpretationEvent(request_id=asked.id, event=Event.MAPPED, actor="staff", person_id=person_id, at=now)
    db.session.add(ended)
    going_on = _going_on(asked, standing, meeting, language, now)
    _new_version(registration, now)
    db.session.flush()
    # Read again with what was added, under the same locks.
    _, registration = locked(registration_id, meeting_id)
    demand.apply(meeting.id, before, demand.contribution(registration, demand.active(registration)))
    return Mapped(registration, going_on)


def _going_on(
    asked: InterpretationRequest, standing: list[InterpretationRequest], meeting: Meeting, language: str, now: datetime
) -> InterpretationRequest | None:
    if language == meeting.floor_language:
        return None
    key = (language, modality(language))
    if (there := next((one for one in standing if (one.language, one.modality) == key), None)) is not None:
        return there
    found = InterpretationRequest(
        registration_id=asked.registration_id,
        meeting_id=meeting.id,
        language=language,
        modality=key[1],
        own_words=asked.own_words,
        listeners=asked.listeners,
        late=asked.late,
        created_at=now,
    )
    db.session.add(found)
    return found


def _new_version(registration: Registration, now: datetime) -> None:
    """A form that was opened before would ask for the own words again: it must meet another version.

    Of the family's own changes it was told nothing new, so what tells of them goes on under the new number.
    """
    before, registration.version = registration.version, registration.version + 1
    registration.changed_at = now
    told = (
        OutboxMessage.subject_kind == SUBJECT,
        OutboxMessage.subject_id == registration.id,
        OutboxMessage.message == "changed",
        OutboxMessage.occurrence == str(before),
        OutboxMessage.state.in_(OPEN),
    )
    moved = update(OutboxMessage).where(*told).values(occurrence=str(registration.version))
    db.session.execute(moved.execution_options(synchronize_session=False))
