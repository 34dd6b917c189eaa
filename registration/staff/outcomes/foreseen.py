"""What probably became of a language, from its seats: staff see it chosen, and decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from registration.extensions import db
from registration.families.interpretation import Key
from registration.families.models import Event, Why
from registration.families.outcomes import Result
from registration.interpretation import states
from registration.interpretation.models import Assignment, Seat
from registration.interpretation.settle import key_of
from registration.meetings.models import InterpretationService, ServiceState, Way

THERE = (states.Assignment.CHECKED_IN, states.Assignment.COMPLETED)


@dataclass(frozen=True, slots=True)
class Seen:
    """A service and who was in its seats: `seats` that are required, `there` of them filled, by whom it was missed."""

    state: ServiceState
    way: Way | None
    seats: int
    there: int
    missed: bool


def of_meeting(meeting_id: int) -> dict[Key, Seen]:
    """The services of a meeting with their seats; two queries."""
    services = select(InterpretationService).where(InterpretationService.meeting_id == meeting_id)
    seats = (
        select(Seat.service_id, Seat.id, Assignment.state)
        .join(InterpretationService, InterpretationService.id == Seat.service_id)
        .outerjoin(Assignment, Assignment.seat_id == Seat.id)
        .where(InterpretationService.meeting_id == meeting_id, Seat.required)
    )
    by_service: dict[int, dict[int, set[str]]] = {}
    for service_id, seat_id, state in db.session.execute(seats):
        by_service.setdefault(service_id, {}).setdefault(seat_id, set()).add(state or "")
    return {key_of(one): _seen(one, list(by_service.get(one.id, {}).values())) for one in db.session.scalars(services)}


def _seen(service: InterpretationService, seats: Sequence[set[str]]) -> Seen:
    return Seen(
        state=ServiceState(service.state),
        way=Way(service.way) if service.way else None,
        seats=len(seats),
        there=sum(bool(seat & set(THERE)) for seat in seats),
        missed=any(states.Assignment.NO_SHOW in seat for seat in seats),
    )


def result(seen: Seen | None) -> Result:
    """What it looks like. What was arranged by hand, without seats, counts as it was decided."""
    if seen is None:
        return Result(Event.UNMET, Why.NOBODY_FOUND)
    if seen.state is ServiceState.ANOTHER_WAY:
        elsewhere = seen.way is Way.OTHER_MEETING
        return Result(Event.UNMET, Why.OTHER_MEETING) if elsewhere else Result(Event.SERVED)
    if not seen.seats:
        sure = seen.state is ServiceState.CONFIRMED
        return Result(Event.SERVED) if sure else Result(Event.UNMET, Why.NOBODY_FOUND)
    if seen.there >= seen.seats:
        return Result(Event.SERVED)
    if seen.there:
        return Result(Event.PARTLY, Why.TOO_FEW)
    return Result(Event.UNMET, Why.DID_NOT_COME if seen.missed else Why.NOBODY_FOUND)
