"""`flask offers …`."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from registration import clock
from registration.accounts.models import Person
from registration.accounts.sign_in import link_for
from registration.extensions import db
from registration.interpretation import states
from registration.interpretation.models import Assignment, Interpreter
from registration.interpretation.offers import move_on

group = AppGroup("offers", help="Offers to interpreters.")


@group.command("move-on")
def move_on_command() -> None:
    """End offers that nobody has answered in time, and ask whoever is next. The deliver loop does it too."""
    ended = 0
    while step := move_on(clock.now()):
        db.session.commit()
        ended += step
    db.session.rollback()
    click.echo(f"{ended} offers expired")


def demo_interpreter_link() -> str | None:
    """A one-time link of an interpreter who has a job ahead and an open offer; None where there is nobody like that."""
    now = clock.now()
    booked = select(Assignment.interpreter_id).where(
        Assignment.state == states.Assignment.CONFIRMED, Assignment.ends_at > now
    )
    asked = select(Assignment.interpreter_id).where(
        Assignment.state == states.Assignment.OFFERED, Assignment.starts_at > now
    )
    query = (
        select(Person)
        .join(Interpreter, Interpreter.person_id == Person.id)
        .where(Person.active, Interpreter.id.in_(booked), Interpreter.id.in_(asked))
    )
    person = db.session.scalars(query.order_by(Interpreter.id).limit(1)).first()
    if person is None:
        return None
    address = link_for(person, now)
    db.session.commit()
    return address
