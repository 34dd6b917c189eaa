"""An interpreter keeps what is their own: contact data, when they can work, the address of their calendar.

The caller commits.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.interpretation import typed
from registration.interpretation.details import Own, days_of, week_of
from registration.interpretation.interpreters import ChangedMeanwhile
from registration.interpretation.models import Interpreter, OtherDays, OwnChange, WeeklyHours

__all__ = ["ChangedMeanwhile", "keep", "renew_feed", "shown"]


def keep(interpreter_id: int, own: Own, *, version: int, by: Person, now: datetime) -> list[str]:
    """Write it, and a row for staff for each field that changed; gives the names of those fields.

    Raises ChangedMeanwhile when `version` is an old one, NoResultFound.
    """
    one = _lock(interpreter_id)
    if one.version != version:
        raise ChangedMeanwhile
    before, after = shown(one), _typed(own, one)
    changed = [name for name in after if before[name] != after[name]]
    _write(one, own, changed)
    _link(one, by)
    if not changed:
        return []
    if "locale" in changed:
        # One choice for mails and pages, as on the page.
        by.locale = own.locale
    one.version += 1
    for name in changed:
        db.session.add(OwnChange(interpreter_id=one.id, at=now, field=name, before=before[name], after=after[name]))
    facts = {"fields": sorted(changed)}
    audit.record("interpreter_keeps", object_kind="interpreter", object_id=one.id, person=by, facts=facts)
    return changed


def renew_feed(interpreter_id: int, version: int, *, by: Person) -> None:
    """Make a new address of the calendar; the old one opens nothing any more. Twice is once."""
    one = _lock(interpreter_id)
    if one.feed_version != version:
        return
    one.feed_version += 1
    audit.record("feed_renewed", object_kind="interpreter", object_id=one.id, person=by)


def _lock(interpreter_id: int) -> Interpreter:
    return db.session.get_one(Interpreter, interpreter_id, with_for_update=NO_KEY, populate_existing=True)


def shown(one: Interpreter) -> dict[str, str]:
    """All that an interpreter keeps, as it is typed."""
    return _texts(
        Own(
            email=one.email,
            **{name: getattr(one, name) for name in COLUMNS if name != "email"},
            week=week_of(one),
            days=days_of(one),
        )
    )


COLUMNS = ("locale", "email", "phone", "home_place", "on_site", "remote", "most_day", "most_week")


def _typed(own: Own, one: Interpreter) -> dict[str, str]:
    texts = _texts(own)
    return texts if own.email is not None else texts | {"email": one.email or ""}


def _texts(own: Own) -> dict[str, str]:
    said = {name: _text(value) for name, value in asdict(own).items() if name in COLUMNS}
    return said | {"week": typed.of_week(own.week), "days": typed.of_days(own.days)}


def _text(value: str | int | bool | None) -> str:
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _write(one: Interpreter, own: Own, changed: Sequence[str]) -> None:
    for name in COLUMNS:
        if name in changed:
            setattr(one, name, getattr(own, name))
    if "week" in changed:
        one.hours = [WeeklyHours(**asdict(row)) for row in own.week]
    if "days" in changed:
        one.days = [OtherDays(**asdict(row)) for row in own.days]


def _link(one: Interpreter, by: Person) -> None:
    """From now on the entry is theirs, whatever becomes of the address."""
    if one.person_id is None:
        one.person_id = by.id
