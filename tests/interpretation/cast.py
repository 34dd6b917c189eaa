"""Interpreters, a team and its seats, in a line each."""

from typing import Any

from sqlalchemy import select

from registration import clock, links
from registration.extensions import db
from registration.families.interpretation import Key
from registration.families.models import Modality
from registration.interpretation import details as written
from registration.interpretation import interpreters, profile, teams
from registration.interpretation.models import Assignment, Delivery, Interpreter, Seat
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, Meeting, Mode
from tests.families.steps import meeting
from tests.signing_in import person_with

BOTH_WAYS = (("en", "so"), ("so", "en"))


def interpreter(name: str = "Hodan Ali", pairs: tuple[tuple[str, str], ...] = BOTH_WAYS, **given: Any) -> int:
    """Somebody who interprets Somali, written by staff; gives the number."""
    directions = [written.Direction(source, target, tuple(Mode)) for source, target in pairs]
    email = given.pop("email", f"{name.split()[0].lower()}@interpreters.example.org")
    known: dict[str, Any] = {"rate_cents": 6000, "travel_cents": 1500, "phone": "+13035550177"} | given
    details = written.Details(name=name, time_zone="America/Denver", email=email, directions=directions, **known)
    one = interpreters.add(details, by=person_with("coordinator"), now=clock.now())
    db.session.commit()
    return one.id


def team(size: int = 1, slug: str = "english-meeting", language: str = "so", **given: Any) -> list[int]:
    """A team for a language of a meeting; gives its seats."""
    known: dict[str, Any] = {"mode": Mode.SIMULTANEOUS, "delivery": Delivery.ON_SITE, "fewer_reason": "rare"} | given
    made = teams.decide(
        meeting(slug).id,
        Key(language, Modality.SPOKEN),
        teams.Plan(size=size, **known),
        profile.current(),
        version=0,
        by=person_with("coordinator"),
        now=clock.now(),
    )
    db.session.commit()
    return list(db.session.scalars(select(Seat.id).where(Seat.service_id == made.service_id).order_by(Seat.number)))


def assignment_of(interpreter_id: int) -> Assignment:
    """The newest assignment of somebody, as it is now."""
    db.session.rollback()
    query = select(Assignment).where(Assignment.interpreter_id == interpreter_id).order_by(Assignment.id.desc())
    return db.session.scalars(query.limit(1)).one()


def state_of(interpreter_id: int) -> str:
    """How somebody stands."""
    return assignment_of(interpreter_id).state


def link_of(interpreter_id: int, locale: str = "en") -> str:
    """What somebody's mail opens."""
    found = assignment_of(interpreter_id)
    return f"/{locale}/jobs/{links.token(links.Purpose.JOB, found.public_id, found.link_version)}"


def service_state(language: str = "so", slug: str = "english-meeting") -> str:
    """What families are told."""
    db.session.rollback()
    query = select(InterpretationService.state).join(Meeting, Meeting.id == InterpretationService.meeting_id)
    return db.session.scalars(query.where(Meeting.slug == slug, InterpretationService.language == language)).one()


def told(message: str) -> list[int]:
    """Whom a message was queued for, by subject."""
    db.session.rollback()
    query = select(OutboxMessage.subject_id).where(OutboxMessage.message == message)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def named(interpreter_id: int) -> Interpreter:
    """An interpreter as it is now."""
    db.session.rollback()
    return db.session.get_one(Interpreter, interpreter_id)
