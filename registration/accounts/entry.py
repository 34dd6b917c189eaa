"""Who is signed in, in this browser: Flask-Login keeps the session, this says when it is over.

The session carries who and of which epoch (Person.get_id), since when, when last seen, and whether the second factor
was passed. Nothing of it is looked at on the pages of families.
"""

from typing import TypedDict, cast

from flask import Flask, current_app, g, session
from flask_login import LoginManager, current_user, login_user
from sqlalchemy import select

from registration import clock, config, i18n
from registration.accounts.models import Person
from registration.extensions import db

KEY = "signed_in"
# Flask-Login's own keys of a session, and ours.
KEYS = (KEY, "_user_id", "_fresh", "_id")
# Who was signed in before, so that what they still send is kept for them.
LAST = "was_signed_in"
# Seconds after which a session says anew when it was last seen; not with every page, since that writes a cookie.
SEEN_AFTER = 60

login = LoginManager()
# Telephones change their address on the way; a session is bound to its cookie, not to an address.
login.session_protection = None


class Kept(TypedDict):
    """What a session keeps besides who it is; moments in seconds since 1970."""

    since: int
    seen: int
    second: bool


def init_app(app: Flask) -> None:
    """Load people by Flask-Login. Its cookie that remembers is not used, so neither is its look at each answer."""
    app.login_manager = login  # type: ignore[attr-defined] # as LoginManager.init_app does
    login.user_loader(_load)


def _now() -> int:
    return int(clock.now().timestamp())


def _load(kept: str) -> Person | None:
    public_id, _, epoch = kept.rpartition(".")
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).first()
    if person is None or not person.active or str(person.epoch) != epoch:
        return None
    return None if _too_late() else person


def _too_late() -> bool:
    kept: Kept | None = session.get(KEY)
    if kept is None:
        return True
    idle, longest = int(current_app.config["SIGNED_IN_IDLE"]), int(current_app.config["SIGNED_IN_LONGEST"])
    return _now() - kept["seen"] >= idle or _now() - kept["since"] >= longest


def begin(person: Person) -> None:
    """Sign a person in who opened a link; what comes after the link is asked next."""
    forget()
    session.pop(LAST, None)
    # A token made before signing in must not be good after it.
    session.pop("csrf_token", None)
    login_user(person)
    session[KEY] = Kept(since=_now(), seen=_now(), second=False)


def renew(person: Person) -> None:
    """Keep this session where all others of the person have just been ended."""
    login_user(person)


def pass_second() -> None:
    """Note that the second factor was passed in this session."""
    kept: Kept = session[KEY]
    session[KEY] = Kept(since=kept["since"], seen=_now(), second=True)


def note_seen() -> None:
    """Let the idle time begin anew."""
    kept: Kept = session[KEY]
    if _now() - kept["seen"] >= SEEN_AFTER:
        session[KEY] = Kept(since=kept["since"], seen=_now(), second=kept["second"])


def forget() -> bool:
    """Take the person out of this session, nothing else. Whether there was one."""
    g.pop("_login_user", None)
    if "_user_id" in session:
        session[LAST] = str(session["_user_id"]).rpartition(".")[0]
    found = [session.pop(key, None) is not None for key in KEYS]
    return any(found)


def note_refused(action: str, person: Person | None = None) -> None:
    """Let the refusal stand in the record once the page is made (accounts/views/blueprint.py)."""
    g.refused = (action, person.id if person else None)


def last_person() -> str | None:
    """The public id of who was signed in before in this session; None where nobody was."""
    found: str | None = session.get(LAST)
    return found


def entering() -> Person | None:
    """Who opened a link in this browser, whether or not all else that is asked for was given."""
    if "_user_id" not in session:
        return None
    person = current_user._get_current_object()
    return person if isinstance(person, Person) else None


def second_factor_required(person: Person) -> bool:
    """Whether this person may go nowhere without a second factor: staff, where families' answers travel by https."""
    said = current_app.config["REQUIRE_SECOND_FACTOR"]
    return person.is_staff and bool(config.production(current_app) if said is None else said)


def asked_for_code(person: Person) -> bool:
    """Whether the code of the second factor is still to be given in this session."""
    return person.second_factor and not cast("Kept", session[KEY])["second"]


def asked_to_set_up(person: Person) -> bool:
    """Whether the second factor is still to be set up."""
    return not person.second_factor and second_factor_required(person)


def current_person() -> Person | None:
    """Who is signed in and gave all that is asked for; None otherwise. One query, on pages that ask."""
    person = entering()
    if person is None or asked_for_code(person) or asked_to_set_up(person):
        return None
    return person


def signed_in() -> Person:
    """Who is signed in, in a view that a guard stands before."""
    person = current_person()
    if person is None:
        raise RuntimeError("a view asks who is signed in and has no guard")
    return person


def entered() -> Person:
    """Who opened a link, in a view that guard.requires_link stands before."""
    person = entering()
    if person is None:
        raise RuntimeError("a view asks who opened a link and has no guard")
    return person


def speak_as(person: Person) -> None:
    """Write this page in the person's language, where it is installed; families may be offered fewer."""
    if person.locale in current_app.config["LANGUAGES"]:
        g.locale = person.locale
        i18n.speak(person.locale)
