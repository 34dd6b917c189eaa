"""What the pages of people show."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from registration import dates, i18n
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role as a row to tick."""

    value: str
    text: str
    hint: str
    own_name: str = ""
    lang: str = ""
    dir: str = ""
    translated: str = ""


def role_choices() -> list[RoleChoice]:
    """All roles, in words."""
    return [
        RoleChoice(
            "administrator", gettext("Administrator"), gettext("Invites people, sees the record, sets things up")
        ),
        RoleChoice("coordinator", gettext("Coordinator"), gettext("Runs the meetings: families, interpreters, mail")),
        RoleChoice("greeter", gettext("Greeter"), gettext("Finds families at the door")),
        RoleChoice("interpreter", gettext("Interpreter"), gettext("Sees their own work, and no family")),
    ]


def people() -> list[Person]:
    """Everybody, those who may sign in first, by name."""
    return list(db.session.scalars(select(Person).order_by(Person.active.desc(), Person.name, Person.id)))


def alone_in(person: Person) -> list[str]:
    """Roles that nobody else who may sign in has: what would be without anybody."""
    mine, theirs, other = aliased(PersonRole), aliased(PersonRole), aliased(Person)
    somebody_else = exists().where(
        theirs.role == mine.role, theirs.person_id == other.id, other.id != person.id, other.active
    )
    found = set(db.session.scalars(select(mine.role).where(mine.person_id == person.id, ~somebody_else)))
    return [role.value for role in Role if role.value in found]


def moment(person: Person) -> str:
    """When somebody signed in last; "" for never."""
    if person.signed_in_at is None:
        return ""
    zone, tag = current_app.config["TIME_ZONE"], i18n.speaking()
    return f"{dates.full_date(person.signed_in_at, zone, tag)}, {dates.time(person.signed_in_at, zone, tag)}"
