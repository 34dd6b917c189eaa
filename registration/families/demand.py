"""The counters of demand: families and listeners of a meeting by language and modality.

Families with a seat and waiting ones are counted apart; those online are also counted apart among the seated.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import add, sub
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from registration.database import is_sqlite, run
from registration.extensions import Declarative, db
from registration.families.answers import Wish
from registration.families.models import Attendance, Demand, InterpretationRequest, Registration, Status

Key = tuple[str, str]  # language, modality

KEY = ["meeting_id", "language", "modality"]
_TABLE = Declarative.metadata.tables[Demand.__tablename__]
Upsert = TypeVar("Upsert", sqlite.Insert, postgresql.Insert)


class Counts(NamedTuple):
    """One row's numbers, or a change to them."""

    families: int = 0
    listeners: int = 0
    families_online: int = 0
    listeners_online: int = 0
    waiting_families: int = 0
    waiting_listeners: int = 0
    said_yes: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*map(add, self, other))

    def minus(self, other: "Counts") -> "Counts":
        """The difference."""
        return Counts(*map(sub, self, other))


Contribution = Mapping[Key, Counts]


def active(registration: Registration) -> list[InterpretationRequest]:
    """The requests that still stand. Needs `requests` and their `events` loaded."""
    return [request for request in registration.requests if request.stands]


def contribution(registration: Registration, requests: Iterable[InterpretationRequest]) -> Contribution:
    """What a registration adds to its meeting's demand. One family counts once a language, its listeners together."""
    wishes = (Wish(r.language, r.modality, r.listeners, r.own_words) for r in requests)
    return counted(registration.status, registration.attendance, wishes, registration.still_coming_at is not None)


def counted(status: str, attendance: str, wishes: Iterable[Wish], said_yes: bool = False) -> Contribution:
    """`contribution` from plain values."""
    listeners: Counter[Key] = Counter()
    for wish in wishes:
        listeners[wish.language, wish.modality] += wish.listeners
    if status == Status.WITHDRAWN:
        return {}
    return {key: _counts(status, attendance, number, int(said_yes)) for key, number in listeners.items()}


def _counts(status: str, attendance: str, listeners: int, said_yes: int) -> Counts:
    if status == Status.WAITING:
        return Counts(waiting_families=1, waiting_listeners=listeners)
    if attendance == Attendance.ONLINE:
        return Counts(1, listeners, 1, listeners, said_yes=said_yes)
    return Counts(1, listeners, said_yes=said_yes)


def apply(meeting_id: int, before: Contribution, after: Contribution) -> None:
    """Change the counters from `before` to `after`, in the order of locks, in the transaction of their rows."""
    for key in sorted({*before, *after}):
        change = after.get(key, Counts()).minus(before.get(key, Counts()))
        if any(change):
            _add(meeting_id, key, change)


def _add(meeting_id: int, key: Key, change: Counts) -> None:
    language, modality = key
    if min(change) < 0:
        # The row is there, since what is taken away was added once; an upsert would trip over its own CHECK.
        changed = {name: getattr(Demand, name) + number for name, number in change._asdict().items()}
        row = (Demand.meeting_id == meeting_id, Demand.language == language, Demand.modality == modality)
        statement = update(Demand).where(*row).values(changed)
        db.session.execute(statement.execution_options(synchronize_session=False))
        return
    (added,) = rows(meeting_id, {key: change})
    run(_ADD_SQLITE if is_sqlite() else _ADD_POSTGRESQL, added)


def adding(insert: Upsert) -> Upsert:
    """An insert of demand that adds to the rows that are there."""
    summed = {name: _TABLE.c[name] + insert.excluded[name] for name in Counts._fields}
    return insert.on_conflict_do_update(index_elements=KEY, set_=summed)


# Built once: building it costs more than running it.
_ADD_SQLITE, _ADD_POSTGRESQL = adding(sqlite.insert(_TABLE)), adding(postgresql.insert(_TABLE))


def rows(meeting_id: int, demanded: Contribution) -> list[dict[str, Any]]:
    """The rows that stand for a contribution, in the order of locks."""
    return [
        {"meeting_id": meeting_id, "language": language, "modality": modality, **demanded[language, modality]._asdict()}
        for language, modality in sorted(demanded)
    ]
