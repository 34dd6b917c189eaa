"""A seat is offered: to one, one after the other, or several at once. The caller commits.

Locks: the meeting, then interpreters by number. Whoever answers locks the same, so of two who say yes one comes first.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import delete, func, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats as families
from registration.interpretation import fits, policy, profile, record, seats, states
from registration.interpretation.models import Assignment, Candidate, Interpreter, Offer, OfferWay
from registration.interpretation.tell import tell
from registration.meetings.models import Meeting, MeetingStatus


class NotNow(Exception):
    """The meeting is over, called off or not published, so nobody is asked to come."""


class SeatTaken(Exception):
    """Somebody has said yes already, or is asked just now; `assignment` is theirs."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__("taken")
        self.assignment = assignment


class DoesNotFit(Exception):
    """An interpreter who cannot take the seat, and why."""

    def __init__(self, interpreter: Interpreter, reasons: Sequence[fits.Reason]) -> None:
        super().__init__(", ".join(reason.why for reason in reasons))
        self.interpreter, self.reasons = interpreter, list(reasons)


class NoEmail(Exception):
    """An interpreter without email cannot be offered a seat by mail."""

    def __init__(self, interpreter: Interpreter) -> None:
        super().__init__("no email")
        self.interpreter = interpreter


class NotOpen(Exception):
    """The offer is answered, expired or withdrawn already; `state` is an offer's."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def offer(
    seat_id: int,
    interpreter_ids: Sequence[int],
    way: OfferWay,
    *,
    by: Person | None,
    now: datetime,
    answer_hours: int | None = None,
) -> list[Offer]:
    """Offer a seat to interpreters in the order given; gives the offers that are sent now.

    `answer_hours`: working hours to answer, the policy's where None. Raises NotNow, SeatTaken, DoesNotFit, NoEmail.
    """
    meeting = families.lock(seats.meeting_of(seat_id))
    check_open(meeting, now)
    ids = list(dict.fromkeys(interpreter_ids))
    people, figures = seats.lock_interpreters(ids), profile.current().figures
    if (there := _in_the_way(seat_id, ids, way)) is not None:
        raise SeatTaken(there)
    for number in ids:
        _check(people[number], seat_id, meeting, figures)
    hours = answer_hours or figures.answer_hours
    now_asked = ids[:1] if way is OfferWay.SEQUENCE else ids
    _queue_up(seat_id, [] if way is not OfferWay.SEQUENCE else ids[1:], hours)
    sent = [send(seat_id, people[number], meeting, way, hours, by=by, now=now) for number in now_asked]
    audit.record(
        "seat_offered",
        object_kind="seat",
        object_id=seat_id,
        meeting_id=meeting.id,
        person=by,
        facts={"way": way.value, "asked": len(ids), "interpreters": ids},
    )
    return sent


def check_open(meeting: Meeting, now: datetime, until: datetime | None = None) -> None:
    """Raise NotNow for a meeting to which nobody is asked to come; `until`: its start, where nothing else is said."""
    if meeting.status != MeetingStatus.SCHEDULED or (until or meeting.starts_at) <= now or not meeting.published:
        raise NotNow


def _in_the_way(seat_id: int, ids: Sequence[int], way: OfferWay) -> Assignment | None:
    for one in seats.open_of_seat(seat_id):
        asked_too = way is OfferWay.SEVERAL and one.state in (states.Assignment.OFFERED, states.Assignment.PROPOSED)
        if not asked_too or one.interpreter_id in ids:
            return one
    return None


def _check(one: Interpreter, seat_id: int, meeting: Meeting, figures: policy.Figures) -> None:
    _, team, service = seats.seat_of(seat_id)
    hard = [reason for reason in seats.against(one, meeting, service, team, figures) if reason.hard]
    if hard:
        raise DoesNotFit(one, hard)
    if one.email is None:
        raise NoEmail(one)


def _queue_up(seat_id: int, ids: Sequence[int], hours: int) -> None:
    db.session.execute(delete(Candidate).where(Candidate.seat_id == seat_id))
    for place, number in enumerate(ids, 2):
        db.session.add(Candidate(seat_id=seat_id, interpreter_id=number, sequence=place, answer_hours=hours))


def send(
    seat_id: int,
    one: Interpreter,
    meeting: Meeting,
    way: OfferWay,
    hours: int,
    *,
    by: Person | None,
    now: datetime,
    sequence: int = 1,
    assignment: Assignment | None = None,
) -> Offer:
    """Send an offer, for an assignment that is there or a new one; meeting and interpreter are locked."""
    held = assignment or record.begin(seat_id, one, meeting, by=by, now=now)
    if held.state != states.Assignment.OFFERED:
        record.change(held, states.Assignment.OFFERED, "staff" if by else "system", by=by, now=now)
    zone, figures = str(current_app.config["TIME_ZONE"]), profile.current().figures
    expires_at = min(policy.after_working_hours(figures, now, hours, zone), meeting.starts_at)
    made = Offer(
        assignment_id=held.id,
        way=way.value,
        sequence=sequence,
        answer_hours=hours,
        state=states.Offer.SENT.value,
        sent_at=now,
        expires_at=expires_at,
    )
    db.session.add(made)
    db.session.flush()
    tell("job_offer", held, one, meeting, occurrence=str(made.id), now=now, facts={"offer": made.id})
    return made


def ask_next(seat_id: int, meeting: Meeting, now: datetime) -> Offer | None:
    """Ask whoever is next in the line of a seat and still fits; None when nobody is left or somebody has it."""
    if seats.open_of_seat(seat_id):
        return None
    query = select(Candidate).where(Candidate.seat_id == seat_id).order_by(Candidate.sequence)
    for candidate in list(db.session.scalars(query)):
        place, hours = candidate.sequence, candidate.answer_hours
        one = seats.lock_interpreter(candidate.interpreter_id)
        db.session.delete(candidate)
        try:
            check_open(meeting, now)
            _check(one, seat_id, meeting, profile.current().figures)
        except (DoesNotFit, NoEmail, NotNow):
            continue
        return send(seat_id, one, meeting, OfferWay.SEQUENCE, hours, by=None, now=now, sequence=place)
    return None


def let_go(
    assignment: Assignment,
    to: states.Offer,
    actor: record.Actor,
    *,
    now: datetime,
    by: Person | None = None,
    reason: str = "",
) -> bool:
    """End the offer that is open for an assignment and the assignment with it; whether there was one."""
    made = seats.newest_offer(assignment.id)
    if made is None or made.state != states.Offer.SENT:
        return False
    made.state, made.answered_at, made.reason = states.change_offer(made.state, to), now, reason[:300]
    state = states.Assignment.DECLINED if to is states.Offer.DECLINED else states.Assignment.RELEASED
    record.change(assignment, state, actor, by=by, now=now, reason=reason or to.value)
    return True


def withdraw(assignment_id: int, *, by: Person | None, now: datetime) -> None:
    """Take an offer back, and tell whom it was made to. Raises NotOpen when it is answered by now."""
    assignment = lock(assignment_id)
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    if not let_go(assignment, states.Offer.WITHDRAWN, "staff", by=by, now=now):
        raise NotOpen(assignment.state)
    one = seats.lock_interpreter(assignment.interpreter_id)
    db.session.execute(delete(Candidate).where(Candidate.seat_id == assignment.seat_id))
    tell("job_withdrawn", assignment, one, meeting, occurrence=str(assignment.version), now=now)
    on_record("offer_withdrawn", assignment, by)


def lock(assignment_id: int, also: Collection[int] = ()) -> Assignment:
    """An assignment read afresh, its meeting locked and everybody who is in its seat or may come to be asked for it.

    `also`: more interpreters to lock. All of them at once, in the order of their numbers: whoever is asked next must
    not be locked after who says no, or two meetings that ask the same two people stop each other. Raises NoResultFound.
    """
    found = select(Assignment.meeting_id, Assignment.seat_id, Assignment.interpreter_id)
    meeting_id, seat_id, interpreter_id = db.session.execute(found.where(Assignment.id == assignment_id)).one()
    families.lock(meeting_id)
    seats.lock_interpreters([interpreter_id, *_concerned([seat_id]), *also])
    return db.session.get_one(Assignment, assignment_id, populate_existing=True)


def _concerned(seat_ids: Sequence[int]) -> set[int]:
    """Interpreters who are in seats, are asked for them, or stand in line; their meeting is locked."""
    there = select(Assignment.interpreter_id).where(Assignment.seat_id.in_(seat_ids), Assignment.state.in_(states.OPEN))
    in_line = select(Candidate.interpreter_id).where(Candidate.seat_id.in_(seat_ids))
    return {*db.session.scalars(there), *db.session.scalars(in_line)}


def on_record(action: str, assignment: Assignment, by: Person | None) -> None:
    """Put what was done with an assignment on the record."""
    audit.record(
        action,
        object_kind="assignment",
        object_id=assignment.id,
        meeting_id=assignment.meeting_id,
        person=by,
        facts={"seat": assignment.seat_id, "interpreter": assignment.interpreter_id, "state": assignment.state},
    )


def move_on(now: datetime) -> int:
    """Expire what nobody has answered at one meeting, and ask whoever is next; how many expired.

    One meeting at a time: a transaction never locks two. Silence is never a yes.
    """
    due = (Offer.state == states.Offer.SENT, Offer.expires_at <= now)
    query = select(func.min(Assignment.meeting_id)).join(Offer, Offer.assignment_id == Assignment.id).where(*due)
    meeting_id = db.session.scalar(query)
    if meeting_id is None:
        return 0
    meeting = families.lock(meeting_id)
    late = select(Assignment).join(Offer, Offer.assignment_id == Assignment.id)
    late = late.where(*due, Assignment.meeting_id == meeting_id).order_by(Assignment.id)
    found = list(db.session.scalars(late.execution_options(populate_existing=True)))
    seats.lock_interpreters(_concerned([one.seat_id for one in found]))
    ended = [one for one in found if let_go(one, states.Offer.EXPIRED, "system", now=now)]
    for seat_id in sorted({one.seat_id for one in ended}):
        ask_next(seat_id, meeting, now)
    return len(ended)
