"""What needs somebody, and by when. Pure: what was found and `now` in, things to do out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from registration.staff.removals.foreseen import UNDO_WITHIN
from registration.staff.today.interpreting import NOTHING, DemandRow, Interpreting, interpreting, languages
from registration.staff.today.things import Kind, MeetingRow, Policy, Todo


class Urgency(StrEnum):
    """Under which heading a thing to do stands."""

    TODAY = "today"
    WEEK = "week"
    LATER = "later"


WEEK = timedelta(days=7)
# Texts are settled so long before the meeting; a draft must be public so long before the day to ask for interpreters.
TEXTS_BEFORE = timedelta(days=7)
DRAFT_BEFORE = timedelta(days=7)
# A draft's texts matter once the meeting is so near.
STARTS_SOON = timedelta(days=21)
# An answer to a family that was doubted is due so long after it came up.
LOOK_WITHIN = timedelta(days=3)
# Whoever registered twice holds seats that others wait for.
DOUBLES_BEFORE = timedelta(days=7)
# Staff hear so long ahead that answers are about to be deleted.
WARNED_BEFORE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """A family that somebody must look at; `at`: since when. `words`: its own, where they are to be mapped."""

    registration_id: int
    meeting_id: int
    at: datetime
    name: str = ""
    words: str = ""
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mails:
    """Messages in one state: how many (at most as many as were looked at), and the first deadline among them."""

    number: int
    by: datetime | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class CallsRow:
    """Calls to make: how many of those looked at, by language, and the first deadline."""

    number: int
    by: datetime | None
    languages: tuple[tuple[str, int], ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """A removal that can still be undone."""

    id: int
    meeting_id: int
    at: datetime
    families: int


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A reminder of a meeting ahead that was not sent, and why (reminders.due.Reason)."""

    run_id: int
    meeting_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotAnnouncedRow:
    """An announcement that failed for so many families, and until when its messages are of use."""

    announcement_id: int
    number: int
    by: datetime


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """A meeting whose answers are deleted `at`: nobody has said what was served, or it is postponed without a date."""

    meeting_id: int
    at: datetime
    postponed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was looked at."""

    meetings: Sequence[MeetingRow] = ()
    demand: Sequence[DemandRow] = ()
    own_words: Sequence[FamilyRow] = ()
    not_me: Sequence[FamilyRow] = ()
    same_address: Sequence[FamilyRow] = ()
    removals: Sequence[RemovalRow] = ()
    dropped: Sequence[DroppedRow] = ()
    not_announced: Sequence[NotAnnouncedRow] = ()
    retention: Sequence[RetentionRow] = ()
    interpreting: Interpreting = NOTHING
    calls: CallsRow = CallsRow(0, None, ())
    failed: Mails = Mails(0, None)
    held: Mails = Mails(0, None)


def due(found: Found, policy: Policy, now: datetime) -> list[Todo]:
    """All there is to do: jobs in danger, then the nearest deadline first."""
    meetings = {row.id: row for row in found.meetings}
    todos = [
        *languages(found.demand, meetings, policy, now),
        *interpreting(found.interpreting, meetings, now),
        *_own_words(found.own_words, meetings, policy, now),
        *_families(Kind.NOT_ME, found.not_me, meetings),
        *_doubles(found.same_address, meetings),
        *_texts(found.meetings, now),
        *_drafts(found.meetings, policy),
        *(Todo(Kind.UNDO, row.at + UNDO_WITHIN, row, row.meeting_id) for row in found.removals),
        *_dropped(found.dropped, meetings),
        *(Todo(Kind.NOT_ANNOUNCED, row.by, row) for row in found.not_announced),
        *(Todo(Kind.RETENTION, row.at, row, row.meeting_id) for row in found.retention),
        *_several(found),
    ]
    kinds = {kind: place for place, kind in enumerate(Kind)}
    return sorted(
        todos,
        key=lambda todo: (
            todo.kind is not Kind.ALARM,
            todo.by,
            kinds[todo.kind],
            todo.meeting_id or 0,
            todo.language,
        ),
    )


def _several(found: Found) -> Iterable[Todo]:
    for kind, row in ((Kind.CALLS, found.calls), (Kind.FAILED, found.failed), (Kind.HELD, found.held)):
        if row.by is not None:
            yield Todo(kind, row.by, row)


def _own_words(
    rows: Iterable[FamilyRow], meetings: dict[int, MeetingRow], policy: Policy, now: datetime
) -> Iterable[Todo]:
    for row in rows:
        if (meeting := meetings.get(row.meeting_id)) is None:
            continue
        # As long as the language is unknown nobody looks for an interpreter.
        days = (policy.spoken_notice_days, policy.tell_by_days, 0)
        moments = [meeting.starts_at - timedelta(days=one) for one in days]
        by = next((moment for moment in moments if moment > now), meeting.starts_at)
        yield Todo(Kind.OWN_WORDS, by, row, row.meeting_id)


def _families(kind: Kind, rows: Iterable[FamilyRow], meetings: dict[int, MeetingRow]) -> Iterable[Todo]:
    for row in rows:
        if (meeting := meetings.get(row.meeting_id)) is not None:
            yield Todo(kind, min(row.at + LOOK_WITHIN, meeting.starts_at), row, row.meeting_id)


def _doubles(rows: Iterable[FamilyRow], meetings: dict[int, MeetingRow]) -> Iterable[Todo]:
    for row in rows:
        if (meeting := meetings.get(row.meeting_id)) is not None:
            yield Todo(Kind.SAME_ADDRESS, meeting.starts_at - DOUBLES_BEFORE, row, row.meeting_id)


def _texts(rows: Iterable[MeetingRow], now: datetime) -> Iterable[Todo]:
    for row in rows:
        near = row.published or row.starts_at - now <= STARTS_SOON
        for language in sorted({*row.missing, *row.stale}) if near and row.held else ():
            yield Todo(Kind.TEXTS, row.starts_at - TEXTS_BEFORE, row, row.id, language)


def _dropped(rows: Iterable[DroppedRow], meetings: dict[int, MeetingRow]) -> Iterable[Todo]:
    for row in rows:
        if (meeting := meetings.get(row.meeting_id)) is not None and meeting.held:
            yield Todo(Kind.NOT_REMINDED, meeting.starts_at, row, row.meeting_id)


def _drafts(rows: Iterable[MeetingRow], policy: Policy) -> Iterable[Todo]:
    for row in rows:
        if not row.published and row.held:
            notice = timedelta(days=policy.spoken_notice_days)
            yield Todo(Kind.DRAFT, row.starts_at - notice - DRAFT_BEFORE, row, row.id)


def urgency(todo: Todo, now: datetime, zone: str) -> Urgency:
    """Under which heading it stands: by the days of the district's zone; what is overdue is due today."""
    local = ZoneInfo(zone)
    days = (todo.by.astimezone(local).date() - now.astimezone(local).date()).days
    if days <= 0:
        return Urgency.TODAY
    return Urgency.WEEK if days <= WEEK.days else Urgency.LATER


def grouped(todos: Iterable[Todo], now: datetime, zone: str) -> dict[Urgency, list[Todo]]:
    """The things to do under their headings, headings without any left out."""
    found: dict[Urgency, list[Todo]] = {}
    for todo in todos:
        found.setdefault(urgency(todo, now, zone), []).append(todo)
    return {one: found[one] for one in Urgency if one in found}
