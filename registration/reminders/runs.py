"""Which reminders have come due: noted as runs, each once whoever looks, those that are too late with the reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from registration import database
from registration.extensions import Declarative, db
from registration.meetings.models import Change, Meeting, MeetingChange, MeetingStatus
from registration.reminders import due
from registration.reminders.models import ReminderRule, ReminderRun, RunState
from registration.reminders.rules import as_every_meeting_begins

# How far ahead rules reach, and how long after its meeting a missed reminder is still noted as missed.
FARTHEST = timedelta(days=62)
LOOK_BACK = timedelta(days=2)

_TABLE = Declarative.metadata.tables[ReminderRun.__tablename__]
_SAME = ["meeting_id", "occurrence"]
_ADD_SQLITE = sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=_SAME)
_ADD_POSTGRESQL = postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=_SAME)

Pair = tuple[due.Rule, due.Held]


def rule_of(row: ReminderRule) -> due.Rule:
    """A rule as plain values."""
    return due.Rule(
        row.id, row.kind, row.days_before, row.hours_before, row.at_time, row.quiet_from, row.quiet_to, row.since
    )


def held(meeting: Meeting) -> due.Held | None:
    """A meeting as plain values; None where it is not held as announced."""
    return _held([meeting]).get(meeting.id)


def _held(meetings: Collection[Meeting]) -> dict[int, due.Held]:
    change = MeetingChange
    moved = (
        select(change.meeting_id, func.max(change.at).label("at"))
        .where(change.meeting_id.in_([one.id for one in meetings]), change.kind == Change.MOVED)
        .group_by(change.meeting_id)
    )
    moved_at = {found.meeting_id: found.at for found in db.session.execute(moved)}
    return {
        one.id: due.Held(
            one.id, one.starts_at, one.time_zone, max(one.published_at, moved_at.get(one.id, one.published_at))
        )
        for one in meetings
        if one.published_at is not None and one.status == MeetingStatus.SCHEDULED
    }


def rules_of(meetings: Iterable[Meeting]) -> dict[int, list[ReminderRule]]:
    """The active rules of each meeting: its own and those of its series.

    Of one built-in text a meeting has one rule: its own, or that of the series where its own is still as every meeting
    begins.
    """
    meetings = list(meetings)
    whose = ReminderRule.meeting_id.in_([one.id for one in meetings]) | ReminderRule.series_id.in_(
        {one.series_id for one in meetings}
    )
    by_meeting: dict[int, list[ReminderRule]] = defaultdict(list)
    by_series: dict[int, list[ReminderRule]] = defaultdict(list)
    for rule in db.session.scalars(select(ReminderRule).where(whose).order_by(ReminderRule.id)):
        if rule.meeting_id is not None:
            by_meeting[rule.meeting_id].append(rule)
        elif rule.series_id is not None:
            by_series[rule.series_id].append(rule)
    return {one.id: _chosen(by_meeting[one.id], by_series[one.series_id]) for one in meetings}


def _chosen(own: Sequence[ReminderRule], of_series: Sequence[ReminderRule]) -> list[ReminderRule]:
    built_in = {rule.kind for rule in of_series if rule.kind != due.OWN and rule.active}
    gives_way = [rule for rule in own if rule.kind in built_in and as_every_meeting_begins(rule)]
    kept = [rule for rule in own if rule not in gives_way]
    decided = {rule.kind for rule in kept if rule.kind != due.OWN}
    return [rule for rule in (*kept, *(one for one in of_series if one.kind not in decided)) if rule.active]


def upcoming(now: datetime, meeting_ids: Collection[int] | None = None) -> list[due.Run]:
    """Every reminder of the meetings ahead (of some of them), as it stands at `now`, whether it is noted or not."""
    return due.runs(_pairs(now, meeting_ids), now)


def _pairs(now: datetime, meeting_ids: Collection[int] | None) -> list[Pair]:
    query = select(Meeting).where(
        Meeting.published,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.starts_at > now - LOOK_BACK,
        Meeting.starts_at < now + FARTHEST,
    )
    if meeting_ids is not None:
        query = query.where(Meeting.id.in_(meeting_ids))
    meetings = db.session.scalars(query.execution_options(populate_existing=True)).all()
    stand, rules = _held(meetings), rules_of(meetings)
    return [(rule_of(rule), stand[one.id]) for one in meetings if one.id in stand for rule in rules[one.id]]


def note_due(now: datetime) -> int:
    """Note what has come due, and what has come too late, once; the caller commits. Returns how many were new."""
    come = [one for one in upcoming(now) if one.verdict is not due.Verdict.TO_COME]
    query = select(ReminderRun.meeting_id, ReminderRun.occurrence).where(
        ReminderRun.meeting_id.in_({one.meeting_id for one in come})
    )
    known = {tuple(row) for row in db.session.execute(query)}
    new = [one for one in come if (one.meeting_id, one.occurrence) not in known]
    add([_row(one, now) for one in new])
    return len(new)


def _row(one: due.Run, now: datetime) -> dict[str, Any]:
    dropped = one.verdict is due.Verdict.DROPPED
    return row(
        rule_id=one.rule_id,
        meeting_id=one.meeting_id,
        occurrence=one.occurrence,
        due_at=one.due_at,
        state=(RunState.DROPPED if dropped else RunState.WAITING).value,
        dropped_reason=one.reason.value if one.reason else None,
        finished_at=now if dropped else None,
    )


def row(**values: Any) -> dict[str, Any]:
    """All columns of a new run."""
    return {
        "rule_id": None,
        "announcement_id": None,
        "last_registration_id": 0,
        "queued": 0,
        "called": 0,
        "skipped": 0,
        "dropped_reason": None,
        "finished_at": None,
        **values,
    }


def add(rows: Sequence[dict[str, Any]]) -> None:
    """Add runs; one that is there already is left as it is."""
    if rows:
        db.session.flush()
        db.session.execute(_ADD_SQLITE if database.is_sqlite() else _ADD_POSTGRESQL, list(rows))
