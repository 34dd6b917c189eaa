"""A family changes its answers, says that it cannot come, or has its data deleted. The caller commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registration.extensions import db
from registration.families import demand, seats
from registration.families.answers import Answers, Wish
from registration.families.models import (
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.register import add_requests, write
from registration.families.tell import SUBJECT, tell
from registration.mail.forget import forget
from registration.meetings.models import Meeting
from registration.meetings.shown import DistrictView


class NoRoom(Exception):
    """The larger party, or the other way to attend, does not fit. The seats held before are kept."""


class ChangedMeanwhile(Exception):
    """Somebody changed the registration since the form was shown."""


def locked(registration_id: int, meeting_id: int) -> tuple[Meeting, Registration]:
    """The meeting and then the registration, locked in that order, with its requests."""
    meeting = seats.lock(meeting_id)
    query = (
        select(Registration)
        .where(Registration.id == registration_id)
        .with_for_update()
        .options(selectinload(Registration.requests).selectinload(InterpretationRequest.events))
        .execution_options(populate_existing=True)
    )
    return meeting, db.session.scalars(query).one()


def change(
    registration_id: int,
    meeting_id: int,
    answers: Answers,
    *,
    version: int,
    district: DistrictView,
    now: datetime,
    actor: str,
) -> Registration:
    """Replace the answers. Raises ChangedMeanwhile when `version` is an old one, NoRoom when it does not fit."""
    meeting, registration = locked(registration_id, meeting_id)
    if registration.version != version or registration.status == Status.WITHDRAWN:
        raise ChangedMeanwhile
    address_before = registration.email_folded
    before = demand.contribution(registration, demand.active(registration))
    _reseat(meeting, registration, answers)
    _childcare(meeting, registration, answers)
    write(registration, answers)
    registration.answers_hash = answers.digest()
    registration.changed_at = now
    registration.version += 1
    registration.calendar_sequence += 1
    _requests(registration, meeting, answers, district, now, actor)
    db.session.flush()
    db.session.refresh(registration, ["requests"])
    demand.apply(meeting.id, before, demand.contribution(registration, demand.active(registration)))
    version, elsewhere = registration.version, registration.email_folded != address_before
    promote(meeting, now)
    # Nobody has proved that a new address is theirs: its mail counts like a stranger's, and locks last.
    tell("changed", registration, meeting, now=now, occurrence=str(version), stranger=elsewhere)
    return registration


def _reseat(meeting: Meeting, registration: Registration, answers: Answers) -> None:
    same_way = registration.attendance == answers.attendance
    if registration.status == Status.WAITING:
        if not same_way:
            seats.wait(meeting.id, registration.attendance, -1)
            seats.wait(meeting.id, answers.attendance)
        return
    more = answers.party - registration.party if same_way else answers.party
    if more > 0 and not seats.take(meeting.id, answers.attendance, more):
        raise NoRoom
    if not same_way:
        seats.give_back(meeting.id, registration.attendance, registration.party)
    elif more < 0:
        seats.give_back(meeting.id, registration.attendance, -more)


def _childcare(meeting: Meeting, registration: Registration, answers: Answers) -> None:
    if registration.childcare_granted and registration.childcare_children == answers.childcare_children:
        return
    if registration.childcare_granted:
        seats.give_back_childcare(meeting.id, registration.childcare_children)
    wanted = answers.childcare_children if meeting.childcare else 0
    registration.childcare_granted = bool(wanted) and seats.take_childcare(meeting.id, wanted)


def _requests(
    registration: Registration, meeting: Meeting, answers: Answers, district: DistrictView, now: datetime, actor: str
) -> None:
    standing = {Wish(r.language, r.modality, r.listeners, r.own_words): r for r in demand.active(registration)}
    wanted = answers.wishes(meeting.floor_language)
    for wish, request in standing.items():
        if wish not in wanted:
            _end(request, now, actor)
    add_requests(registration, meeting, tuple(wish for wish in wanted if wish not in standing), district, now)


def _end(request: InterpretationRequest, now: datetime, actor: str) -> None:
    db.session.add(InterpretationEvent(request_id=request.id, event="withdrawn", actor=actor, at=now))


def withdraw(registration_id: int, meeting_id: int, *, now: datetime, actor: str) -> Registration:
    """The family cannot come: its seats go to the waiting list, its requests are withdrawn. Twice is once."""
    meeting, registration = locked(registration_id, meeting_id)
    if registration.status == Status.WITHDRAWN:
        return registration
    _free(meeting, registration, now, actor)
    tell("withdrawn", registration, meeting, now=now, occurrence=str(registration.version))
    promote(meeting, now)
    return registration


def _free(meeting: Meeting, registration: Registration, now: datetime, actor: str) -> None:
    standing = demand.active(registration)
    before = demand.contribution(registration, standing)
    if registration.status == Status.WAITING:
        seats.wait(meeting.id, registration.attendance, -1)
    else:
        seats.give_back(meeting.id, registration.attendance, registration.party)
    if registration.childcare_granted:
        seats.give_back_childcare(meeting.id, registration.childcare_children)
        registration.childcare_granted = False
    registration.status = Status.WITHDRAWN
    registration.waiting_since = None
    registration.withdrawn_at = registration.changed_at = now
    registration.version += 1
    registration.calendar_sequence += 1
    for request in standing:
        _end(request, now, actor)
    db.session.flush()
    demand.apply(meeting.id, before, {})


def promote(meeting: Meeting, now: datetime) -> None:
    """Give the free seats to waiting families and tell them."""
    for party in seats.promote(meeting.id, now):
        tell("promoted", party, meeting, now=now, occurrence=str(party.version))


def erase(registration_id: int, meeting_id: int, *, now: datetime) -> None:
    """Delete what names the family. Counts and the record of what was asked stay, without words of the family."""
    meeting, registration = locked(registration_id, meeting_id)
    if registration.status != Status.WITHDRAWN:
        _free(meeting, registration, now, "family")
    registration.erased_at = now
    registration.name = registration.needs_other = registration.question = ""
    registration.email = registration.email_folded = registration.phone = None
    registration.needs = []
    # Who guesses a name and an address could try them against the hash.
    registration.answers_hash = ""
    registration.link_version += 1
    for request in registration.requests:
        request.own_words = ""
    forget(SUBJECT, registration.id)
    promote(meeting, now)


def not_me(registration: Registration, now: datetime) -> None:
    """The owner of the address did not register: it gets no more mail, and staff look at it."""
    if registration.not_me_at is None:
        registration.not_me_at = now
