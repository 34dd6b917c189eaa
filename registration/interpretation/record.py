"""A change of an assignment, and the row that keeps it. The caller commits."""

from datetime import datetime
from typing import Literal

from registration.accounts.models import Person
from registration.extensions import db
from registration.interpretation import states
from registration.interpretation.models import Assignment, AssignmentEvent, Interpreter, Kind
from registration.meetings.models import Meeting

Actor = Literal["staff", "interpreter", "system"]


def begin(seat_id: int, one: Interpreter, meeting: Meeting, *, by: Person | None, now: datetime) -> Assignment:
    """A proposed assignment of an interpreter to a seat."""
    made = Assignment(
        seat_id=seat_id,
        interpreter_id=one.id,
        meeting_id=meeting.id,
        state=states.Assignment.PROPOSED.value,
        exclusive=one.kind != Kind.AGENCY,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        created_at=now,
        changed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    note(made, None, "staff" if by else "system", by=by, now=now)
    return made


def change(
    assignment: Assignment,
    to: states.Assignment,
    actor: Actor,
    *,
    now: datetime,
    by: Person | None = None,
    reason: str = "",
) -> None:
    """Change the state of an assignment whose meeting is locked, and keep that it was. Raises states.NotAllowed."""
    was = assignment.state
    assignment.state = states.change(was, to)
    assignment.changed_at = now
    assignment.version += 1
    note(assignment, was, actor, by=by, now=now, reason=reason)
    # One after the other, as the unique indexes want it: who lets go of a seat before who takes it.
    db.session.flush()


def note(
    assignment: Assignment,
    was: str | None,
    actor: Actor,
    *,
    now: datetime,
    by: Person | None = None,
    reason: str = "",
) -> None:
    """Add to the record of an assignment, also what changes no state."""
    db.session.add(
        AssignmentEvent(
            assignment_id=assignment.id,
            was=was,
            state=assignment.state,
            actor=actor,
            person_id=by.id if by else None,
            at=now,
            reason=reason[:300],
        )
    )
