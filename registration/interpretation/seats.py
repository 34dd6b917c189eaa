"""What is read of seats, teams and interpreters, as the rules want it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from registration.database import NO_KEY
from registration.extensions import db
from registration.interpretation import fits, states
from registration.interpretation.models import (
    Assignment,
    AssignmentEvent,
    Delivery,
    Hours,
    Interpreter,
    Kind,
    Offer,
    Seat,
    Team,
)
from registration.interpretation.policy import Figures, Pay
from registration.meetings.models import InterpretationService, Meeting


def seat_of(seat_id: int) -> tuple[Seat, Team, InterpretationService]:
    """A seat, its team and their service. Raises NoResultFound."""
    query = (
        select(Seat, Team, InterpretationService)
        .join(Team, Team.service_id == Seat.service_id)
        .join(InterpretationService, InterpretationService.id == Team.service_id)
        .where(Seat.id == seat_id)
    )
    found = db.session.execute(query.execution_options(populate_existing=True)).one()
    return found[0], found[1], found[2]


def meeting_of(seat_id: int) -> int:
    """The meeting of a seat, to be locked before anything of it is read. Raises NoResultFound."""
    query = select(InterpretationService.meeting_id).join(Seat, Seat.service_id == InterpretationService.id)
    return db.session.scalars(query.where(Seat.id == seat_id)).one()


def lock_interpreters(ids: Iterable[int]) -> dict[int, Interpreter]:
    """Interpreters locked until the transaction ends, in the order of their numbers, after the meeting's row."""
    query = select(Interpreter).where(Interpreter.id.in_(set(ids))).order_by(Interpreter.id)
    rows = db.session.scalars(query.with_for_update(**NO_KEY).execution_options(populate_existing=True))
    return {row.id: row for row in rows}


def lock_interpreter(interpreter_id: int) -> Interpreter:
    """One of them."""
    return lock_interpreters([interpreter_id])[interpreter_id]


def holder(seat_id: int) -> Assignment | None:
    """Who has said yes to a seat."""
    query = select(Assignment).where(Assignment.seat_id == seat_id, Assignment.state.in_(states.TAKEN))
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def elsewhere(assignment: Assignment) -> bool:
    """Whether its interpreter has said yes to something else at that time; an agency is in many places."""
    query = select(Assignment.id).where(
        Assignment.interpreter_id == assignment.interpreter_id,
        Assignment.id != assignment.id,
        Assignment.exclusive,
        Assignment.state.in_(states.TAKEN),
        Assignment.starts_at < assignment.ends_at,
        Assignment.ends_at > assignment.starts_at,
    )
    return db.session.scalars(query.limit(1)).first() is not None


def given_away(assignment: Assignment) -> bool:
    """Whether who was marked as not come cannot have the job back: the seat is taken, or they work elsewhere."""
    return holder(assignment.seat_id) is not None or elsewhere(assignment)


def open_of_seat(seat_id: int) -> Sequence[Assignment]:
    """Everybody who is in a seat or may still take it."""
    query = select(Assignment).where(Assignment.seat_id == seat_id, Assignment.state.in_(states.OPEN))
    return db.session.scalars(query.order_by(Assignment.id).execution_options(populate_existing=True)).all()


def newest_offer(assignment_id: int) -> Offer | None:
    """The last offer made for an assignment."""
    query = select(Offer).where(Offer.assignment_id == assignment_id).order_by(Offer.id.desc()).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def said_yes_before(assignment_id: int) -> bool:
    """Whether this interpreter has ever said yes to this seat, so that it may stand in a calendar."""
    query = select(AssignmentEvent.id).where(AssignmentEvent.assignment_id == assignment_id)
    yes = query.where(AssignmentEvent.state == states.Assignment.ACCEPTED).limit(1)
    return db.session.scalar(yes) is not None


def job(number: int, meeting: Meeting, delivery: str) -> fits.Job:
    """A meeting as a job."""
    remote = delivery == Delivery.REMOTE or not meeting.in_person
    return fits.Job(number, meeting.starts_at, meeting.ends_at, None if remote else meeting.place_id, remote)


def jobs(interpreter_id: int, but: int | None = None) -> list[fits.Job]:
    """What an interpreter has said yes to, whichever meeting it is; `but`: an assignment that is left out."""
    return [one for one in jobs_of([interpreter_id]).get(interpreter_id, ()) if one.id != but]


def jobs_of(interpreter_ids: Collection[int]) -> dict[int, list[fits.Job]]:
    """What each of several interpreters has said yes to: one query, however many they are."""
    query = (
        select(Assignment.interpreter_id, Assignment.id, Meeting, Team.delivery)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(Team, Team.service_id == Seat.service_id)
        .where(Assignment.interpreter_id.in_(interpreter_ids), Assignment.state.in_(states.TAKEN))
    )
    found: dict[int, list[fits.Job]] = {}
    for interpreter_id, number, meeting, delivery in db.session.execute(query):
        found.setdefault(interpreter_id, []).append(job(number, meeting, delivery))
    return found


def somebody(
    one: Interpreter, but: int | None = None, known: Mapping[int, Sequence[fits.Job]] | None = None
) -> fits.Somebody:
    """An interpreter as the rules see one, with every job but that of the assignment `but`.

    `known`: the jobs of this and other interpreters, where they were read together.
    """
    return fits.Somebody(
        zone=one.time_zone,
        blocked=one.blocked,
        tested=one.tested,
        on_site=one.on_site,
        remote=one.remote,
        exclusive=one.kind != Kind.AGENCY,
        pairs=[fits.Pair(pair.source, pair.target, frozenset(pair.modes)) for pair in one.pairs],
        credentials=[credential.ends_on for credential in one.credentials],
        hours=[fits.Hours(row.weekday, row.starts, row.ends, row.kind == Hours.DUTY) for row in one.hours],
        days=[fits.Days(row.first, row.last, row.free) for row in one.days],
        most_day=one.most_day,
        most_week=one.most_week,
        jobs=jobs(one.id, but) if known is None else known.get(one.id, ()),
    )


def wanted(meeting: Meeting, service: InterpretationService, team: Team) -> fits.Wanted:
    """What a seat of a team asks for."""
    return fits.Wanted(
        job(0, meeting, team.delivery), meeting.floor_language, service.language, service.mode, team.needs_credential
    )


def against(
    one: Interpreter,
    meeting: Meeting,
    service: InterpretationService,
    team: Team,
    figures: Figures,
    but: int | None = None,
) -> list[fits.Reason]:
    """What speaks against giving a seat of `team` to `one`."""
    return fits.reasons(somebody(one, but), wanted(meeting, service, team), figures)


def against_seat(
    people: Sequence[Interpreter], seat: fits.Wanted, figures: Figures
) -> list[tuple[Interpreter, list[fits.Reason]]]:
    """What speaks against each of several: as `against` says it, with one query for the jobs of all."""
    known = jobs_of([one.id for one in people])
    return [(one, fits.reasons(somebody(one, known=known), seat, figures)) for one in people]


def pay(one: Interpreter, figures: Figures) -> Pay:
    """What an interpreter is paid for a job."""
    minimum = figures.paid_minimum if one.paid_minimum is None else one.paid_minimum
    return Pay(one.rate_cents, minimum, one.travel_cents)
