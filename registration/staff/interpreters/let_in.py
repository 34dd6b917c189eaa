"""An interpreter is let in to their own pages. The caller commits."""

from sqlalchemy import select

from registration.accounts import audit, people, sign_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.database import NO_KEY
from registration.extensions import db
from registration.interpretation.models import Interpreter


class NoEmail(Exception):
    """There is no address to sign in with."""


class SwitchedOff(Exception):
    """An administrator has deactivated this account; `person` is whose it is."""

    def __init__(self, person: Person) -> None:
        super().__init__("switched off")
        self.person = person


class OfAnother(Exception):
    """The account of this address belongs to another entry of the register, `interpreter`."""

    def __init__(self, interpreter: Interpreter) -> None:
        super().__init__("of another")
        self.interpreter = interpreter


def let_in(interpreter_id: int, *, by: Person) -> bool:
    """Give an interpreter an account, or the role to the account of their address; whether that is new. Twice is once.

    Somebody new gets the mail that says how to sign in. Raises NoEmail, SwitchedOff, OfAnother.
    """
    one = db.session.get_one(Interpreter, interpreter_id, with_for_update=NO_KEY, populate_existing=True)
    person = db.session.get(Person, one.person_id) if one.person_id else None
    if person is None:
        if one.email is None:
            raise NoEmail
        person = sign_in.person_of(one.email)
    if person is None:
        person = people.invite(one.email or "", one.name, [Role.INTERPRETER], one.locale, by)
    elif not person.active:
        raise SwitchedOff(person)
    if one.person_id == person.id and Role.INTERPRETER in person.roles:
        return False
    if (other := _of_another(one, person)) is not None:
        raise OfAnother(other)
    people.set_roles(person, person.roles | {Role.INTERPRETER}, by)
    one.person_id = person.id
    facts = {"person": person.id}
    audit.record("interpreter_let_in", object_kind="interpreter", object_id=one.id, person=by, facts=facts)
    return True


def _of_another(one: Interpreter, person: Person) -> Interpreter | None:
    query = select(Interpreter).where(Interpreter.person_id == person.id, Interpreter.id != one.id)
    return db.session.scalars(query).first()
