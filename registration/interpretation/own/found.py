"""The jobs of one interpreter, read with what their pages say of them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Result, Select, select

from registration.extensions import db
from registration.interpretation import states
from registration.interpretation.models import Assignment, Interpreter, Offer, Seat, Team
from registration.meetings.models import InterpretationService, Meeting

SHOWN = (
    states.Assignment.OFFERED,
    states.Assignment.ACCEPTED,
    states.Assignment.CONFIRMED,
    states.Assignment.CHECKED_IN,
)


@dataclass(frozen=True, slots=True)
class Job:
    """An assignment with its team, service and meeting. `offer`: the newest one, None where none was ever made."""

    row: Assignment
    team: Team
    service: InterpretationService
    meeting: Meeting
    offer: Offer | None

    def waits(self, now: datetime) -> bool:
        """Whether an offer can still be answered."""
        made = self.offer if self.row.state == states.Assignment.OFFERED else None
        return made is not None and made.state == states.Offer.SENT and made.expires_at > now

    @property
    def mine(self) -> bool:
        """Whether the interpreter has said yes and still has the job, or has done it."""
        return self.row.state in states.TAKEN


@dataclass(slots=True)
class Jobs:
    """What waits for an answer, what is next, and what is over but not settled: its end not told, or not approved."""

    offers: list[Job] = field(default_factory=list)
    ahead: list[Job] = field(default_factory=list)
    unfinished: list[Job] = field(default_factory=list)
    unapproved: list[Job] = field(default_factory=list)


def jobs(one: Interpreter, now: datetime) -> Jobs:
    """The jobs of an interpreter, the earliest first."""
    query = _jobs(one).where(Assignment.state.in_(SHOWN)).order_by(Assignment.starts_at, Assignment.id)
    found = Jobs()
    for job in _with_offers(db.session.execute(query)):
        if job.row.state == states.Assignment.OFFERED:
            if job.waits(now):
                found.offers.append(job)
        elif job.row.ended_at is not None:
            found.unapproved.append(job)
        elif job.row.ends_at > now:
            found.ahead.append(job)
        elif job.row.state != states.Assignment.ACCEPTED:
            found.unfinished.append(job)
    return found


def job(one: Interpreter, assignment_id: int) -> Job | None:
    """One job of an interpreter; None for another's, for none, and for one that was never offered."""
    query = _jobs(one).where(Assignment.id == assignment_id, Assignment.state != states.Assignment.PROPOSED)
    found = _with_offers(db.session.execute(query))
    return found[0] if found else None


def _jobs(one: Interpreter) -> Select[Assignment, Team, InterpretationService, Meeting]:
    return (
        select(Assignment, Team, InterpretationService, Meeting)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(Team, Team.service_id == Seat.service_id)
        .join(InterpretationService, InterpretationService.id == Team.service_id)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.interpreter_id == one.id)
    )


def _with_offers(found: Result[Assignment, Team, InterpretationService, Meeting]) -> list[Job]:
    rows = found.all()
    query = select(Offer).where(Offer.assignment_id.in_([row[0].id for row in rows])).order_by(Offer.id)
    newest = {made.assignment_id: made for made in db.session.scalars(query)}
    return [Job(*row, offer=newest.get(row[0].id)) for row in rows]
