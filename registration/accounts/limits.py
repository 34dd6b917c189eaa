"""How often somebody may try: rows of the database, so that all processes count together. Never by IP address: a
school shares one.

Nobody can be locked out by others: who reaches the limit of an address has just been sent that many good links.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.accounts.models import Attempt, Person, SignInAttempt
from registration.extensions import db
from registration.mail.address import address_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Links to one address.
LINKS = ((HOUR, 5), (DAY, 20))
# Links to all addresses of people, and as many tries with addresses of nobody: neither uses up the other.
LINKS_IN_ALL = (HOUR, 200)
# Wrong codes of one person: at a million codes, three of them good at a time, a guess in 4,000 years.
CODES = (timedelta(minutes=15), 5)


# Tries to get a family's link by a code and one contact: enough for typing slips, and no way to guess one code of 594
# million.
LOST_LINKS = ((HOUR, 10), (DAY, 30))


class TooMany(Exception):
    """Too many wrong codes; a while has to pass."""


def take_link(address: str, kind: Attempt, now: datetime) -> bool:
    """Count a link to `address`, unless there were too many. The same work whatever `kind` is and whatever it says."""
    key = address_key(address)
    fits = [_since(now - window, SignInAttempt.key == key) < most for window, most in LINKS]
    window, most = LINKS_IN_ALL
    fits.append(_since(now - window, SignInAttempt.kind == kind) < most)
    if not all(fits):
        return False
    db.session.add(SignInAttempt(kind=kind, key=key, at=now))
    return True


def take_lost_link(contact: str, now: datetime) -> bool:
    """Count a try to get the link of the family with this contact, unless there were too many, right or wrong."""
    key = address_key(contact)
    lost = (SignInAttempt.key == key, SignInAttempt.kind == Attempt.LOST)
    if not all(_since(now - window, *lost) < most for window, most in LOST_LINKS):
        return False
    db.session.add(SignInAttempt(kind=Attempt.LOST, key=key, at=now))
    return True


def _since(moment: datetime, *which: object) -> int:
    return db.session.scalar(select(func.count()).where(SignInAttempt.at > moment, *which)) or 0  # type: ignore[arg-type]


def check_codes(person: Person, now: datetime) -> None:
    """Raise TooMany when this person's code was wrong too often lately. The person's row is locked by the caller."""
    window, most = CODES
    wrong = SignInAttempt.key == address_key(person.public_id), SignInAttempt.kind == Attempt.CODE
    if _since(now - window, *wrong) >= most:
        raise TooMany


def note_wrong_code(person: Person, now: datetime) -> None:
    """Count a wrong code."""
    db.session.add(SignInAttempt(kind=Attempt.CODE, key=address_key(person.public_id), at=now))
