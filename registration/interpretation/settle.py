"""What seats mean for families: a service with all its seats confirmed is confirmed, and not before.

Families are told when it is confirmed. When an interpreter is lost it says that we look again, and nobody is told of it
by itself: there is time to find another one (domain.md, 15). The caller commits and has locked the meeting.
"""

from datetime import datetime

from sqlalchemy import select

from registration.accounts.models import Person
from registration.extensions import db
from registration.families.interpretation import MODES, Decision, Key, set_state
from registration.families.models import Modality, Why
from registration.interpretation import states
from registration.interpretation.day import alarms
from registration.interpretation.models import Assignment, Seat
from registration.meetings.models import InterpretationService, Mode, ServiceState


def key_of(service: InterpretationService) -> Key:
    """What demand is counted by, of a service."""
    return Key(service.language, modality_of(Mode(service.mode)))


def modality_of(mode: Mode) -> Modality:
    """What is asked for, of a way to give it."""
    return next(modality for modality, modes in MODES.items() if mode in modes)


def complete(service_id: int) -> bool:
    """Whether every required seat of a service is confirmed."""
    certain = select(Assignment.id).where(Assignment.seat_id == Seat.id, Assignment.state.in_(states.CERTAIN)).exists()
    seats = select(certain).where(Seat.service_id == service_id, Seat.required)
    found = db.session.scalars(seats).all()
    return bool(found) and all(found)


def won(service_id: int, *, by: Person | None, now: datetime, tell: bool = True) -> int:
    """After a seat was confirmed: confirm the service once it is complete; how many families are told.

    An alarm about who had that seat before is settled by it.
    """
    alarms.replaced(service_id, by=by, now=now)
    service = db.session.get_one(InterpretationService, service_id, populate_existing=True)
    if service.state == ServiceState.CONFIRMED or not complete(service_id):
        return 0
    return _set(service, ServiceState.CONFIRMED, by, now, tell, Why.TEAM_COMPLETE)


def back(service_id: int, *, by: Person | None, now: datetime) -> bool:
    """After somebody who was missing came late: as it was before, in silence as it was lost. Whether it is.

    Where families were told of another way meanwhile, staff decide.
    """
    service = db.session.get_one(InterpretationService, service_id, populate_existing=True)
    if service.state != ServiceState.LOOKING or not complete(service_id):
        return False
    _set(service, ServiceState.CONFIRMED, by, now, tell=False, why=Why.TEAM_COMPLETE)
    return True


def lost(service_id: int, *, by: Person | None, now: datetime) -> bool:
    """After a confirmed seat came free: look again, where families were told that it is confirmed. Whether it was."""
    service = db.session.get_one(InterpretationService, service_id, populate_existing=True)
    if service.state != ServiceState.CONFIRMED or complete(service_id):
        return False
    _set(service, ServiceState.LOOKING, by, now, tell=False, why=Why.INTERPRETER_LOST)
    return True


def _set(
    service: InterpretationService, state: ServiceState, by: Person | None, now: datetime, tell: bool, why: Why
) -> int:
    decision = Decision(state=state, mode=Mode(service.mode), standing=service.standing)
    key, version = key_of(service), service.version
    done = set_state(service.meeting_id, key, decision, version=version, by=by, now=now, tell=tell, why=why)
    return done.told
