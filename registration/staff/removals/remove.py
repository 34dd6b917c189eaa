"""Taking registrations out together without a word to anybody, and bringing them back. The caller commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registration.database import NO_KEY
from registration.extensions import db
from registration.families import demand, seats
from registration.families.change import free, locked, promote
from registration.families.models import (
    Event,
    InterpretationRequest,
    Registration,
    Removal,
    Status,
)
from registration.families.tell import SUBJECT, tell
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting, MeetingStatus
from registration.staff.removals.foreseen import MOST, UNDO_WITHIN

# What tells a family whether it has seats.
STANDING = ("confirmation", "waiting", "promoted")


class CannotUndo(Exception):
    """The day for undoing is over, or the meeting is over or called off."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What came back: families with seats, and families on the waiting list."""

    registered: int
    waiting: int
    again: bool = False


def remove(
    meeting_id: int, registration_ids: Collection[int], *, person_id: int | None, now: datetime
) -> Removal | None:
    """Withdraw up to MOST registrations of a meeting, telling them nothing; their seats go to waiting families.

    Those already withdrawn are left out, so a second click removes nothing: then None. Raises ValueError for too many.
    """
    if len(registration_ids) > MOST:
        raise ValueError(f"{len(registration_ids)} registrations at once")
    meeting = seats.lock(meeting_id)
    chosen = Registration.id.in_(sorted(registration_ids))
    parties = _locked(meeting_id, chosen, Registration.status != Status.WITHDRAWN)
    if not parties:
        return None
    waited = [party.id for party in parties if party.status == Status.WAITING]
    removal = Removal(meeting_id=meeting_id, person_id=person_id, at=now, families=len(parties), waited=waited)
    db.session.add(removal)
    db.session.flush()
    for party in parties:
        free(meeting, party, now, ("staff", person_id))
        party.removal_id = removal.id
    promote(meeting, now)
    return removal


def _locked(meeting_id: int, *conditions: "object") -> Sequence[Registration]:
    query = (
        select(Registration)
        .where(Registration.meeting_id == meeting_id, *conditions)  # type: ignore[arg-type]
        .order_by(Registration.id)
        .with_for_update(**NO_KEY)
        .options(selectinload(Registration.requests).selectinload(InterpretationRequest.events))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def undo(removal_id: int, meeting_id: int, *, now: datetime) -> Undone:
    """Bring back what a removal took out: seats where they are free, else the waiting list with the time of old.

    Requests come back as new ones, since the record only grows. Who now waits instead of having seats is told so.
    Undone twice is once. Raises CannotUndo.
    """
    meeting = seats.lock(meeting_id)
    query = select(Removal).where(Removal.id == removal_id, Removal.meeting_id == meeting_id).with_for_update(**NO_KEY)
    removal = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if removal.undone_at is not None:
        return Undone(0, 0, again=True)
    if not can_undo(removal, meeting, now):
        raise CannotUndo
    removal.undone_at = now
    out = (Registration.status == Status.WITHDRAWN, Registration.erased_at.is_(None))
    parties = _locked(meeting_id, Registration.removal_id == removal.id, *out)
    for party in parties:
        _back(meeting, party, removal, now)
    # They stand in the list with their old times, so the earliest get the seats, whoever they are.
    given = seats.promote(meeting_id, now)
    _tell(meeting, parties, given, set(removal.waited), now)
    seated = sum(party.status == Status.REGISTERED for party in parties)
    return Undone(seated, len(parties) - seated)


def can_undo(removal: Removal, meeting: Meeting, now: datetime) -> bool:
    """Whether a removal can still be undone."""
    held = meeting.status == MeetingStatus.SCHEDULED and meeting.ends_at > now
    return removal.undone_at is None and now < removal.at + UNDO_WITHIN and held


def _back(meeting: Meeting, party: Registration, removal: Removal, now: datetime) -> None:
    party.status = Status.WAITING
    party.waiting_since = party.created_at
    party.withdrawn_at = None
    party.removal_id = None
    party.changed_at = now
    party.version += 1
    party.calendar_sequence += 1
    seats.wait(meeting.id, party.attendance)
    wanted = party.childcare_children if meeting.childcare else 0
    party.childcare_granted = bool(wanted) and seats.take_childcare(meeting.id, wanted)
    for request in party.requests:
        if any(event.event == Event.WITHDRAWN and event.at == removal.at for event in request.events):
            db.session.add(_asked_again(request, now))
    db.session.flush()
    # Read again with what was added, under the same locks.
    _, party = locked(party.id, meeting.id)
    demand.apply(meeting.id, {}, demand.contribution(party, demand.active(party)))


def _asked_again(request: InterpretationRequest, now: datetime) -> InterpretationRequest:
    return InterpretationRequest(
        registration_id=request.registration_id,
        meeting_id=request.meeting_id,
        language=request.language,
        modality=request.modality,
        own_words=request.own_words,
        listeners=request.listeners,
        late=request.late,
        created_at=now,
    )


def _tell(
    meeting: Meeting, parties: Sequence[Registration], given: Sequence[Registration], waited: set[int], now: datetime
) -> None:
    back = {party.id for party in parties}
    missed = _missed(back)
    for party in given:
        if party.id not in back or party.id in waited:
            tell("promoted", party, meeting, now=now, occurrence=str(party.version))
        elif party.id in missed:
            tell("confirmation", party, meeting, now=now, occurrence=str(party.version))
    for party in parties:
        if party.status == Status.WAITING and (party.id not in waited or party.id in missed):
            tell("waiting", party, meeting, now=now, occurrence=str(party.version))


def _missed(registration_ids: Collection[int]) -> set[int]:
    """Of these families those whose last word about their seats was dropped while they were out."""
    query = (
        select(OutboxMessage.subject_id, OutboxMessage.state)
        .where(
            OutboxMessage.subject_kind == SUBJECT,
            OutboxMessage.subject_id.in_(registration_ids),
            OutboxMessage.message.in_(STANDING),
        )
        .order_by(OutboxMessage.id)
    )
    last: dict[int, str] = {}
    for row in db.session.execute(query):
        last[row.subject_id] = row.state
    return {one for one, state in last.items() if state == State.SUPERSEDED}
