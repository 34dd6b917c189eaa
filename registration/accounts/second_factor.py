"""The second factor: a code of six digits from an app (RFC 6238), or a recovery code. Each is taken once."""

import hmac
import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import CursorResult, delete, select, update

from registration.accounts import limits, sealed, tokens
from registration.accounts.audit import record
from registration.accounts.models import Person, RecoveryCode
from registration.database import NO_KEY
from registration.extensions import db

RECOVERY_CODES = 10
# Steps of 30 s that the clock of a telephone may be wrong.
WINDOW = 1
SUBJECT = "person"


class WrongCode(Exception):
    """The code is not the one of this moment, or was used before."""


def start(person: Person) -> None:
    """Make a secret for an app. It counts once a code of it was given; until then the app before it does."""
    person.totp_pending = sealed.seal(pyotp.random_base32())


def pending(person: Person) -> str | None:
    """The secret of the app that waits for its first code."""
    return sealed.unseal(person.totp_pending)


def address(person: Person, issuer: str) -> str:
    """What the picture says that the app reads (otpauth:…); `issuer` names us in the app."""
    return pyotp.TOTP(str(pending(person))).provisioning_uri(name=person.email, issuer_name=issuer)


def confirm(person: Person, code: str, now: datetime) -> list[str]:
    """Ask for codes of the new app from now on, end all sessions, and give recovery codes.

    Raises WrongCode, limits.TooMany.
    """
    _lock(person)
    limits.check_codes(person, now)
    step = _step(pending(person), code, now, used=-1)
    if step is None:
        raise WrongCode
    person.totp_secret, person.totp_pending = person.totp_pending, None
    person.totp_confirmed_at, person.totp_last_step = now, step
    person.epoch += 1
    record("second_factor_set_up", object_kind=SUBJECT, object_id=person.id, person=person)
    return _new_codes(person)


def check(person: Person, code: str, now: datetime) -> None:
    """Take a code or a recovery code. Raises WrongCode, limits.TooMany."""
    _lock(person)
    limits.check_codes(person, now)
    if not (_fits(person, code, now) or _recovers(person, code, now)):
        raise WrongCode


def new_codes(person: Person, code: str, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones end, and so do all sessions. Raises WrongCode, limits.TooMany."""
    check(person, code, now)
    person.epoch += 1
    record("recovery_codes_made", object_kind=SUBJECT, object_id=person.id, person=person)
    return _new_codes(person)


def change_app(person: Person, code: str, now: datetime) -> None:
    """Begin with another phone; the one before stays good until `confirm`. Raises WrongCode, limits.TooMany."""
    check(person, code, now)
    start(person)
    record("second_factor_change_begun", object_kind=SUBJECT, object_id=person.id, person=person)


def remove(person: Person) -> None:
    """Forget a person's secrets and recovery codes, and end all their sessions, half-open ones included."""
    person.totp_secret = person.totp_pending = person.totp_confirmed_at = person.totp_last_step = None
    person.epoch += 1
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def codes_left(person: Person) -> int:
    """How many recovery codes were not used."""
    unused = select(RecoveryCode.id).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(unused).all())


def _lock(person: Person) -> None:
    # Two tries at once: the second sees what the first one counted and used.
    db.session.refresh(person, with_for_update={"of": Person, **NO_KEY})


def digits(typed: str) -> str:
    """The digits of what was typed, of any script, as 0–9."""
    return "".join(str(unicodedata.decimal(letter)) for letter in typed if letter.isdecimal())


def _fits(person: Person, typed: str, now: datetime) -> bool:
    used = person.totp_last_step if person.totp_last_step is not None else -1
    step = _step(sealed.unseal(person.totp_secret), typed, now, used)
    if step is None:
        return False
    person.totp_last_step = step
    return True


def _step(secret: str | None, typed: str, now: datetime, used: int) -> int | None:
    """The step of 30 s after `used` whose code was typed; None where it is no code of this moment."""
    code = digits(typed)
    # A recovery code may hold six digits too.
    if secret is None or len(code) != 6 or any(letter.isalpha() for letter in typed):
        return None
    app = pyotp.TOTP(secret)
    now_at = app.timecode(now)
    steps = (step for step in range(now_at - WINDOW, now_at + WINDOW + 1) if step > used)
    return next((step for step in steps if hmac.compare_digest(app.generate_otp(step), code)), None)


def _recovers(person: Person, typed: str, now: datetime) -> bool:
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == tokens.recovery_fingerprint(typed, person.public_id),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    result = db.session.execute(used)
    if not (isinstance(result, CursorResult) and result.rowcount == 1):
        return False
    record("recovery_code_used", object_kind=SUBJECT, object_id=person.id, person=person)
    return True


def _new_codes(person: Person) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [tokens.new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(person_id=person.id, code_hash=tokens.recovery_fingerprint(code, person.public_id))
        for code in codes
    )
    return codes
