"""Who is there, and when their work was done. The caller commits.

Each verb locks as an answer does: the meeting, then interpreters by number.
"""

from datetime import datetime, timedelta

from registration.accounts.models import Person
from registration.interpretation import offers, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.models import Assignment

# From so long before the start somebody may say that they are there: whoever says it earlier presses the wrong job.
EARLIEST = timedelta(hours=3)

# Nobody works on for longer after the planned end: a later time is the wrong one.
LONGEST_OVER = timedelta(hours=6)


class NotNow(Exception):
    """Too early or too late to say so: it can be said from `opens` until `closes`."""

    def __init__(self, opens: datetime, closes: datetime) -> None:
        super().__init__("not now")
        self.opens, self.closes = opens, closes


class WrongTime(Exception):
    """A time of the end that cannot be: it lies outside of `first` and `last`."""

    def __init__(self, first: datetime, last: datetime) -> None:
        super().__init__("wrong time")
        self.first, self.last = first, last


class Approved(Exception):
    """Staff have approved the hours, so they stay as they are."""


def window(assignment: Assignment) -> tuple[datetime, datetime]:
    """From when until when somebody may say that they are there."""
    return assignment.starts_at - EARLIEST, assignment.ends_at


def arrive(assignment_id: int, *, actor: record.Actor, by: Person | None, now: datetime) -> Assignment:
    """Somebody who is booked is there; an alarm that they are not is settled. Twice is once.

    Whoever was marked as not come may come late. Raises NotNow outside of the window, states.NotAllowed for who is not
    booked, whose seat somebody else has by now, or who works elsewhere at that time.
    """
    assignment = offers.lock(assignment_id)
    if assignment.state in (states.Assignment.CHECKED_IN, states.Assignment.COMPLETED):
        return assignment
    states.change(assignment.state, states.Assignment.CHECKED_IN)
    late = assignment.state == states.Assignment.NO_SHOW
    if late and seats.given_away(assignment):
        raise states.NotAllowed(assignment.state, states.Assignment.CHECKED_IN)
    opens, closes = window(assignment)
    if not opens <= now < closes:
        raise NotNow(opens, closes)
    assignment.arrived_at = now
    _check_in(assignment, "arrived", actor, by, now)
    if late:
        settle.back(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now)
    return assignment


def _check_in(assignment: Assignment, how: str, actor: record.Actor, by: Person | None, now: datetime) -> None:
    assignment.asks = None
    record.change(assignment, states.Assignment.CHECKED_IN, actor, by=by, now=now, reason=how)
    alarms.settle(assignment.id, how, by=by, now=now)
    offers.on_record("assignment_arrived", assignment, by)


def ends_between(assignment: Assignment, now: datetime) -> tuple[datetime, datetime]:
    """The earliest and the latest end that can be told at `now`: after they came and it began, and not ahead."""
    first = max(assignment.starts_at, assignment.arrived_at or assignment.starts_at)
    return first, min(now, assignment.ends_at + LONGEST_OVER)


def finish(assignment_id: int, ended_at: datetime, note: str, *, by: Person | None, now: datetime) -> Assignment:
    """The interpreter says when their work was done, with a note. Staff approve it; until then it can be put right.

    Who forgot to say that they had come is there by it, without a time of arrival; who was marked as not come is not.
    Raises WrongTime, Approved, states.NotAllowed.
    """
    assignment = offers.lock(assignment_id)
    if assignment.state == states.Assignment.COMPLETED:
        raise Approved
    if assignment.state == states.Assignment.NO_SHOW:
        raise states.NotAllowed(assignment.state, states.Assignment.CHECKED_IN)
    first, last = ends_between(assignment, now)
    if not first <= ended_at <= last:
        raise WrongTime(first, last)
    if assignment.state != states.Assignment.CHECKED_IN:
        _check_in(assignment, "finished", "interpreter", by, now)
    if (assignment.ended_at, assignment.note) != (ended_at, note):
        assignment.ended_at, assignment.note = ended_at, note
        _noted(assignment, "ended", by, now)
        offers.on_record("assignment_ended", assignment, by)
    return assignment


def write_note(assignment_id: int, note: str, *, by: Person | None, now: datetime) -> None:
    """What the interpreter wants staff to know. Raises states.NotAllowed for who has no part in the job."""
    assignment = offers.lock(assignment_id)
    if assignment.state not in states.TAKEN:
        raise states.NotAllowed(assignment.state, assignment.state)
    if assignment.note != note:
        assignment.note = note
        _noted(assignment, "note", by, now)


def _noted(assignment: Assignment, what: str, by: Person | None, now: datetime) -> None:
    assignment.changed_at = now
    assignment.version += 1
    record.note(assignment, assignment.state, "interpreter", by=by, now=now, reason=what)
