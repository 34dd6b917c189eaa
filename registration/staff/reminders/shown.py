"""Reminders as pages show them: when in words, to whom, how many, what became of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from flask import url_for

from registration import dates, i18n
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.reminders import due
from registration.reminders.audience import preview_counts, read
from registration.reminders.models import ReminderRule, ReminderRun, RuleKind, RunState
from registration.reminders.rules import WORDS
from registration.reminders.runs import upcoming
from registration.staff.reminders import found
from registration.staff.telling import audience, own_words
from registration.staff.telling.counted import Counted, counted
from registration.staff.telling.report import States, totals


class Next(NamedTuple):
    """When a rule is due next. `title`: of which meeting, "" where that is clear."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule of a list."""

    id: int
    version: int
    active: bool
    inherited: bool
    title: str
    when: str
    next: Sequence[Next]
    audience: Sequence[str]
    href: str
    switch_href: str
    counted: Counted | None = None
    missing: Sequence[object] = ()


class Chip(NamedTuple):
    """A state as components/chip.html draws it."""

    kind: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class RunShown:
    """A reminder that was due."""

    href: str
    title: str
    meeting: str
    due: str
    chip: Chip
    why: str
    states: States
    skipped: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


def kinds() -> list[dict[str, str]]:
    """What a reminder can say."""
    return [
        {
            "value": RuleKind.STILL_COMING.value,
            "text": gettext("“Are you still coming?”"),
            "hint": gettext("Families say yes, change something, or say that they cannot come."),
        },
        {
            "value": RuleKind.SAME_DAY.value,
            "text": gettext("“The meeting is today”"),
            "hint": gettext("When, where and how to get in."),
        },
        {
            "value": RuleKind.OWN.value,
            "text": gettext("Own words"),
            "hint": gettext("Your own subject and message. The facts of the meeting stand below them."),
        },
    ]


def title_of(rule: ReminderRule, words: Mapping[str, own_words.Words]) -> str:
    """What a rule is called: its built-in text, or its own subject in the reader's language, else in the first."""
    if rule.kind != RuleKind.OWN:
        return next(one["text"] for one in kinds() if one["value"] == rule.kind)
    said = words.get(i18n.speaking()) or next((words[tag] for tag in own_words.tags() if tag in words), None)
    return said.subject if said else gettext("Own words")


def when_words(rule: ReminderRule) -> str:
    """When a rule is due before a meeting."""
    parts = []
    if rule.days_before is not None and rule.at_time is not None:
        at = time_words(rule.at_time)
        if rule.days_before == 0:
            parts.append(gettext("On the day of the meeting at %(time)s", time=at))
        else:
            parts.append(ngettext("%(num)s day before at %(time)s", "%(num)s days before at %(time)s",
                                  rule.days_before, time=at))  # fmt: skip
    if rule.hours_before is not None:
        hours = rule.hours_before
        if parts:
            parts.append(ngettext("%(num)s hour before at the latest", "%(num)s hours before at the latest", hours))
        else:
            parts.append(ngettext("%(num)s hour before", "%(num)s hours before", hours))
    sentences = [", ".join(parts)]
    if rule.quiet_from != rule.quiet_to:
        start, end = time_words(rule.quiet_from), time_words(rule.quiet_to)
        sentences.append(gettext("No mail between %(start)s and %(end)s", start=start, end=end))
    # A time may end in a full stop of its own: 5:00 p.m.
    return " ".join(one if one.endswith(".") else f"{one}." for one in sentences)


def time_words(minutes: int) -> str:
    """A time of day, minutes after midnight, in words."""
    return dates.time(datetime(2027, 1, 4, minutes // 60, minutes % 60, tzinfo=UTC), "UTC", i18n.speaking())


def moment(at: datetime, zone: str) -> str:
    """A moment in words, with its zone."""
    tag = i18n.speaking()
    return f"{dates.full_date(at, zone, tag)}, {dates.time(at, zone, tag)}, {dates.zone_name(at, zone, tag)}"


def views(meetings: Iterable[Meeting]) -> dict[int, MeetingView]:
    """Meetings in the reader's language, by id."""
    ids = [one.id for one in meetings]
    return dict(zip(ids, content(i18n.speaking()).meetings(ids), strict=True)) if ids else {}


Coming = Mapping[tuple[int, int], due.Run]


def coming(now: datetime, meeting_ids: Sequence[int]) -> Coming:
    """The reminders that meetings really get, by rule and meeting."""
    return {(one.rule_id, one.meeting_id): one for one in upcoming(now, meeting_ids)}


def rule_shown(rule: ReminderRule, meetings: Sequence[Meeting], known: Coming, *, of_meeting: bool) -> RuleShown:
    """A rule on the page of a meeting, with numbers; or of a series, with the next meetings."""
    words = own_words.load(WORDS, rule.id) if rule.kind == RuleKind.OWN else {}
    numbers = None
    if of_meeting and rule.active:
        numbers = counted(
            preview_counts(read(rule.audience), [one.id for one in meetings]),
            list(words) if rule.kind == RuleKind.OWN else None,
        )
    return RuleShown(
        id=rule.id,
        version=rule.version,
        active=rule.active,
        inherited=of_meeting and rule.series_id is not None,
        title=title_of(rule, words),
        when=when_words(rule),
        next=_next(rule, meetings, known, named=not of_meeting),
        audience=audience.in_words(rule.audience),
        href=url_for("staff.reminder", rule_id=rule.id),
        switch_href=url_for("staff.switch_reminder", rule_id=rule.id),
        counted=numbers,
        missing=numbers.missing if numbers else (),
    )


# On the page of a series a rule names so many of its meetings.
MOST_NEXT = 3


def _next(rule: ReminderRule, meetings: Sequence[Meeting], known: Coming, *, named: bool) -> list[Next]:
    if not rule.active:
        return []
    said = views(meetings[:MOST_NEXT]) if named else {}
    return [
        Next(str(said[one.id].title) if named else "", _due_words(known.get((rule.id, one.id)), one))
        for one in meetings[:MOST_NEXT]
    ]


def _due_words(run: due.Run | None, meeting: Meeting) -> str:
    if run is None:
        return _why_none(meeting)
    if run.verdict is due.Verdict.TO_COME:
        return gettext("It is sent on %(when)s", when=moment(run.at, meeting.time_zone))
    return gettext("It was due on %(when)s", when=moment(run.due_at, meeting.time_zone))


def _why_none(meeting: Meeting) -> str:
    if meeting.status != MeetingStatus.SCHEDULED:
        return gettext("It is not sent: the meeting is called off.")
    if not meeting.published:
        return gettext("It is not sent before the meeting is published.")
    if meeting.past:
        return gettext("The meeting is over.")
    return gettext("It is not sent: another rule with this text holds, or the meeting is far away.")


class ToCome(NamedTuple):
    """A reminder of the list of all to come."""

    when: str
    title: str
    href: str
    meeting: str
    meeting_href: str


def to_come(rules: Iterable[ReminderRule], meetings: Sequence[Meeting], known: Coming) -> list[ToCome]:
    """All reminders of these meetings that are still to be sent, the next first."""
    by_id, said = {rule.id: rule for rule in rules}, views(meetings)
    words = own_words.load_all(WORDS, [one.id for one in by_id.values() if one.kind == RuleKind.OWN])
    return [
        ToCome(
            when=moment(run.at, said[run.meeting_id].time_zone),
            title=title_of(by_id[run.rule_id], words.get(run.rule_id, {})),
            href=url_for("staff.reminder", rule_id=run.rule_id),
            meeting=str(said[run.meeting_id].title),
            meeting_href=url_for("staff.reminders", meeting_id=run.meeting_id),
        )
        for run in known.values()
        if run.verdict is due.Verdict.TO_COME and run.meeting_id in said
    ]


def now_saved(rule: ReminderRule) -> list[dict[str, str]]:
    """A rule as it is kept, for who wrote another one meanwhile."""
    words = own_words.load(WORDS, rule.id) if rule.kind == RuleKind.OWN else {}
    rows = [
        {"label": gettext("When"), "value": when_words(rule)},
        {"label": gettext("To whom"), "value": ". ".join(audience.in_words(rule.audience))},
        {"label": gettext("What it says"), "value": title_of(rule, words)},
    ]
    for tag, one in words.items():
        said = f"{one.subject}: {one.body}"
        rows.append({"label": own_words.language_name(tag), "value": said, "lang": tag, "dir": "auto"})
    return rows


def chip_of(run: ReminderRun) -> Chip:
    """The state of a run."""
    return {
        RunState.WAITING: Chip("info", "clock", gettext("Waiting for its time")),
        RunState.QUEUEING: Chip("info", "mail", gettext("Being prepared")),
        RunState.DONE: Chip("good", "check", gettext("Handed over")),
        RunState.STOPPED: Chip("warn", "cross", gettext("Stopped")),
        RunState.DROPPED: Chip("bad", "alert", gettext("Not sent")),
    }[RunState(run.state)]


def why_dropped(reason: str | None) -> str:
    """Why a run was dropped, in words."""
    words = {
        due.Reason.STALE: gettext("It would have come too late to help."),
        due.Reason.MADE_LATER: gettext("The reminder was made or changed after its time."),
        due.Reason.PLAN_CHANGED: gettext("The meeting was published or moved after its time."),
        due.Reason.CALLED_OFF: gettext("The meeting is called off."),
        due.Reason.MOVED: gettext("The meeting was moved to another day, which has a reminder of its own."),
        due.Reason.SWITCHED_OFF: gettext("The reminder was switched off."),
    }
    return words.get(due.Reason(reason), "") if reason in set(due.Reason) else ""


def run_rows(runs: Sequence[ReminderRun], meetings: Iterable[Meeting]) -> list[RunShown]:
    """Runs as rows of a table, with how their messages stand."""
    counted_by, known = totals([run.mailing for run in runs]), views(meetings)
    rules = found.rules_by_id({run.rule_id for run in runs if run.rule_id})
    words = own_words.load_all(WORDS, [one.id for one in rules.values() if one.kind == RuleKind.OWN])
    titles = {rule.id: title_of(rule, words.get(rule.id, {})) for rule in rules.values()}
    return [
        _run_shown(run, titles[run.rule_id or 0], known.get(run.meeting_id), counted_by[run.mailing]) for run in runs
    ]


def _run_shown(run: ReminderRun, title: str, view: MeetingView | None, states: States) -> RunShown:
    zone = view.time_zone if view else "UTC"
    return RunShown(
        href=url_for("staff.reminder_run", run_id=run.id),
        title=title,
        meeting=str(view.title) if view else "",
        due=moment(run.due_at, zone),
        chip=chip_of(run),
        why=why_dropped(run.dropped_reason) if run.state == RunState.DROPPED else "",
        states=states,
        skipped=run.skipped,
    )
