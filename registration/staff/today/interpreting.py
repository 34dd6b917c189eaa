"""What needs somebody about interpreters: languages, offers, alarms, files, hours. Pure, as today/due.py is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registration.staff.today.things import Kind, MeetingRow, Policy, Todo

# An interpreter who has accepted was promised an answer.
CONFIRM_WITHIN = timedelta(days=1)
# An offer without an answer is looked at so long before it expires.
EXPIRES_SOON = timedelta(days=1)
# What an interpreter changed, and hours that are told, wait so long.
SEEN_WITHIN = timedelta(days=3)
APPROVE_WITHIN = timedelta(days=3)
# What was served is said so long after a meeting, and asked for no longer than so long.
SAY_WITHIN = timedelta(days=3)
ASKED_FOR = timedelta(days=30)
# So many languages of one meeting stand apart; more stand together.
APART = 3


@dataclass(frozen=True, slots=True)
class DemandRow:
    """What a meeting is asked for in one language and modality; `late`: families of these who asked late."""

    meeting_id: int
    language: str
    modality: str
    families: int
    listeners: int
    late: int
    arranged: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """An interpreter who has accepted and waits to be confirmed; `at`: since when."""

    meeting_id: int
    language: str
    modality: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer that nobody has answered."""

    meeting_id: int
    language: str
    modality: str
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A job in danger; `danger` as in interpretation.day.models, `at`: since when."""

    assignment_id: int
    meeting_id: int
    danger: str
    name: str
    language: str
    modality: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FilesRow:
    """What interpreters of a meeting still miss: files that are expected, or whom they call on the day."""

    meeting_id: int
    by: datetime
    missing: int
    no_contact: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An interpreter who changed something of their own; `at`: when last."""

    interpreter_id: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Jobs whose hours wait to be approved: how many, and since when the oldest does."""

    number: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A meeting that is over, and how many languages of it nobody has said of what became of them."""

    meeting_id: int
    ended_at: datetime
    languages: int


@dataclass(frozen=True, slots=True)
class Interpreting:
    """Everything about interpreters that was looked at."""

    accepted: Sequence[JobRow] = ()
    offers: Sequence[OfferRow] = ()
    alarms: Sequence[AlarmRow] = ()
    files: Sequence[FilesRow] = ()
    changes: Sequence[ChangeRow] = ()
    hours: HoursRow = HoursRow(0, None)
    outcomes: Sequence[OutcomeRow] = ()


NOTHING = Interpreting()


def interpreting(found: Interpreting, meetings: Mapping[int, MeetingRow], now: datetime) -> Iterable[Todo]:
    """All there is to do about interpreters who are asked or booked, in no order."""
    for one in found.accepted:
        yield Todo(Kind.TO_CONFIRM, one.at + CONFIRM_WITHIN, one, one.meeting_id)
    for offer in found.offers:
        if now < offer.expires_at <= now + EXPIRES_SOON:
            yield Todo(Kind.OFFER_EXPIRES, offer.expires_at, offer, offer.meeting_id)
    for alarm in found.alarms:
        if _held(alarm.meeting_id, meetings):
            yield Todo(Kind.ALARM, alarm.at, alarm, alarm.meeting_id)
    for files in found.files:
        if _held(files.meeting_id, meetings) and (files.missing or files.no_contact):
            yield Todo(Kind.FILES_MISSING, files.by, files, files.meeting_id)
    yield from _changes(found.changes)
    if found.hours.since is not None:
        yield Todo(Kind.HOURS, found.hours.since + APPROVE_WITHIN, found.hours)
    for row in found.outcomes:
        yield Todo(Kind.OUTCOMES, row.ended_at + SAY_WITHIN, row, row.meeting_id)


def _held(meeting_id: int, meetings: Mapping[int, MeetingRow]) -> bool:
    meeting = meetings.get(meeting_id)
    return meeting is not None and meeting.held


def _changes(rows: Sequence[ChangeRow]) -> Iterable[Todo]:
    oldest_first = sorted(rows, key=lambda row: (row.at, row.interpreter_id))
    # What many changed is looked at in the list of all of them.
    together = [oldest_first] if len(rows) > APART else [[row] for row in oldest_first]
    for some in together:
        yield Todo(Kind.OWN_CHANGE, some[0].at + SEEN_WITHIN, tuple(some))


def languages(
    rows: Iterable[DemandRow], meetings: Mapping[int, MeetingRow], policy: Policy, now: datetime
) -> Iterable[Todo]:
    """Languages that families asked for and that nobody is sure to interpret, in no order."""
    groups: dict[tuple[Kind, int, datetime], list[DemandRow]] = {}
    for row in rows:
        meeting = meetings.get(row.meeting_id)
        if meeting is None or not meeting.held or row.arranged or not row.families:
            continue
        # Who asked late was promised no day, so only the meeting itself is the deadline.
        only_late = row.late >= row.families
        told_by = meeting.starts_at - timedelta(days=policy.tell_by_days)
        by = meeting.starts_at if only_late else told_by
        kind = Kind.LATE if only_late else Kind.NO_INTERPRETER
        if now >= told_by:
            # A late request counts as unmet need too, and the time to look is over: another way is offered.
            kind, by = Kind.UNMET_NEAR, told_by
        groups.setdefault((kind, row.meeting_id, by), []).append(row)
    for (kind, meeting_id, by), group in groups.items():
        most_asked = sorted(group, key=lambda row: (-row.families, row.language))
        # A long tail of languages is one thing to do: all of it is done on one page.
        together = [most_asked] if len(group) > APART else [[row] for row in most_asked]
        for some in together:
            yield Todo(kind, by, tuple(some), meeting_id, some[0].language)
