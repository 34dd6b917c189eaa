"""`flask people …`"""

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from registration import clock
from registration.accounts import people, sign_in
from registration.accounts.forms import read_email
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.extensions import db

group = AppGroup("people", help="Who signs in.")
ROLE = click.Choice([role.value for role in Role])


@group.command("add")
@click.argument("email")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True, help="May repeat.")
@click.option("--name", default="", help="As others see it; the part before the @ unless given.")
@click.option("--language", default=None, help="A page language; the first one installed unless given.")
def add(email: str, roles: tuple[str, ...], name: str, language: str | None) -> None:
    """Make an account, or give it these roles too, and print its one-time link."""
    address = read_email(email)
    if address is None:
        raise click.BadParameter(f"{email!r} is no address", param_hint="EMAIL")
    installed = current_app.config["LANGUAGES"]
    if language is not None and language not in installed:
        raise click.BadParameter(f"{language!r} is none of {', '.join(installed)}", param_hint="--language")
    wanted = [Role(role) for role in roles]
    person = sign_in.person_of(address)
    if person is None:
        person = people.add(address, name or address.split("@")[0], wanted, language or installed[0])
    else:
        people.set_roles(person, person.roles | set(wanted), None)
        people.activate(person, None)
    _print_link(person)


@group.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time sign-in link."""
    person = sign_in.person_of(email)
    if person is None or not person.active:
        raise click.ClickException(f"Nobody who may sign in has the address {email}.")
    _print_link(person)


def _print_link(person: Person) -> None:
    address = sign_in.link_for(person, clock.now())
    db.session.commit()
    click.echo(f"{person.email}: {', '.join(sorted(person.roles))}")
    click.echo(f"One-time link, {int(sign_in.LIFE.total_seconds() // 60)} minutes: {address}")


def demo_link() -> str | None:
    """A one-time link of the first administrator; None where there is none yet."""
    administrators = select(Person).join(PersonRole).where(PersonRole.role == Role.ADMINISTRATOR, Person.active)
    person = db.session.scalars(administrators.order_by(Person.id).limit(1)).first()
    if person is None:
        return None
    address = sign_in.link_for(person, clock.now())
    db.session.commit()
    return address
