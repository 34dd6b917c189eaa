"""Staff say that an interpreter did not come. The caller commits."""

from datetime import datetime

from registration.accounts.models import Person
from registration.extensions import db
from registration.interpretation import offers, policy, profile, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting


class TooEarly(Exception):
    """Nobody is missing before the call time, `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__("too early")
        self.at = at


def missing_from(assignment: Assignment) -> datetime:
    """The call time, from which on somebody can be missing."""
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    return policy.call_time(profile.current().figures, meeting.starts_at)


def no_show(assignment_id: int, *, by: Person | None, now: datetime) -> Assignment:
    """Somebody who was booked did not come: the seat is free, families read that we look. Twice is once.

    Nobody is told by itself (domain.md, 15): staff see the screen with what still helps. Raises TooEarly,
    states.NotAllowed for who is there, or is not booked.
    """
    assignment = offers.lock(assignment_id)
    if assignment.state == states.Assignment.NO_SHOW:
        return assignment
    states.change(assignment.state, states.Assignment.NO_SHOW)
    if now < (opens := missing_from(assignment)):
        raise TooEarly(opens)
    assignment.asks = None
    record.change(assignment, states.Assignment.NO_SHOW, "staff", by=by, now=now, reason="did_not_come")
    alarms.settle(assignment.id, "did_not_come", by=by, now=now)
    settle.lost(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now)
    offers.on_record("assignment_missed", assignment, by)
    return assignment
