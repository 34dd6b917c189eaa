"""Entries of the record, narrowed and page by page: each page costs what it shows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from registration.accounts.models import AuditEntry
from registration.extensions import db

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader narrows the record to; None and "" narrow nothing."""

    person: int | None = None
    action: str = ""
    kind: str = ""
    object_id: int | None = None
    meeting: int | None = None
    since: date | None = None
    until: date | None = None

    def arguments(self) -> dict[str, str]:
        """What the address says of it."""
        every = {
            "person": self.person,
            "action": self.action,
            "kind": self.kind,
            "object": self.object_id,
            "meeting": self.meeting,
            "from": self.since,
            "to": self.until,
        }
        return {name: str(value) for name, value in every.items() if value not in (None, "")}


class Found(NamedTuple):
    """One page of entries, newest first, and where the next one begins."""

    entries: list[AuditEntry]
    older: int | None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wanted_of(arguments: MultiDict[str, str]) -> Wanted:
    """What an address asks for; what cannot be read is left out."""
    numbers = {name: _number(arguments.get(name, "")) for name in ("person", "object", "meeting")}
    return Wanted(
        person=numbers["person"],
        action=arguments.get("action", "")[:40],
        kind=arguments.get("kind", "")[:24],
        object_id=numbers["object"],
        meeting=numbers["meeting"],
        since=_day(arguments.get("from", "")),
        until=_day(arguments.get("to", "")),
    )


def _number(text: str) -> int | None:
    # Larger ones are no ids, and PostgreSQL refuses to compare them.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def find(wanted: Wanted, before: str, zone: str) -> Found:
    """Entries older than the id `before` ("" for the newest); days are those of `zone`."""
    query = select(AuditEntry).options(joinedload(AuditEntry.person)).order_by(AuditEntry.id.desc())
    query = _narrowed(query, wanted, ZoneInfo(zone))
    last = _number(before)
    if last is not None:
        query = query.where(AuditEntry.id < last)
    rows = list(db.session.scalars(query.limit(PAGE + 1)))
    return Found(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def _narrowed(query: Select[AuditEntry], wanted: Wanted, zone: ZoneInfo) -> Select[AuditEntry]:
    equal = (
        (AuditEntry.person_id, wanted.person),
        (AuditEntry.action, wanted.action),
        (AuditEntry.object_kind, wanted.kind),
        (AuditEntry.object_id, wanted.object_id),
        (AuditEntry.meeting_id, wanted.meeting),
    )
    for column, value in equal:
        if value not in (None, ""):
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= _begin(wanted.since, zone))
    if wanted.until is not None and wanted.until < date.max:
        query = query.where(AuditEntry.at < _begin(wanted.until + timedelta(days=1), zone))
    return query


def _begin(day: date, zone: ZoneInfo) -> datetime:
    # Years at either end of the calendar have no moment in every zone.
    if not 1900 < day.year < 9000:
        return datetime.combine(day.replace(year=max(1901, min(day.year, 8999)), day=1), time(), UTC)
    return datetime.combine(day, time(), zone).astimezone(UTC)
