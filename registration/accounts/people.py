"""Who may sign in, and as what. Everything here is recorded."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from registration import clock
from registration.accounts import second_factor, sign_in
from registration.accounts.audit import record
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.database import NO_KEY
from registration.extensions import db
from registration.mail.address import folded
from registration.mail.queue import enqueue

SUBJECT = "person"


class AlreadyThere(Exception):
    """Somebody has this address already."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person


class LastAdministrator(Exception):
    """Nobody could invite, or give roles, any more."""


class ChangedMeanwhile(Exception):
    """Somebody else changed this person after the page was opened."""


def add(email: str, name: str, roles: Iterable[Role], locale: str, by: Person | None = None) -> Person:
    """Make an account without telling anybody. Raises AlreadyThere."""
    email = email.strip()
    known = sign_in.person_of(email)
    if known is not None:
        raise AlreadyThere(known)
    person = Person(
        email=email,
        email_folded=folded(email),
        name=name,
        locale=locale,
        epoch=1,
        active=True,
        created_at=clock.now(),
        version=1,
    )
    person.role_rows = [PersonRole(role=role.value) for role in sorted(set(roles))]
    db.session.add(person)
    db.session.flush()
    record("person_added", object_kind=SUBJECT, object_id=person.id, person=by, facts={"roles": _words(person.roles)})
    return person


def invite(email: str, name: str, roles: Iterable[Role], locale: str, by: Person) -> Person:
    """Make an account and queue the mail that says so. Raises AlreadyThere."""
    person = add(email, name, roles, locale, by)
    send_invitation(person)
    return person


def send_invitation(person: Person) -> None:
    """Queue the mail that says how to sign in. It holds no secret: the page it names sends the link."""
    occurrence = clock.now().strftime("%Y%m%dT%H%M%S")
    enqueue(
        "invitation", subject=(SUBJECT, person.id), occurrence=occurrence, channel="mail", address=person.email_folded
    )


def set_roles(person: Person, roles: Iterable[Role], by: Person | None, version: int | None = None) -> None:
    """Give a person these roles and no others. Raises LastAdministrator, ChangedMeanwhile."""
    wanted = frozenset(roles)
    administrators = _lock(person, version)
    if Role.ADMINISTRATOR not in wanted:
        _someone_else(person, administrators)
    added, taken = wanted - person.roles, person.roles - wanted
    if not added and not taken:
        return
    kept = [row for row in person.role_rows if Role(row.role) in wanted]
    person.role_rows = kept + [PersonRole(role=role.value) for role in sorted(added)]
    person.version += 1
    facts = {"added": _words(added), "taken": _words(taken)}
    record("roles_set", object_kind=SUBJECT, object_id=person.id, person=by, facts=facts)


def deactivate(person: Person, by: Person, now: datetime, version: int | None = None) -> None:
    """Let a person in no more and end every session; the row stays. Raises LastAdministrator, ChangedMeanwhile."""
    administrators = _lock(person, version)
    if not person.active:
        return
    _someone_else(person, administrators)
    person.active = False
    person.epoch += 1
    person.version += 1
    sign_in.end_links(person, now)
    record("person_deactivated", object_kind=SUBJECT, object_id=person.id, person=by)


def activate(person: Person, by: Person | None, version: int | None = None) -> None:
    """Let a person in again. Raises ChangedMeanwhile."""
    _lock(person, version)
    if person.active:
        return
    person.active = True
    person.version += 1
    record("person_activated", object_kind=SUBJECT, object_id=person.id, person=by)


def reset_second_factor(person: Person, by: Person, version: int | None = None) -> None:
    """Forget a second factor that was lost and end every session; it is set up anew. Raises ChangedMeanwhile."""
    _lock(person, version)
    second_factor.remove(person)
    person.version += 1
    record("second_factor_reset", object_kind=SUBJECT, object_id=person.id, person=by)


def _lock(person: Person, version: int | None) -> list[int]:
    """Lock all active administrators, then the person. Gives the ids of the former."""
    administrators = (
        select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.ADMINISTRATOR, Person.active)
        .order_by(Person.id)
        .with_for_update(**NO_KEY)
    )
    ids = list(db.session.scalars(administrators))
    db.session.refresh(person, with_for_update={"of": Person, **NO_KEY})
    if version is not None and person.version != version:
        raise ChangedMeanwhile
    return ids


def _someone_else(person: Person, administrators: list[int]) -> None:
    if administrators == [person.id]:
        raise LastAdministrator


def _words(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)
