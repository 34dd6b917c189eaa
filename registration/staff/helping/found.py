"""What can still help a job in danger: who is concerned, who could come, and which other way there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from registration import phones
from registration.accounts.models import Person
from registration.extensions import db
from registration.families.interpretation import WAYS, Key
from registration.families.models import Demand
from registration.interpretation import seats, settle, states
from registration.interpretation.day.absence import missing_from
from registration.interpretation.day.attending import window
from registration.interpretation.day.models import Alarm
from registration.interpretation.models import Assignment, Delivery, Interpreter, Seat, Team
from registration.meetings.models import InterpretationService, Meeting, Way
from registration.meetings.published import Content
from registration.staff.interpretation.elsewhere import others
from registration.staff.teams.shown import Candidate, candidates

# So many who could come are shown; the page of the seat has all.
MOST = 8


@dataclass(frozen=True, slots=True)
class Job:
    """A job with all that belongs to it."""

    row: Assignment
    one: Interpreter
    meeting: Meeting
    team: Team
    service: InterpretationService

    @property
    def key(self) -> Key:
        """What demand is counted by."""
        return settle.key_of(self.service)


@dataclass(frozen=True, slots=True)
class Mate:
    """Somebody else of the team, and how they stand."""

    name: str
    state: str
    phone: str
    phone_href: str


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm. `by`: who settled it, "" where the program did."""

    row: Alarm
    by: str


@dataclass(frozen=True, slots=True)
class Help:
    """Everything that the screen shows."""

    alarms: Sequence[Told]
    families: int
    listeners: int
    may_arrive: bool
    may_be_missing: bool
    holder: str
    asked: Sequence[str]
    free: Sequence[Candidate]
    by_mail: bool
    remote: Sequence[Candidate]
    mates: Sequence[Mate]
    elsewhere: Sequence[tuple[str, str]]
    ways: Sequence[tuple[str, str]]


def job_of(assignment_id: int) -> Job | None:
    """A job; None where there is none."""
    row = db.session.get(Assignment, assignment_id, populate_existing=True)
    if row is None:
        return None
    _, team, service = seats.seat_of(row.seat_id)
    one = db.session.get_one(Interpreter, row.interpreter_id)
    return Job(row, one, db.session.get_one(Meeting, row.meeting_id), team, service)


def helps(job: Job, read: Content, now: datetime) -> Help:
    """What can still help; costs the same however many interpreters and families there are."""
    asked = db.session.get(Demand, (job.meeting.id, job.key.language, job.key.modality.value))
    opens, closes = window(job.row)
    may_come = (states.Assignment.CONFIRMED, states.Assignment.NO_SHOW)
    held = [(one, db.session.get_one(Interpreter, one.interpreter_id)) for one in seats.open_of_seat(job.row.seat_id)]
    taken = [name for row, name in held if row.state in states.TAKEN and row.id != job.row.id]
    over = now >= job.meeting.ends_at
    there = [] if over else candidates(job.meeting, job.service, job.team, read)
    fit = [one for one in there if not one.forbidden and one.this_way and one.id != job.one.id]
    return Help(
        alarms=_alarms(job.row.id),
        families=asked.families if asked else 0,
        listeners=asked.listeners if asked else 0,
        may_arrive=job.row.state in may_come and opens <= now < closes and not taken,
        may_be_missing=job.row.state == states.Assignment.CONFIRMED and now >= missing_from(job.row),
        holder=taken[0].name if taken else "",
        asked=[one.name for row, one in held if row.state == states.Assignment.OFFERED],
        free=fit[:MOST],
        by_mail=now < job.meeting.starts_at,
        remote=[] if over else _remote(job, read, {one.id for one in fit}),
        mates=_mates(job),
        elsewhere=_elsewhere(job),
        ways=[(one.value, decide_address(job, one)) for one in WAYS[job.key.modality] if one is not Way.OTHER_MEETING],
    )


def _alarms(assignment_id: int) -> list[Told]:
    query = (
        select(Alarm, Person.name)
        .outerjoin(Person, Person.id == Alarm.settled_by_id)
        .where(Alarm.assignment_id == assignment_id)
        .order_by(Alarm.id)
    )
    return [Told(row, name or "") for row, name in db.session.execute(query.execution_options(populate_existing=True))]


def _remote(job: Job, read: Content, known: set[int]) -> list[Candidate]:
    """Who cannot come and could interpret from elsewhere."""
    if job.team.delivery == Delivery.REMOTE or not job.meeting.in_person:
        return []
    found = candidates(job.meeting, job.service, job.team, read, remotely=True)
    fit = [one for one in found if not one.forbidden and one.this_way and one.id not in {*known, job.one.id}]
    return fit[:MOST]


def _mates(job: Job) -> list[Mate]:
    query = (
        select(Assignment.state, Assignment.sent_name, Interpreter)
        .join(Interpreter, Interpreter.id == Assignment.interpreter_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .where(Seat.service_id == job.service.id, Assignment.state.in_(states.CERTAIN), Assignment.id != job.row.id)
    )
    return [
        Mate(sent or one.name, state, *_number(one))
        for state, sent, one in db.session.execute(query.order_by(Seat.number))
    ]


def _number(one: Interpreter) -> tuple[str, str]:
    return (phones.display(one.phone), phones.href(one.phone)) if one.phone else ("", "")


def _elsewhere(job: Job) -> list[tuple[str, str]]:
    """Other meetings of the series in the language, with the page where it is decided that families go there."""
    return [
        (words, decide_address(job, Way.OTHER_MEETING, other=number)) for number, words in others(job.meeting, job.key)
    ]


def decide_address(job: Job, way: Way, other: int | None = None) -> str:
    """Where another way is decided about, chosen beforehand. Who is told what is shown there before anybody is."""
    return url_for(
        "staff.interpretation_decide",
        meeting_id=job.meeting.id,
        language=job.key.language,
        modality=job.key.modality.value,
        way=way.value,
        other=other,
    )
