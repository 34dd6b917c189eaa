"""Staff confirm, release, or book by hand. The caller commits."""

from datetime import datetime

from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats as families
from registration.interpretation import offers, policy, profile, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.models import Assignment
from registration.interpretation.tell import tell
from registration.meetings.models import Meeting


def confirm(assignment_id: int, *, by: Person | None, now: datetime, tell_families: bool = True) -> int:
    """Confirm who has accepted; how many families are told, where the team is complete by it. Twice is once.

    Raises states.NotAllowed.
    """
    assignment = offers.lock(assignment_id)
    if assignment.state == states.Assignment.CONFIRMED:
        return 0
    record.change(assignment, states.Assignment.CONFIRMED, "staff", by=by, now=now)
    one = seats.lock_interpreter(assignment.interpreter_id)
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    tell("job_confirmed", assignment, one, meeting, occurrence=str(assignment.version), now=now)
    offers.on_record("assignment_confirmed", assignment, by)
    return settle.won(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now, tell=tell_families)


def book(
    seat_id: int,
    interpreter_id: int,
    *,
    by: Person | None,
    now: datetime,
    order_number: str = "",
    sent_name: str = "",
    tell_families: bool = True,
) -> Assignment:
    """Give a seat to somebody who has said yes otherwise: by telephone, or an agency with its order number.

    Raises offers.NotNow, offers.SeatTaken, offers.DoesNotFit.
    """
    meeting = families.lock(seats.meeting_of(seat_id))
    # Somebody who is called in can come while it goes on.
    offers.check_open(meeting, now, until=meeting.ends_at)
    one = seats.lock_interpreter(interpreter_id)
    there = seats.open_of_seat(seat_id)
    if there:
        raise offers.SeatTaken(there[0])
    _, team, service = seats.seat_of(seat_id)
    found = seats.against(one, meeting, service, team, profile.current().figures)
    if hard := [reason for reason in found if reason.hard]:
        raise offers.DoesNotFit(one, hard)
    made = record.begin(seat_id, one, meeting, by=by, now=now)
    made.order_number, made.sent_name = order_number, sent_name
    record.change(made, states.Assignment.ACCEPTED, "staff", by=by, now=now, reason="by_hand")
    confirm(made.id, by=by, now=now, tell_families=tell_families)
    return made


def name(assignment_id: int, sent_name: str, order_number: str, *, by: Person | None, now: datetime) -> None:
    """Write whom an agency sends, and its order number, once they are known."""
    assignment = offers.lock(assignment_id)
    if (assignment.sent_name, assignment.order_number) == (sent_name, order_number):
        return
    assignment.sent_name, assignment.order_number = sent_name, order_number
    # The order number stands in a calendar, which hears of it by a version that has grown.
    assignment.version += 1
    assignment.changed_at = now
    record.note(assignment, assignment.state, "staff", by=by, now=now, reason="named")
    offers.on_record("assignment_named", assignment, by)


def release(assignment_id: int, reason: str, *, by: Person | None, now: datetime) -> Assignment:
    """Let an interpreter go: the seat is free, and what is owed is kept. Families are not told by itself.

    Raises states.NotAllowed for who is not in a seat any more.
    """
    assignment = offers.lock(assignment_id)
    was = assignment.state
    if was == states.Assignment.RELEASED:
        return assignment
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    one = seats.lock_interpreter(assignment.interpreter_id)
    if not offers.let_go(assignment, states.Offer.WITHDRAWN, "staff", by=by, now=now, reason=reason):
        record.change(assignment, states.Assignment.RELEASED, "staff", by=by, now=now, reason=reason)
    alarms.settle(assignment.id, "released", by=by, now=now)
    if was in states.TAKEN:
        assignment.payable_cents = owed(assignment, meeting, now)
    if was in states.CERTAIN:
        settle.lost(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now)
    tell("job_released", assignment, one, meeting, occurrence=str(assignment.version), now=now)
    offers.on_record("assignment_released", assignment, by)
    return assignment


def owed(assignment: Assignment, meeting: Meeting, now: datetime) -> int:
    """What is owed to somebody whose job is called off now, in cents."""
    figures = profile.current().figures
    one = seats.lock_interpreter(assignment.interpreter_id)
    minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
    return policy.payable(figures, seats.pay(one, figures), meeting.starts_at, minutes, now)
