"""An interpreter answers: yes, no, or what a change of plan asks. The caller commits.

By the link of a mail, or signed in: `by` is the account then.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats as families
from registration.interpretation import fits, offers, profile, record, seats, settle, states
from registration.interpretation.models import Asks, Assignment, Candidate, Offer, OfferWay
from registration.interpretation.tell import tell
from registration.meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of a yes. `confirmed`: it is certain; `told`: families; `again`: it was said already."""

    assignment: Assignment
    confirmed: bool
    told: int = 0
    again: bool = False


class Taken(Exception):
    """Somebody else said yes first."""


class Conflict(Exception):
    """The interpreter cannot be there: `reasons` name the assignments in the way."""

    def __init__(self, reasons: list[fits.Reason]) -> None:
        super().__init__(", ".join(reason.why for reason in reasons))
        self.reasons = reasons


def find(public_id: str, link_version: int) -> Assignment | None:
    """The assignment that a link names; None for one that was revoked."""
    query = select(Assignment).where(Assignment.public_id == public_id, Assignment.link_version == link_version)
    return db.session.scalars(query).first()


def accept(assignment_id: int, *, now: datetime, by: Person | None = None) -> Accepted:
    """Say yes to the offer that is open. The first yes takes the seat, and everybody else is told.

    Raises offers.NotOpen, Taken, Conflict, offers.NotNow.
    """
    assignment = offers.lock(assignment_id)
    if assignment.state in states.TAKEN:
        return Accepted(assignment, assignment.state in states.CERTAIN, again=True)
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    if seats.holder(assignment.seat_id) is not None:
        raise Taken
    made = _still_open(assignment, now)
    offers.check_open(meeting, now)
    _check_free(assignment, meeting)
    made.state, made.answered_at = states.change_offer(made.state, states.Offer.ACCEPTED), now
    record.change(assignment, states.Assignment.ACCEPTED, "interpreter", by=by, now=now)
    _turn_away(assignment, meeting, now)
    told = 0
    _, team, service = seats.seat_of(assignment.seat_id)
    if team.confirmed_by_acceptance and made.way != OfferWay.SEVERAL:
        record.change(assignment, states.Assignment.CONFIRMED, "system", now=now, reason="by_acceptance")
        one = seats.lock_interpreter(assignment.interpreter_id)
        tell("job_confirmed", assignment, one, meeting, occurrence=str(assignment.version), now=now)
        told = settle.won(service.id, by=None, now=now)
    offers.on_record("offer_accepted", assignment, by)
    return Accepted(assignment, assignment.state in states.CERTAIN, told)


def _still_open(assignment: Assignment, now: datetime) -> Offer:
    made = seats.newest_offer(assignment.id)
    if made is None or made.state != states.Offer.SENT:
        raise offers.NotOpen(made.state if made else assignment.state)
    # The loop ends it a little later; the deadline is the deadline.
    if made.expires_at <= now:
        raise offers.NotOpen(states.Offer.EXPIRED)
    return made


def _check_free(assignment: Assignment, meeting: Meeting) -> None:
    one = seats.lock_interpreter(assignment.interpreter_id)
    _, team, service = seats.seat_of(assignment.seat_id)
    found = seats.against(one, meeting, service, team, profile.current().figures, but=assignment.id)
    hard = [reason for reason in found if reason.why in (fits.Why.OVERLAP, fits.Why.BLOCKED, fits.Why.CREDENTIAL)]
    if hard:
        raise Conflict(hard)


def _turn_away(winner: Assignment, meeting: Meeting, now: datetime) -> None:
    """Whoever was asked for the same seat is told that it is taken."""
    db.session.execute(delete(Candidate).where(Candidate.seat_id == winner.seat_id))
    for other in seats.open_of_seat(winner.seat_id):
        if other.id != winner.id and offers.let_go(other, states.Offer.WITHDRAWN, "system", now=now, reason="taken"):
            one = seats.lock_interpreter(other.interpreter_id)
            tell("job_taken", other, one, meeting, occurrence=str(other.version), now=now)


def decline(assignment_id: int, reason: str, *, now: datetime, by: Person | None = None) -> None:
    """Say no to the offer that is open; whoever is next is asked. Raises offers.NotOpen."""
    assignment = offers.lock(assignment_id)
    if not offers.let_go(assignment, states.Offer.DECLINED, "interpreter", by=by, now=now, reason=reason):
        if assignment.state == states.Assignment.DECLINED:
            return
        raise offers.NotOpen(assignment.state)
    offers.ask_next(assignment.seat_id, families.lock(assignment.meeting_id), now)
    offers.on_record("offer_declined", assignment, by)


def respond(assignment_id: int, yes: bool, *, now: datetime, by: Person | None = None) -> None:
    """Answer what a change of plan asks: seen the new room, can work remotely. A no gives the seat free.

    Nothing to answer any more is no fault: the button was pressed twice.
    """
    assignment = offers.lock(assignment_id)
    if assignment.asks is None:
        return
    asked, assignment.asks = assignment.asks, None
    if yes or asked == Asks.ROOM:
        record.note(assignment, assignment.state, "interpreter", by=by, now=now, reason=f"{asked}_seen")
        return
    certain = assignment.state in states.CERTAIN
    record.change(assignment, states.Assignment.DECLINED, "interpreter", by=by, now=now, reason="not_remote")
    if certain:
        settle.lost(seats.seat_of(assignment.seat_id)[2].id, by=None, now=now)
    offers.on_record("offer_declined", assignment, by)
