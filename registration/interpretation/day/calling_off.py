"""An interpreter is ill: the job is free at once, staff are alarmed, and somebody else is asked. The caller commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from registration.accounts.models import Person
from registration.extensions import db
from registration.interpretation import offers, profile, record, seats, settle, states
from registration.interpretation.day import alarms
from registration.interpretation.day.models import Alarm, Danger
from registration.interpretation.models import Assignment, Interpreter, LanguagePair, OfferWay
from registration.meetings.models import InterpretationService, Meeting

# So many are asked at once. More would only be told that somebody else was faster.
MOST_ASKED = 8

ILL = "ill"
MAY_CALL_OFF = (states.Assignment.ACCEPTED, states.Assignment.CONFIRMED)


class TooLate(Exception):
    """The job is over, or the interpreter has begun it: staff are called by telephone."""


def ill(assignment_id: int, *, now: datetime, by: Person | None = None) -> int:
    """Give the job back because of illness; how many others are asked at once. Twice is once.

    Families are not told by itself (domain.md, 15): staff have the alarm, and decide. Raises TooLate,
    states.NotAllowed for who has no part in the job.
    """
    # Whoever may be asked is locked together with the others, in the order of their numbers.
    others = _who_fit(db.session.get_one(Assignment, assignment_id, populate_existing=True))
    assignment = offers.lock(assignment_id, also=others)
    if assignment.state == states.Assignment.DECLINED:
        return 0
    if assignment.state == states.Assignment.CHECKED_IN or assignment.ends_at <= now:
        raise TooLate
    if assignment.state not in MAY_CALL_OFF:
        raise states.NotAllowed(assignment.state, states.Assignment.DECLINED)
    certain = assignment.state in states.CERTAIN
    assignment.asks = None
    record.change(assignment, states.Assignment.DECLINED, "interpreter", by=by, now=now, reason=ILL)
    alarms.settle(assignment.id, ILL, by=by, now=now)
    alarms.sound(assignment, Danger.ILL, now=now)
    if certain:
        settle.lost(seats.seat_of(assignment.seat_id)[2].id, by=by, now=now)
    offers.on_record("assignment_called_off", assignment, by)
    return _replace(assignment, others, now)


def may_call_off(assignment: Assignment, now: datetime) -> bool:
    """Whether somebody can still say that they are ill."""
    return assignment.state in MAY_CALL_OFF and now < assignment.ends_at


def is_ill(assignment: Assignment) -> bool:
    """Whether a job was given back because of illness."""
    query = select(Alarm.id).where(Alarm.assignment_id == assignment.id, Alarm.danger == Danger.ILL)
    return assignment.state == states.Assignment.DECLINED and db.session.scalar(query) is not None


def _replace(assignment: Assignment, others: Sequence[int], now: datetime) -> int:
    """Ask whoever stands in line; where nobody does, those of `others` who still fit, at once."""
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    try:
        offers.check_open(meeting, now)
    except offers.NotNow:
        # It has begun, or is off: nobody can be asked to come by mail. Staff have the alarm.
        return 0
    if offers.ask_next(assignment.seat_id, meeting, now) is not None:
        return 1
    still = _who_fit(assignment, others)
    if still:
        offers.offer(assignment.seat_id, still, OfferWay.SEVERAL, by=None, now=now)
    return len(still)


def _who_fit(assignment: Assignment, among: Sequence[int] | None = None) -> list[int]:
    """At most MOST_ASKED against whom nothing speaks at all and who have not said no, preferred first.

    `among`: nobody else than these. Staff may ask those against whom something speaks; a program does not.
    """
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    _, team, service = seats.seat_of(assignment.seat_id)
    figures, chosen = profile.current().figures, []
    for number in _able(service, _settled(meeting.id)):
        if among is not None and number not in among:
            continue
        if not seats.against(db.session.get_one(Interpreter, number), meeting, service, team, figures):
            chosen.append(number)
        if len(chosen) == MOST_ASKED:
            break
    return chosen


def _able(service: InterpretationService, but: set[int]) -> list[int]:
    """Who works into the language of a service in its way and has an address, preferred ones first."""
    query = (
        select(Interpreter.id, LanguagePair.modes)
        .join(LanguagePair, LanguagePair.interpreter_id == Interpreter.id)
        .where(LanguagePair.target == service.language, Interpreter.email.is_not(None), ~Interpreter.blocked)
        .order_by(Interpreter.preferred.desc(), Interpreter.name, Interpreter.id)
    )
    able = [number for number, modes in db.session.execute(query) if service.mode in modes and number not in but]
    return list(dict.fromkeys(able))


def _settled(meeting_id: int) -> set[int]:
    """Who is booked at a meeting or has said no. Whoever is asked for another seat may be asked for this one too."""
    there = Assignment.state.in_((*states.TAKEN, states.Assignment.DECLINED))
    return set(db.session.scalars(select(Assignment.interpreter_id).where(Assignment.meeting_id == meeting_id, there)))
