"""A family changes its answers, says that it cannot come, or has its data deleted. The caller commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registration.database import NO_KEY
from registration.extensions import db
from registration.families import demand, hearing, seats
from registration.families.answers import Answers, Wish
from registration.families.forget import forget as forget_families
from registration.families.forget import forget_words
from registration.families.models import (
    OWN_WORDS,
    Event,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.store import add_words, columns
from registration.families.tell import SUBJECT, caused_by_family, tell
from registration.mail.forget import forget
from registration.mail.models import OutboxMessage
from registration.mail.queue import Limited
from registration.meetings.models import Meeting
from registration.meetings.shown import DistrictView

# Who did something, `family` or `staff`, and which person of staff.
By = tuple[str, int | None]


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
        .with_for_update(**NO_KEY)
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
    person_id: int | None = None,
) -> Registration:
    """Replace the answers. Raises ChangedMeanwhile when `version` is an old one, NoRoom when it does not fit.

    Another address or phone number revokes the link: whoever has the old one opens nothing any more. `person_id`: who
    of staff did it for the family.
    """
    meeting, registration = locked(registration_id, meeting_id)
    ended = registration.status == Status.WITHDRAWN or registration.erased_at is not None
    if registration.version != version or ended:
        raise ChangedMeanwhile
    contact_before, called_before = (registration.email_folded, registration.phone), _to_call(registration)
    before = demand.contribution(registration, demand.active(registration))
    _reseat(meeting, registration, answers)
    _childcare(meeting, registration, answers)
    if registration.name != answers.name:
        forget_words(meeting.id, registration.id)
        add_words(registration.id, meeting.id, answers.name)
    for name, value in columns(answers).items():
        setattr(registration, name, value)
    elsewhere = registration.email_folded != contact_before[0]
    if elsewhere:
        registration.bounced_at = None
    if (registration.email_folded, registration.phone) != contact_before:
        revoke_link(registration)
    registration.answers_hash = answers.digest()
    registration.changed_at = now
    registration.version += 1
    registration.calendar_sequence += 1
    _requests(registration, meeting, answers, district, now, (actor, person_id))
    db.session.flush()
    db.session.refresh(registration, ["requests"])
    demand.apply(meeting.id, before, demand.contribution(registration, demand.active(registration)))
    version = registration.version
    promote(meeting, now)
    if answers.call_me and _to_call(registration) != called_before:
        tell("call_me", registration, meeting, now=now, occurrence=str(version))
    # Last, since it may lock the allowance of the address. Staff's word proves no new address either.
    limited = caused_by_family(registration) if actor == "family" or elsewhere else None
    tell("changed", registration, meeting, now=now, occurrence=str(version), limited=limited)
    return registration


def revoke_link(registration: Registration) -> None:
    """Let every link and browser that opens the registration now open nothing from here on."""
    registration.link_version += 1
    registration.link_opened_at = None


def new_link(registration_id: int, meeting_id: int, now: datetime) -> OutboxMessage | None:
    """Revoke the family's link and send it another one; None where nobody may be written to."""
    meeting, registration = locked(registration_id, meeting_id)
    revoke_link(registration)
    db.session.flush()
    return tell("link", registration, meeting, now=now, occurrence=f"new:{registration.link_version}")


def _reseat(meeting: Meeting, registration: Registration, answers: Answers) -> None:
    same_way = registration.attendance == answers.attendance
    if registration.status == Status.WAITING:
        if not same_way:
            seats.wait(meeting.id, registration.attendance, -1)
            seats.wait(meeting.id, answers.attendance)
        return
    more = answers.party - registration.party if same_way else answers.party
    children = answers.children - registration.children if same_way else answers.children
    if more > 0 and not seats.take(meeting.id, answers.attendance, more, children):
        raise NoRoom
    if not same_way:
        seats.give_back(meeting.id, registration.attendance, registration.party, registration.children)
    elif more < 0 or (more == 0 and children):
        seats.give_back(meeting.id, registration.attendance, -more, -children)


def _childcare(meeting: Meeting, registration: Registration, answers: Answers) -> None:
    if registration.childcare_granted and registration.childcare_children == answers.childcare_children:
        return
    if registration.childcare_granted:
        seats.give_back_childcare(meeting.id, registration.childcare_children)
    wanted = answers.childcare_children if meeting.childcare else 0
    registration.childcare_granted = bool(wanted) and seats.take_childcare(meeting.id, wanted)


def _requests(
    registration: Registration, meeting: Meeting, answers: Answers, district: DistrictView, now: datetime, by: By
) -> None:
    standing = {_wish(request): request for request in demand.active(registration)}
    wanted = answers.wishes(meeting.floor_language)
    for wish, request in standing.items():
        if wish not in wanted:
            _end(request, now, by)
    for wish in wanted:
        if wish not in standing:
            asked = hearing.request(wish, meeting, district, now)
            asked.registration_id = registration.id
            db.session.add(asked)


def _to_call(registration: Registration) -> tuple[bool, str | None, str]:
    return registration.call_me, registration.phone, registration.contact_language


def _wish(request: InterpretationRequest) -> Wish:
    # The words from which staff found the language are no answer any more: the form shows the language.
    own_words = request.own_words if request.language == OWN_WORDS else ""
    return Wish(request.language, request.modality, request.listeners, own_words)


def _end(request: InterpretationRequest, now: datetime, by: By) -> None:
    actor, person_id = by
    ended = InterpretationEvent(request_id=request.id, event=Event.WITHDRAWN, actor=actor, person_id=person_id, at=now)
    db.session.add(ended)


def withdraw(
    registration_id: int, meeting_id: int, *, now: datetime, actor: str, person_id: int | None = None
) -> Registration:
    """The family cannot come: its seats go to the waiting list, its requests are withdrawn. Idempotent."""
    meeting, registration = locked(registration_id, meeting_id)
    if registration.status == Status.WITHDRAWN:
        return registration
    free(meeting, registration, now, (actor, person_id))
    promote(meeting, now)
    # Last, since it may lock the allowance of the address.
    limited = caused_by_family(registration) if actor == "family" else None
    tell("withdrawn", registration, meeting, now=now, occurrence=str(registration.version), limited=limited)
    return registration


def free(meeting: Meeting, registration: Registration, now: datetime, by: By) -> None:
    """Let go of all a registration holds: seats, childcare, requests. Both rows are locked; the caller promotes."""
    standing = demand.active(registration)
    before = demand.contribution(registration, standing)
    if registration.status == Status.WAITING:
        seats.wait(meeting.id, registration.attendance, -1)
    else:
        seats.give_back(meeting.id, registration.attendance, registration.party, registration.children)
    if registration.childcare_granted:
        seats.give_back_childcare(meeting.id, registration.childcare_children)
        registration.childcare_granted = False
    if registration.still_coming_at is not None:
        seats.count_yes(meeting.id, -1)
        registration.still_coming_at = None
    registration.status = Status.WITHDRAWN
    registration.waiting_since = None
    registration.withdrawn_at = registration.changed_at = now
    registration.version += 1
    registration.calendar_sequence += 1
    for request in standing:
        _end(request, now, by)
    db.session.flush()
    demand.apply(meeting.id, before, {})


def promote(meeting: Meeting, now: datetime) -> None:
    """Give the free seats to waiting families and tell them."""
    for party in seats.promote(meeting.id, now):
        limited = Limited.LATER if party.link_opened_at is None else None
        tell("promoted", party, meeting, now=now, occurrence=str(party.version), limited=limited)


def erase(registration_id: int, meeting_id: int, *, now: datetime) -> None:
    """Delete what names the family, with its messages and calls to make. Counts and the record of requests stay.

    Before the meeting ends its seats go to waiting families. Afterwards it stays counted: what was served was served.
    """
    meeting, registration = locked(registration_id, meeting_id)
    frees_seats = registration.status != Status.WITHDRAWN and meeting.ends_at > now
    if frees_seats:
        free(meeting, registration, now, ("family", None))
    forget_families([registration_id], now)
    forget_words(meeting_id, registration_id)
    db.session.expire(registration)
    forget(SUBJECT, [registration_id], now)
    if frees_seats:
        promote(meeting, now)


def free_erased(meeting: Meeting, now: datetime) -> None:
    """Free the seats of families whose data is deleted: nobody can tell them that their meeting is held after all.

    The meeting is locked.
    """
    query = (
        select(Registration)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.erased_at.is_not(None),
            Registration.status != Status.WITHDRAWN,
        )
        .order_by(Registration.id)
        .with_for_update(**NO_KEY)
        .options(selectinload(Registration.requests).selectinload(InterpretationRequest.events))
    )
    for registration in db.session.scalars(query.execution_options(populate_existing=True)).all():
        free(meeting, registration, now, ("system", None))


def not_me(registration: Registration, now: datetime) -> None:
    """The owner of the address did not register: no more mail, whoever did register is shut out, staff look at it."""
    if registration.not_me_at is None:
        registration.not_me_at = now
        revoke_link(registration)
