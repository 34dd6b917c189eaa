"""What the pages of the register show of interpreters, in the language spoken now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from sqlalchemy import Select, select

from registration import dates, i18n, languages, phones
from registration.accounts.models import AuditEntry, Person, PersonRole
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import states
from registration.interpretation.lines import code, moment, money
from registration.interpretation.models import Assignment, Interpreter, Kind, LanguagePair, OwnChange
from registration.interpretation.own.mine import interpreter_of
from registration.mail.address import folded
from registration.meetings.published import content
from registration.staff.teams.shown import state_words

MOST_JOBS = 100


def kind_words() -> dict[str, str]:
    """How somebody works for the district."""
    return {
        Kind.STAFF.value: gettext("School staff"),
        Kind.CONTRACT.value: gettext("On contract"),
        Kind.AGENCY.value: gettext("Agency"),
    }


def named(tag: str) -> str:
    """A language by its name, as the page begins a word."""
    return languages.capitalised(languages.name_in(tag, i18n.speaking()))


def known_languages() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The languages that somebody interprets from, and those that somebody interprets into: tag and name."""
    return _sorted(select(LanguagePair.source)), _sorted(select(LanguagePair.target))


def _sorted(query: Select[str]) -> list[tuple[str, str]]:
    found = [(tag, named(tag)) for tag in db.session.scalars(query.distinct())]
    return sorted(found, key=lambda one: languages.sort_key(one[1]))


def pairs(one: Interpreter) -> str:
    """The language pairs of an interpreter, those that work both ways once."""
    there = {(pair.source, pair.target) for pair in one.pairs}
    said = []
    for source, target in sorted(there):
        both = (target, source) in there
        if both and source > target:
            continue
        names = [languages.name_in(tag, i18n.speaking()) for tag in (source, target)]
        said.append((" ↔ " if both else " → ").join(names))
    return "; ".join(said)


def jobs(interpreter_id: int) -> list[dict[str, str]]:
    """The jobs of an interpreter, the newest first."""
    query = select(Assignment).where(
        Assignment.interpreter_id == interpreter_id, Assignment.state != states.Assignment.PROPOSED
    )
    rows = db.session.scalars(query.order_by(Assignment.starts_at.desc(), Assignment.id.desc()).limit(MOST_JOBS)).all()
    views = content(i18n.speaking()).meetings([one.meeting_id for one in rows])
    return [
        {
            "title": str(view.title),
            "when": f"{view.when.date}, {view.when.time}",
            "state": state_words(one.state),
            "code": code(one),
            "owed": gettext("%(amount)s to pay", amount=money(one.payable_cents)) if one.payable_cents else "",
            "href": url_for("staff.interpretation", meeting_id=one.meeting_id),
        }
        for one, view in zip(rows, views, strict=True)
    ]


def field_words() -> dict[str, str]:
    """What interpreters keep themselves."""
    return {
        "email": gettext("Email"),
        "phone": gettext("Phone"),
        "locale": gettext("Language of their mails"),
        "home_place": gettext("Home place"),
        "on_site": gettext("In the room"),
        "remote": gettext("From elsewhere, online"),
        "most_day": gettext("Most minutes a day"),
        "most_week": gettext("Most minutes a week"),
        "week": gettext("Hours of the week"),
        "days": gettext("Days off"),
    }


def _yes_no(kept: str) -> str:
    return gettext("yes") if kept == "yes" else gettext("no")


def _language(kept: str) -> str:
    known = languages.LANGUAGES.get(kept)
    return known.own_name if known else kept


# How a field is shown that is kept otherwise than it is read.
_SHOWN: dict[str, Callable[[str], str]] = {
    "phone": phones.display,
    "locale": _language,
    "on_site": _yes_no,
    "remote": _yes_no,
}


@dataclass(frozen=True, slots=True)
class Changed:
    """What an interpreter changed of their own: a field before and after, lines of it each; `when` in words."""

    id: int
    field: str
    before: list[str]
    after: list[str]
    when: str


def changed(rows: Sequence[OwnChange]) -> list[Changed]:
    """Changes that staff have not seen, in words."""
    words = field_words()
    return [
        Changed(
            row.id,
            words.get(row.field, row.field),
            _lines(row.field, row.before),
            _lines(row.field, row.after),
            moment(row.at, str(current_app.config["TIME_ZONE"])),
        )
        for row in rows
    ]


def _lines(field: str, kept: str) -> list[str]:
    show = _SHOWN.get(field, str)
    return [show(line) for line in kept.splitlines()]


@dataclass(frozen=True, slots=True)
class SignsIn:
    """How an interpreter signs in. `since`: in words, "" for who does not; `askable`: who can let them in."""

    since: str = ""
    email: str = ""
    switched_off: bool = False
    askable: Sequence[str] = ()


def signs_in(one: Interpreter) -> SignsIn:
    """Whether an interpreter signs in, and since when; otherwise who can let them in."""
    person = db.session.get(Person, one.person_id) if one.person_id else _of_address(one)
    if person is None or Role.INTERPRETER not in person.roles:
        return SignsIn(askable=_administrators())
    since = dates.full_date(_since(one, person), str(current_app.config["TIME_ZONE"]), i18n.speaking())
    return SignsIn(since, person.email, switched_off=not person.active)


def _of_address(one: Interpreter) -> Person | None:
    """Whoever signs in with the address of an entry that is nobody's yet, and is taken for them."""
    if one.email is None:
        return None
    person = db.session.scalars(select(Person).where(Person.email_folded == folded(one.email))).first()
    mine = interpreter_of(person) if person is not None else None
    return person if mine is not None and mine.id == one.id else None


def _since(one: Interpreter, person: Person) -> datetime:
    query = select(AuditEntry.at).where(
        AuditEntry.object_kind == "interpreter",
        AuditEntry.object_id == one.id,
        AuditEntry.action == "interpreter_let_in",
    )
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1)) or person.created_at


def _administrators() -> list[str]:
    query = select(Person.name).join(PersonRole, PersonRole.person_id == Person.id)
    return list(
        db.session.scalars(query.where(PersonRole.role == Role.ADMINISTRATOR, Person.active).order_by(Person.name))
    )
