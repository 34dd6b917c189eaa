"""How often somebody may try: rows of the database, so that all processes count together. Never by IP address: a
school shares one.

A stranger who asks for links in somebody's name can use up the mails to that address for the day. That locks nobody out
whose browser has signed in before: its requests are counted apart. Whoever signs in on a new device while that goes on
needs a link from an administrator or from `flask people link`.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.accounts.models import Attempt, Person, SignInAttempt
from registration.extensions import db
from registration.mail.address import address_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Mails with a link to one address, or to one person's own browsers: a link and one more mail of it in its 15 minutes,
# so that whoever asks in the name of somebody else leaves room for four new links in every hour.
LINKS = ((timedelta(minutes=15), 2), (HOUR, 8), (DAY, 40))
# Links to all addresses of people, and as many tries with addresses of nobody: neither uses up the other.
LINKS_IN_ALL = (HOUR, 200)
# Wrong codes of one person: at a million codes, three of them good at a time, a guess in 4,000 years.
CODES = (timedelta(minutes=15), 5)


# Tries to get a family's link by a code and one contact: enough for typing slips, and no way to guess one code of 594
# million.
LOST_LINKS = ((HOUR, 10), (DAY, 30))


class TooMany(Exception):
    """Too many wrong codes; a while has to pass."""


def take_link(whose: str, kind: Attempt, now: datetime, *, own: bool = False) -> bool:
    """Count a mail with a link under an address or a device, unless there were too many; the same work either way.

    `own`: asked for by a browser that signed in before, so the limit on all strangers together does not touch it.
    """
    key = address_key(whose)
    fits = [_since(now - window, SignInAttempt.key == key) < most for window, most in LINKS]
    window, most = LINKS_IN_ALL
    fits.append(_since(now - window, SignInAttempt.kind == kind) < most or own)
    if not all(fits):
        return False
    db.session.add(SignInAttempt(kind=kind, key=key, at=now))
    return True


def asked_since(whose: str, moment: datetime) -> bool:
    """Whether a link was mailed under an address or a device since a moment."""
    return _since(moment, SignInAttempt.key == address_key(whose)) > 0


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
