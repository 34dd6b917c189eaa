"""Which interpreter somebody is who signed in."""

from sqlalchemy import func, select

from registration.accounts.models import Person
from registration.extensions import db
from registration.interpretation.models import Interpreter


def interpreter_of(person: Person) -> Interpreter | None:
    """The entry of the register that is this person's: linked to the account, or of the address that it signs in with.

    Signing in proves the address. Of several entries with one address (an office) none is anybody's by itself.
    """
    linked = db.session.scalars(select(Interpreter).where(Interpreter.person_id == person.id)).first()
    if linked is not None:
        return linked
    same = (Interpreter.person_id.is_(None), func.lower(Interpreter.email) == person.email_folded)
    found = db.session.scalars(select(Interpreter).where(*same).limit(2)).all()
    return found[0] if len(found) == 1 else None
