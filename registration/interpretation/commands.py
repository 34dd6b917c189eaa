"""`flask offers …`."""

import click
from flask.cli import AppGroup

from registration import clock
from registration.extensions import db
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
