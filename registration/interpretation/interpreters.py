"""The register of interpreters is kept. The caller commits."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.interpretation.details import Details, Direction, Proof, days_of, directions_of, proofs_of, week_of
from registration.interpretation.models import (
    Credential,
    Interpreter,
    LanguagePair,
    OtherDays,
    OwnChange,
    WeeklyHours,
)

LISTS = ("directions", "proofs", "week", "days")


class ChangedMeanwhile(Exception):
    """Somebody changed this interpreter since the page was shown."""


def add(details: Details, *, by: Person | None, now: datetime) -> Interpreter:
    """Somebody new in the register."""
    one = Interpreter(created_at=now, version=1)
    _write(one, details, by, now)
    db.session.add(one)
    db.session.flush()
    audit.record("interpreter_added", object_kind="interpreter", object_id=one.id, person=by)
    return one


def save(interpreter_id: int, details: Details, *, version: int, by: Person | None, now: datetime) -> list[str]:
    """Keep what was written; gives the names of what changed. Raises ChangedMeanwhile, NoResultFound."""
    one = db.session.get_one(Interpreter, interpreter_id, with_for_update=NO_KEY, populate_existing=True)
    if one.version != version:
        raise ChangedMeanwhile
    changed = _write(one, details, by, now)
    if changed:
        one.version += 1
        facts = {"fields": changed}
        audit.record("interpreter_edited", object_kind="interpreter", object_id=one.id, person=by, facts=facts)
    return changed


def _write(one: Interpreter, details: Details, by: Person | None, now: datetime) -> list[str]:
    changed = []
    for name, value in asdict(details).items():
        if name not in LISTS and getattr(one, name) != value:
            setattr(one, name, value)
            changed.append(name)
    if directions_of(one) != list(details.directions):
        _write_directions(one, details.directions)
        changed.append("directions")
    if proofs_of(one) != list(details.proofs):
        _write_proofs(one, details.proofs, by, now)
        changed.append("proofs")
    if week_of(one) != list(details.week):
        one.hours = [WeeklyHours(**asdict(row)) for row in details.week]
        changed.append("week")
    if days_of(one) != list(details.days):
        one.days = [OtherDays(**asdict(row)) for row in details.days]
        changed.append("days")
    return sorted(changed)


def _write_directions(one: Interpreter, directions: Sequence[Direction]) -> None:
    there = {(pair.source, pair.target): pair for pair in one.pairs}
    kept = []
    for wanted in directions:
        pair = there.get((wanted.source, wanted.target)) or LanguagePair(source=wanted.source, target=wanted.target)
        pair.modes, pair.level = list(wanted.modes), wanted.level.value
        kept.append(pair)
    one.pairs = kept


def _write_proofs(one: Interpreter, proofs: Sequence[Proof], by: Person | None, now: datetime) -> None:
    """Who verified what stands stays; who saves now has verified what is newly ticked."""
    there = {(row.kind, row.number, row.ends_on): row for row in one.credentials}
    kept = []
    for wanted in proofs:
        key = (wanted.kind, wanted.number, wanted.ends_on)
        row = there.get(key) or Credential(kind=wanted.kind, number=wanted.number, ends_on=wanted.ends_on)
        if wanted.verified and row.verified_at is None:
            row.verified_at, row.verified_by_id = now, by.id if by else None
        elif not wanted.verified:
            row.verified_at = row.verified_by_id = None
        kept.append(row)
    one.credentials = kept


def unseen_changes() -> list[tuple[int, str, datetime]]:
    """Who changed something of their own that staff have not seen: number, name, when last; the oldest first."""
    last = func.max(OwnChange.at)
    query = (
        select(Interpreter.id, Interpreter.name, last)
        .join(OwnChange, OwnChange.interpreter_id == Interpreter.id)
        .where(OwnChange.seen_at.is_(None))
        .group_by(Interpreter.id, Interpreter.name)
    )
    return [(number, name, at) for number, name, at in db.session.execute(query.order_by(last, Interpreter.id))]


def changes_of(interpreter_id: int) -> Sequence[OwnChange]:
    """What an interpreter changed of their own and staff have not seen, the oldest first."""
    query = select(OwnChange).where(OwnChange.interpreter_id == interpreter_id, OwnChange.seen_at.is_(None))
    return db.session.scalars(query.order_by(OwnChange.id)).all()


def seen(interpreter_id: int, up_to: int, *, by: Person | None, now: datetime) -> int:
    """Mark what was shown, up to the change with number `up_to`, as seen; how many that are."""
    wanted = (OwnChange.interpreter_id == interpreter_id, OwnChange.seen_at.is_(None), OwnChange.id <= up_to)
    found = db.session.execute(
        update(OwnChange).where(*wanted).values(seen_at=now, seen_by_id=by.id if by else None),
        execution_options={"synchronize_session": False},
    )
    number = cast("CursorResult[Any]", found).rowcount
    if number:
        facts = {"changes": number}
        audit.record("own_changes_seen", object_kind="interpreter", object_id=interpreter_id, person=by, facts=facts)
    return number
