"""Hours are entered for who cannot say them, and approved. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from registration.accounts import audit
from registration.accounts.models import Person
from registration.interpretation import offers, profile, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.day.attending import EARLIEST, LONGEST_OVER, WrongTime
from registration.interpretation.day.overtime import worked
from registration.interpretation.models import Assignment, Delivery

MAY_ENTER = (states.Assignment.CONFIRMED, states.Assignment.CHECKED_IN, states.Assignment.NO_SHOW)
MAY_APPROVE = (states.Assignment.CHECKED_IN, states.Assignment.COMPLETED)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody came and when their work was done."""

    arrived_at: datetime
    ended_at: datetime


class ChangedMeanwhile(Exception):
    """The job was changed since the page was shown."""


class NotOver(Exception):
    """The meeting is not over yet."""


class NeedsReason(Exception):
    """Other minutes than were worked, or than were approved before, without a reason."""


def enter(assignment_id: int, hours: Hours, *, version: int, by: Person | None, now: datetime) -> Assignment:
    """Staff write when somebody came and went, who cannot say so or said it wrongly.

    Raises WrongTime, ChangedMeanwhile, states.NotAllowed for who is not booked, whose seat somebody else has, or whose
    hours are approved.
    """
    assignment = _locked(assignment_id, version)
    if assignment.state not in MAY_ENTER:
        raise states.NotAllowed(assignment.state, states.Assignment.CHECKED_IN)
    first, last = assignment.starts_at - EARLIEST, min(now, assignment.ends_at + LONGEST_OVER)
    if not first <= hours.arrived_at < hours.ended_at <= last or hours.ended_at <= assignment.starts_at:
        raise WrongTime(first, last)
    if assignment.state != states.Assignment.CHECKED_IN:
        _there(assignment, by, now)
    if (assignment.arrived_at, assignment.ended_at) != (hours.arrived_at, hours.ended_at):
        assignment.arrived_at, assignment.ended_at = hours.arrived_at, hours.ended_at
        assignment.changed_at = now
        assignment.version += 1
        record.note(assignment, assignment.state, "staff", by=by, now=now, reason="hours_entered")
        offers.on_record("hours_entered", assignment, by)
    return assignment


def _there(assignment: Assignment, by: Person | None, now: datetime) -> None:
    if assignment.state == states.Assignment.NO_SHOW and seats.given_away(assignment):
        raise states.NotAllowed(assignment.state, states.Assignment.CHECKED_IN)
    record.change(assignment, states.Assignment.CHECKED_IN, "staff", by=by, now=now, reason="arrived")
    alarms.settle(assignment.id, "arrived", by=by, now=now)
    settle.back(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now)


def approve(
    assignment_id: int, minutes: int, *, version: int, by: Person | None, now: datetime, reason: str = ""
) -> Assignment:
    """Approve minutes of work, or put right what was approved; what is paid is never less than the paid minimum.

    `reason`: why the minutes are others than were worked, or than were approved before. The same again changes nothing.
    Raises NotOver, NeedsReason, ChangedMeanwhile, states.NotAllowed for who has not been there.
    """
    assignment = offers.lock(assignment_id)
    if assignment.approved_minutes == minutes and assignment.version == version + 1:
        return assignment
    if assignment.version != version:
        raise ChangedMeanwhile
    if assignment.state not in MAY_APPROVE:
        raise states.NotAllowed(assignment.state, states.Assignment.COMPLETED)
    if now < assignment.ends_at:
        raise NotOver
    before = assignment.approved_minutes
    if minutes == before:
        return assignment
    if not reason and minutes != (worked(assignment) if before is None else before):
        raise NeedsReason
    _pay(assignment, minutes, now)
    if before is None:
        record.change(assignment, states.Assignment.COMPLETED, "staff", by=by, now=now, reason=reason or "approved")
    else:
        assignment.changed_at = now
        assignment.version += 1
        record.note(assignment, assignment.state, "staff", by=by, now=now, reason=reason)
    _on_record(assignment, before, by)
    return assignment


def _pay(assignment: Assignment, minutes: int, now: datetime) -> None:
    one = seats.lock_interpreter(assignment.interpreter_id)
    _, team, _ = seats.seat_of(assignment.seat_id)
    pay = seats.pay(one, profile.current().figures)
    assignment.approved_minutes, assignment.paid_minutes = minutes, max(minutes, pay.minimum)
    assignment.payable_cents = pay.of(minutes, on_site=team.delivery == Delivery.ON_SITE)
    assignment.approved_at = now


def _on_record(assignment: Assignment, before: int | None, by: Person | None) -> None:
    audit.record(
        "hours_approved",
        object_kind="assignment",
        object_id=assignment.id,
        meeting_id=assignment.meeting_id,
        person=by,
        facts={
            "interpreter": assignment.interpreter_id,
            "minutes": assignment.approved_minutes,
            "paid_minutes": assignment.paid_minutes,
            "before": before,
        },
    )


def _locked(assignment_id: int, version: int) -> Assignment:
    assignment = offers.lock(assignment_id)
    if assignment.version != version:
        raise ChangedMeanwhile
    return assignment
