"""Staff say what became of each language at a meeting, and every request keeps it. The caller commits.

What was said before is never taken away: a correction is one more event, and the last one holds (domain.md, 19).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, literal, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import audience, seats
from registration.families.interpretation import Key
from registration.families.models import (
    ENDING,
    RESULTS,
    Event,
    InterpretationEvent,
    InterpretationRequest,
    Modality,
    Outcome,
    Registration,
    Status,
    Why,
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a language: one of RESULTS, with a reason where not all was served. Raises ValueError."""

    event: Event
    why: Why | None = None

    def __post_init__(self) -> None:
        if self.event not in RESULTS:
            raise ValueError(f"{self.event} is no result")
        if (self.event is Event.SERVED) != (self.why is None):
            raise ValueError("what was not served has a reason, and nothing else")


@dataclass(frozen=True, slots=True)
class Said:
    """A result of one language; `version`: of what was said before as the page showed it, 0 for nothing."""

    key: Key
    result: Result
    version: int


class TooEarly(Exception):
    """The meeting has not begun."""


class SaidMeanwhile(Exception):
    """Somebody else said what became of a language since the page was shown."""


def said_of(meeting_id: int) -> dict[Key, Outcome]:
    """What was said of each language of a meeting."""
    rows = db.session.scalars(select(Outcome).where(Outcome.meeting_id == meeting_id))
    return {Key(row.language, Modality(row.modality)): row for row in rows}


def say(meeting_id: int, said: Sequence[Said], *, by: Person | None, now: datetime) -> int:
    """Keep what became of languages; how many of them are new or otherwise than before.

    Nobody is told by it: families find it on their page. Raises TooEarly, SaidMeanwhile.
    """
    meeting = seats.lock(meeting_id)
    if meeting.starts_at > now:
        raise TooEarly
    there, changed = said_of(meeting_id), 0
    for one in said:
        before = there.get(one.key)
        if before is not None and result_of(before) == one.result:
            continue
        if (before.version if before else 0) != one.version:
            raise SaidMeanwhile
        _store(meeting_id, one, before, by, now)
        _append(meeting_id, one, by, now)
        _record(meeting_id, one, by)
        changed += 1
    return changed


def _record(meeting_id: int, one: Said, by: Person | None) -> None:
    audit.record(
        "outcome_said",
        object_kind="meeting",
        object_id=meeting_id,
        meeting_id=meeting_id,
        person=by,
        facts={
            "language": one.key.language,
            "modality": one.key.modality.value,
            "outcome": one.result.event.value,
            "why": one.result.why.value if one.result.why else None,
        },
    )


def result_of(row: Outcome) -> Result:
    """What was said, as it was said."""
    return Result(Event(row.outcome), Why(row.reason) if row.reason else None)


def _store(meeting_id: int, one: Said, before: Outcome | None, by: Person | None, now: datetime) -> None:
    row = before or Outcome(
        meeting_id=meeting_id, language=one.key.language, modality=one.key.modality.value, version=0
    )
    row.outcome, row.reason = one.result.event.value, one.result.why.value if one.result.why else ""
    row.at, row.person_id = now, by.id if by else None
    row.version += 1
    db.session.add(row)
    db.session.flush()


def _append(meeting_id: int, one: Said, by: Person | None, now: datetime) -> None:
    """One event for each request that stands. Whoever waited for a seat to the end was not served, whoever came."""
    waited = Result(Event.UNMET, Why.NO_SEAT)
    for status, result in ((Status.REGISTERED, one.result), (Status.WAITING, waited)):
        concerned = (
            select(
                InterpretationRequest.id,
                literal(result.event.value),
                literal("staff"),
                literal(by.id if by else None, InterpretationEvent.person_id.type),
                literal(now, InterpretationEvent.at.type),
                literal(result.why.value if result.why else ""),
            )
            .join(Registration, Registration.id == InterpretationRequest.registration_id)
            .where(
                audience.standing(meeting_id, one.key.language, one.key.modality),
                Registration.status == status,
                Registration.not_me_at.is_(None),
            )
        )
        columns = ["request_id", "event", "actor", "person_id", "at", "reason"]
        db.session.execute(insert(InterpretationEvent).from_select(columns, concerned))


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the requests of one language: they add up to `requested` (domain.md, 18)."""

    requested: int = 0
    served: int = 0
    partly: int = 0
    unmet: int = 0
    withdrawn: int = 0

    @property
    def open(self) -> int:
        """Of which nobody has said yet."""
        return self.requested - self.served - self.partly - self.unmet - self.withdrawn


def counted(meeting_id: int) -> dict[Key, Counted]:
    """Families' requests of a meeting by language, counted by what became of them.

    A request in own words that staff understood as a language counts under that language. What was said of a request
    on the day counts before a later withdrawal: a family that deletes its data was served all the same.
    """
    found: dict[Key, dict[str, int]] = {}
    for language, modality, event, number in db.session.execute(_what_became(meeting_id)):
        if event != Event.MAPPED:
            found.setdefault(Key(language, Modality(modality)), {})[event or ""] = number
    return {key: _counted(numbers) for key, numbers in found.items()}


def _what_became(meeting_id: int) -> Select[*tuple[Any, ...]]:
    request, event = InterpretationRequest, InterpretationEvent
    of_it = select(event.event).where(event.request_id == request.id).limit(1)
    result = of_it.where(event.event.in_(RESULTS)).order_by(event.id.desc()).scalar_subquery()
    ended = of_it.where(event.event.in_(ENDING)).order_by(event.id).scalar_subquery()
    each = (
        select(request.language, request.modality, func.coalesce(result, ended).label("event"))
        .join(Registration, Registration.id == request.registration_id)
        .where(request.meeting_id == meeting_id, Registration.not_me_at.is_(None))
        .subquery()
    )
    columns = (each.c.language, each.c.modality, each.c.event)
    return select(*columns, func.count()).group_by(*columns)


def _counted(numbers: Mapping[str, int]) -> Counted:
    return Counted(sum(numbers.values()), *(numbers.get(one, 0) for one in (*RESULTS, Event.WITHDRAWN)))
