"""Signing in by a one-time link, and signing out. Decision 006 says why the link stands in no row."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from registration import links
from registration.accounts import limits, tokens
from registration.accounts.audit import record
from registration.accounts.models import Attempt, Person, SignInLink
from registration.database import NO_KEY
from registration.extensions import db
from registration.mail.address import folded
from registration.mail.queue import enqueue

SUBJECT = "person"
LIFE = timedelta(minutes=15)


def person_of(email: str) -> Person | None:
    """Whose address it is."""
    return db.session.scalars(select(Person).where(Person.email_folded == folded(email))).first()


def ask_for_link(email: str, now: datetime, devices: Collection[str] = ()) -> None:
    """Queue a one-time link to `email`, in the caller's transaction; while one is good, that one again.

    `devices`: who has signed in with this browser before (public ids). Their requests are counted apart from those of
    strangers. An address that nobody has, or somebody deactivated, causes the same statements and the same hashing, and
    a message that is superseded when it would be sent: the answer tells nothing, nor does the time it takes.
    """
    # Locked, so that two at once count each other.
    found = (
        select(Person).where(Person.email_folded == folded(email), Person.active).with_for_update(of=Person, **NO_KEY)
    )
    person = db.session.scalars(found).first()
    own = person is not None and person.public_id in devices
    whose = f"device {person.public_id}" if person is not None and own else folded(email)
    good = _good_link(person, now)
    # An address that nobody has is answered as if its last link were still good.
    again = limits.asked_since(whose, now - LIFE) and (good is not None or person is None)
    if limits.take_link(whose, Attempt.LINK if person else Attempt.UNKNOWN, now, own=own):
        _send(email, person, now, good.public_id if good and again else links.new_public_id(), again=again)


def _good_link(person: Person | None, now: datetime) -> SignInLink | None:
    good = (SignInLink.person_id == (person.id if person else 0), SignInLink.used_at.is_(None))
    query = select(SignInLink).where(*good, SignInLink.expires_at > now).order_by(SignInLink.id.desc()).limit(1)
    return db.session.scalars(query).first()


def send_link(person: Person, by: Person, now: datetime) -> None:
    """Queue a one-time link because somebody else asked for it; it counts against no limit."""
    _send(person.email, person, now, links.new_public_id())
    record("link_sent", object_kind=SUBJECT, object_id=person.id, person=by)


def _send(email: str, person: Person | None, now: datetime, public_id: str, *, again: bool = False) -> None:
    _make(person, now, public_id, again=again)
    enqueue(
        "sign_in",
        subject=(SUBJECT, person.id if person else 0),
        # The moment tells a second mail of the same link apart.
        occurrence=f"{public_id}:{now:%H%M%S%f}",
        channel="mail",
        address=email,
        expires_at=now + LIFE,
    )


def link_for(person: Person, now: datetime) -> str:
    """The address of a one-time link for `person`, for whoever has the machine's command line."""
    token = _make(person, now, links.new_public_id())
    return links.absolute("accounts.link", token=token)


def _make(person: Person | None, now: datetime, public_id: str, *, again: bool = False) -> str:
    """The token of a link, and its row unless it is there from before: hashing is done either way."""
    token = tokens.token(public_id)
    link = SignInLink(
        public_id=public_id,
        token_hash=tokens.fingerprint(token),
        person_id=person.id if person else None,
        created_at=now,
        expires_at=now + LIFE,
    )
    if not again:
        db.session.add(link)
        db.session.flush()
    return token


def owner(token: str, now: datetime) -> Person | None:
    """Whom a link would sign in; it stays good."""
    good = (
        select(Person)
        .join(SignInLink, SignInLink.person_id == Person.id)
        .where(
            SignInLink.token_hash == tokens.fingerprint(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            Person.active,
        )
    )
    return db.session.scalars(good).first()


def use_link(token: str, now: datetime) -> Person | None:
    """Use a link up, with all others of its person; None when it is used, too old, or of somebody deactivated."""
    used = (
        update(SignInLink)
        .where(
            SignInLink.token_hash == tokens.fingerprint(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.person_id)
    )
    person_id = db.session.scalar(used.execution_options(synchronize_session=False))
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.active:
        return None
    end_links(person, now)
    person.signed_in_at = now
    record("signed_in", object_kind=SUBJECT, object_id=person.id, person=person)
    return person


def end_links(person: Person, now: datetime) -> None:
    """Make all links of a person useless."""
    unused = update(SignInLink).where(SignInLink.person_id == person.id, SignInLink.used_at.is_(None))
    db.session.execute(unused.values(used_at=now).execution_options(synchronize_session=False))


def sign_out(person: Person) -> None:
    """End all sessions of a person."""
    person.epoch += 1
    record("signed_out", object_kind=SUBJECT, object_id=person.id, person=person)
