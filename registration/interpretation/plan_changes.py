"""What a change of plan does to interpreters (domain.md, 10). The caller has locked the meeting, and commits."""

from datetime import datetime

from sqlalchemy import func, select

from registration.accounts.models import Person
from registration.extensions import db
from registration.interpretation import book, offers, profile, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.models import Asks, Assignment, Delivery, Interpreter, OfferWay, Seat, Team
from registration.interpretation.tell import tell
from registration.meetings.models import Change, InterpretationService, Meeting, MeetingChange


def plan_changed(meeting: Meeting, change: MeetingChange, *, by: Person | None, now: datetime) -> int:
    """Carry a change, already made to the meeting, to everybody who is booked or asked; how many are concerned.

    Another room is only seen. Another time asks everybody again. Online asks whether they can, and keeps them until
    they say no. What is called off is called off, with what is owed.
    """
    held = _everybody(meeting.id)
    kind = Change(change.kind)
    for assignment, one in held:
        # The day that it was about is another one now, or the way there.
        alarms.settle(assignment.id, alarms.PLAN_CHANGED, by=by, now=now)
        if kind in (Change.POSTPONED, Change.CANCELLED):
            _off(assignment, one, meeting, change, by, now)
        elif kind is Change.MOVED:
            _ask_again(assignment, one, meeting, by, now)
        else:
            _ask_to_look(assignment, one, meeting, change, now)
    if kind is Change.ONLINE:
        _go_remote(meeting.id)
    for service_id in _services(meeting.id):
        # Only where seats are booked here; what staff decided by hand stays.
        if held:
            settle.lost(service_id, by=by, now=now)
    return len(held)


def concerned_by(meeting_id: int) -> int:
    """How many interpreters a change of plan of a meeting reaches."""
    query = select(func.count(Assignment.interpreter_id.distinct()))
    open_still = (Assignment.meeting_id == meeting_id, Assignment.state.in_(states.OPEN))
    return int(db.session.scalar(query.where(*open_still)) or 0)


def _everybody(meeting_id: int) -> list[tuple[Assignment, Interpreter]]:
    wanted = (Assignment.meeting_id == meeting_id, Assignment.state.in_(states.OPEN))
    people = seats.lock_interpreters(db.session.scalars(select(Assignment.interpreter_id).where(*wanted)))
    query = select(Assignment).where(*wanted).order_by(Assignment.id).execution_options(populate_existing=True)
    return [(one, people[one.interpreter_id]) for one in db.session.scalars(query)]


def _services(meeting_id: int) -> list[int]:
    """Services that have a team somebody has ever been in."""
    query = (
        select(InterpretationService.id)
        .join(Seat, Seat.service_id == InterpretationService.id)
        .join(Assignment, Assignment.seat_id == Seat.id)
        .where(InterpretationService.meeting_id == meeting_id)
    )
    return sorted(set(db.session.scalars(query)))


def _off(
    assignment: Assignment,
    one: Interpreter,
    meeting: Meeting,
    change: MeetingChange,
    by: Person | None,
    now: datetime,
) -> None:
    was = assignment.state
    made = seats.newest_offer(assignment.id)
    if made is not None and made.state == states.Offer.SENT:
        made.state, made.answered_at = states.change_offer(made.state, states.Offer.WITHDRAWN), now
    record.change(assignment, states.Assignment.CANCELLED, "staff", by=by, now=now, reason=change.kind)
    if was in states.TAKEN:
        assignment.payable_cents = book.owed(assignment, meeting, now)
    assignment.asks = None
    tell("job_cancelled", assignment, one, meeting, occurrence=str(change.id), now=now, facts={"change": change.id})


def _ask_again(assignment: Assignment, one: Interpreter, meeting: Meeting, by: Person | None, now: datetime) -> None:
    made = seats.newest_offer(assignment.id)
    if made is not None and made.state == states.Offer.SENT:
        made.state, made.answered_at = states.change_offer(made.state, states.Offer.WITHDRAWN), now
    if assignment.state != states.Assignment.OFFERED:
        record.change(assignment, states.Assignment.OFFERED, "staff", by=by, now=now, reason="moved")
    assignment.starts_at, assignment.ends_at, assignment.asks = meeting.starts_at, meeting.ends_at, None
    way = OfferWay(made.way) if made is not None else OfferWay.ONE
    hours = made.answer_hours if made is not None else profile.current().figures.answer_hours
    offers.send(assignment.seat_id, one, meeting, way, hours, by=by, now=now, assignment=assignment)


def _ask_to_look(
    assignment: Assignment, one: Interpreter, meeting: Meeting, change: MeetingChange, now: datetime
) -> None:
    _, team, _ = seats.seat_of(assignment.seat_id)
    if assignment.state not in states.TAKEN or team.delivery == Delivery.REMOTE:
        return
    assignment.asks = (Asks.ROOM if change.kind == Change.ROOM else Asks.REMOTE).value
    record.note(assignment, assignment.state, "system", now=now, reason=change.kind)
    tell("job_changed", assignment, one, meeting, occurrence=str(change.id), now=now, facts={"change": change.id})


def _go_remote(meeting_id: int) -> None:
    query = select(Team).join(InterpretationService, InterpretationService.id == Team.service_id)
    for team in db.session.scalars(query.where(InterpretationService.meeting_id == meeting_id)):
        team.delivery = Delivery.REMOTE.value
    db.session.flush()
