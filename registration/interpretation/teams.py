"""How many interpret a service, and from where. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats as families
from registration.families.interpretation import Decision, Key, service_for, set_state
from registration.interpretation import policy, settle, states
from registration.interpretation.models import Assignment, Delivery, Seat, Team
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState


@dataclass(frozen=True, slots=True)
class Plan:
    """What staff decide about a team."""

    mode: Mode
    delivery: Delivery
    size: int
    fewer_reason: str = ""
    confirmed_by_acceptance: bool = True
    needs_credential: bool = False


class ChangedMeanwhile(Exception):
    """Somebody decided about this team since the page was shown."""


class NeedsReason(Exception):
    """Fewer than the rule says, without a reason."""


class SeatsTaken(Exception):
    """There are more people in seats, or asked, than there would be seats."""


class StillBooked(Exception):
    """Somebody was asked for this service: its record stays, so it is not taken out."""


def team_of(service_id: int) -> Team | None:
    """The team of a service."""
    return db.session.get(Team, service_id, populate_existing=True)


def rule_for(meeting: Meeting, mode: Mode, figures: policy.Figures) -> policy.Rule:
    """The team that a meeting needs in a mode."""
    minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
    return policy.team(figures, mode, minutes)


def decide(
    meeting_id: int, key: Key, plan: Plan, rules: policy.Policy, *, version: int, by: Person | None, now: datetime
) -> Team:
    """Decide about the team of a language; where nothing was decided, families read "we are looking", untold.

    `version`: the team's as the page showed it, 0 where there was none. Raises ChangedMeanwhile, NeedsReason and
    SeatsTaken.
    """
    meeting = families.lock(meeting_id)
    service = _service(meeting_id, key, plan.mode, by, now)
    wanted = rule_for(meeting, plan.mode, rules.figures).size
    if plan.size < wanted and not plan.fewer_reason:
        raise NeedsReason
    team = team_of(service.id)
    if (team.version if team else 0) != version:
        raise ChangedMeanwhile
    if team is None:
        team = Team(service_id=service.id, size=plan.size, wanted=wanted, version=0)
    _write(team, plan, wanted, rules, now)
    _fit(service.id, plan.size)
    settle.won(service.id, by=by, now=now)
    if team.version > 1:
        settle.lost(service.id, by=by, now=now)
    audit.record(
        "team_decided",
        object_kind="interpretation_service",
        object_id=service.id,
        meeting_id=meeting_id,
        person=by,
        facts={"mode": plan.mode.value, "delivery": plan.delivery.value, "seats": plan.size, "rule": wanted},
    )
    return team


def _write(team: Team, plan: Plan, wanted: int, rules: policy.Policy, now: datetime) -> None:
    team.size, team.wanted, team.profile = plan.size, wanted, rules.profile.value
    team.delivery, team.fewer_reason = plan.delivery.value, plan.fewer_reason if plan.size < wanted else ""
    team.confirmed_by_acceptance, team.needs_credential = plan.confirmed_by_acceptance, plan.needs_credential
    team.decided_at = now
    team.version += 1
    db.session.add(team)
    db.session.flush()


def _service(meeting_id: int, key: Key, mode: Mode, by: Person | None, now: datetime) -> InterpretationService:
    service = service_for(meeting_id, key)
    if service is not None and service.mode == mode:
        return service
    state = ServiceState(service.state) if service and service.state != ServiceState.ANOTHER_WAY else None
    decision = Decision(state or ServiceState.LOOKING, mode, standing=bool(service and service.standing))
    version = service.version if service else 0
    return set_state(meeting_id, key, decision, version=version, by=by, now=now, tell=False).service


def _fit(service_id: int, size: int) -> None:
    """Make seats or take free ones away until there are `size`."""
    query = select(Seat).where(Seat.service_id == service_id).order_by(Seat.number)
    there = list(db.session.scalars(query))
    numbers = {seat.number for seat in there}
    for number in range(1, size + 1):
        if len(there) < size and number not in numbers:
            seat = Seat(service_id=service_id, number=number)
            db.session.add(seat)
            there.append(seat)
    db.session.flush()
    asked = set(db.session.scalars(select(Assignment.seat_id).where(Assignment.seat_id.in_([s.id for s in there]))))
    for seat in reversed(there):
        if len(there) > size and seat.id not in asked:
            db.session.delete(seat)
            there.remove(seat)
    if len(there) > size:
        _leave_empty(there, size)
    db.session.flush()


def _leave_empty(there: list[Seat], size: int) -> None:
    """Seats with a history stay, no longer needed; raises SeatsTaken when more than `size` are in use."""
    used = set(
        db.session.scalars(
            select(Assignment.seat_id).where(
                Assignment.seat_id.in_([seat.id for seat in there]), Assignment.state.in_(states.OPEN)
            )
        )
    )
    if len(used) > size:
        raise SeatsTaken
    kept = sorted(there, key=lambda seat: (seat.id not in used, seat.number))
    for place, seat in enumerate(kept):
        seat.required = place < size


def take_out(meeting_id: int, key: Key) -> None:
    """Take a team and its empty seats out, before its service is. Raises StillBooked."""
    families.lock(meeting_id)
    service = service_for(meeting_id, key)
    team = team_of(service.id) if service else None
    if service is None or team is None:
        return
    seats = list(db.session.scalars(select(Seat).where(Seat.service_id == service.id)))
    asked = select(Assignment.id).where(Assignment.seat_id.in_([seat.id for seat in seats])).limit(1)
    if db.session.scalar(asked) is not None:
        raise StillBooked
    for seat in seats:
        db.session.delete(seat)
    db.session.flush()
    db.session.delete(team)
    db.session.flush()
