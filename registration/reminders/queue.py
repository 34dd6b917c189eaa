"""Queueing what is due: a batch of families at a time, each batch a transaction, going on where the last one ended.

The row of a run is the queue. Who queues holds it locked, another scheduler takes the next one. An announcement is
locked before its runs, and by nobody who holds one of them. The caller commits.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import ColumnElement, func, literal_column, select, true, update

from registration import database
from registration.extensions import db
from registration.families.models import Registration
from registration.families.tell import SUBJECT, topic_of
from registration.mail.queue import Recipient, enqueue_many
from registration.meetings.models import Meeting
from registration.reminders import audience, due
from registration.reminders.models import (
    Announcement,
    AnnouncementMeeting,
    AnnouncementState,
    ReminderRule,
    ReminderRun,
    RuleKind,
    RunState,
)
from registration.reminders.runs import add, held, note_due, row, rule_of

BATCH = 1000
OPEN = (RunState.WAITING, RunState.QUEUEING)
# What is announced after its meeting, or of one that was called off, is of use for so long.
STILL_NEWS = timedelta(days=14)
MESSAGES = {RuleKind.STILL_COMING: "still_coming", RuleKind.SAME_DAY: "same_day", RuleKind.OWN: "reminder_own"}
ANNOUNCEMENT = "announcement"


def queue_due(now: datetime, batch: int = BATCH) -> int:
    """Queue up to `batch` families of what is due; the caller commits. Returns how much was done, 0 when all is."""
    run = _next_run(now)
    if run is None:
        return note_due(now) + _begin_announcements(now) + _settle_announcements(now)
    return 1 + _queue_some(run, now, batch)


def _next_run(now: datetime) -> ReminderRun | None:
    # As the partial index says it: with a parameter in its place, the index would not be seen to hold it.
    still_open: ColumnElement[bool] = literal_column("reminder_run.state IN ('waiting', 'queueing')")
    query = select(ReminderRun).where(still_open, ReminderRun.due_at <= now)
    query = query.order_by(ReminderRun.due_at, ReminderRun.id).limit(1).execution_options(populate_existing=True)
    return db.session.scalars(database.past_what_is_locked(query)).first()


class Plan(NamedTuple):
    """How the families of a run are told."""

    message: str
    occurrence: str
    audience: audience.Audience
    registered_until: datetime | None
    expires_at: datetime
    facts: dict[str, Any]
    begin: datetime
    per_minute: int | None = None
    before: int = 0


def _queue_some(run: ReminderRun, now: datetime, batch: int) -> int:
    meeting = db.session.get_one(Meeting, run.meeting_id, populate_existing=True)
    plan = _of_rule(run, meeting, now) if run.rule_id is not None else _of_announcement(run, meeting, now)
    if isinstance(plan, due.Reason):
        _finish(run, RunState.DROPPED, now, plan)
        return 0
    if run.state == RunState.WAITING:
        run.state = RunState.QUEUEING.value
        if plan.message == MESSAGES[RuleKind.STILL_COMING]:
            asked = update(Meeting).where(Meeting.id == meeting.id).values(asked_until=plan.registered_until)
            db.session.execute(asked.execution_options(synchronize_session=False))
    families = _families(run, plan, batch)
    recipients = list(_recipients(families, plan, run))
    enqueue_many(
        plan.message,
        recipients,
        kind=SUBJECT,
        occurrence=plan.occurrence,
        expires_at=plan.expires_at,
        facts=plan.facts,
        topic=topic_of(run.meeting_id),
        mailing=run.mailing,
    )
    _count(run, families)
    if len(families) < batch:
        _finish(run, RunState.DONE, now)
    return len(families)


def _of_rule(run: ReminderRun, meeting: Meeting, now: datetime) -> Plan | due.Reason:
    kept = db.session.get_one(ReminderRule, run.rule_id, populate_existing=True)
    stands, rule = held(meeting), rule_of(kept)
    if stands is None:
        return due.Reason.CALLED_OFF
    day = due.day_of(meeting.starts_at, meeting.time_zone).isoformat()
    if run.occurrence != due.occurrence(rule, stands):
        return due.Reason.MOVED
    if not kept.active:
        return due.Reason.SWITCHED_OFF
    if now > due.useful_until(rule, stands):
        return due.Reason.STALE
    return Plan(
        message=MESSAGES[RuleKind(kept.kind)],
        # A built-in text is said once to a family for each day, whichever rule says it.
        occurrence=run.occurrence if kept.kind == RuleKind.OWN else day,
        audience=audience.read(kept.audience),
        registered_until=due.registered_until(rule, stands),
        expires_at=meeting.ends_at,
        facts={"quiet": [kept.quiet_from, kept.quiet_to], "zone": meeting.time_zone},
        begin=now,
    )


def _of_announcement(run: ReminderRun, meeting: Meeting, now: datetime) -> Plan | due.Reason:
    announcement = db.session.get_one(Announcement, run.announcement_id, populate_existing=True)
    told = select(func.sum(ReminderRun.queued)).where(ReminderRun.announcement_id == announcement.id)
    return Plan(
        message=ANNOUNCEMENT,
        occurrence=run.occurrence,
        audience=audience.read(announcement.audience),
        registered_until=None,
        expires_at=max(meeting.ends_at, now + STILL_NEWS),
        facts={},
        begin=announcement.send_at or now,
        per_minute=announcement.per_minute,
        before=int(db.session.scalar(told) or 0) if announcement.per_minute else 0,
    )


class Family(NamedTuple):
    """A family of the audience: its id, how it is told (mail, call, none), and whether it registered in time."""

    id: int
    way: str
    in_time: bool


def _families(run: ReminderRun, plan: Plan, batch: int) -> Sequence[Family]:
    in_time = true() if plan.registered_until is None else Registration.created_at <= plan.registered_until
    query = (
        select(Registration.id, audience.way(), in_time)
        .where(audience.where(plan.audience, [run.meeting_id]), Registration.id > run.last_registration_id)
        .order_by(Registration.id)
        .limit(batch)
    )
    return [Family(*found) for found in db.session.execute(query)]


def _recipients(families: Sequence[Family], plan: Plan, run: ReminderRun) -> Iterator[Recipient]:
    mails = plan.before
    for family in families:
        if family.way == "none" or not family.in_time:
            continue
        send_at = None
        if plan.per_minute and family.way == "mail":
            send_at = plan.begin + timedelta(minutes=mails // plan.per_minute)
            mails += 1
        yield Recipient(family.id, cast(Literal["mail", "call"], family.way), send_at=send_at)


def _count(run: ReminderRun, families: Sequence[Family]) -> None:
    ways = Counter(family.way if family.in_time else "none" for family in families)
    run.queued += ways["mail"]
    run.called += ways["call"]
    run.skipped += ways["none"]
    if families:
        run.last_registration_id = families[-1].id


def _finish(run: ReminderRun, state: RunState, now: datetime, reason: due.Reason | None = None) -> None:
    run.state, run.finished_at = state.value, now
    run.dropped_reason = reason.value if reason else None
    db.session.flush()


def _settle_announcements(now: datetime) -> int:
    """Announcements none of whose runs is open any more are done; how many."""
    runs = select(ReminderRun.id).where(ReminderRun.announcement_id == Announcement.id, ReminderRun.state.in_(OPEN))
    done = (
        update(Announcement)
        .where(Announcement.state == AnnouncementState.SENDING, ~runs.exists())
        .values(state=AnnouncementState.DONE.value, finished_at=now)
        .returning(Announcement.id)
    )
    return len(db.session.scalars(done.execution_options(synchronize_session=False)).all())


def _begin_announcements(now: datetime) -> int:
    due_now = (Announcement.state == AnnouncementState.SCHEDULED, Announcement.send_at <= now)
    query = select(Announcement).where(*due_now).order_by(Announcement.send_at).limit(10)
    query = query.execution_options(populate_existing=True)
    rows = db.session.scalars(database.past_what_is_locked(query)).all()
    for announcement in rows:
        begin(announcement, now)
    return len(rows)


def begin(announcement: Announcement, now: datetime) -> None:
    """Make the runs of an announcement whose time has come; its row is locked."""
    meetings = select(AnnouncementMeeting.meeting_id).where(AnnouncementMeeting.announcement_id == announcement.id)
    ids = db.session.scalars(meetings.order_by(AnnouncementMeeting.meeting_id)).all()
    state = RunState.WAITING.value
    occurrence = str(announcement.id)
    add(
        [
            row(announcement_id=announcement.id, meeting_id=one, occurrence=occurrence, due_at=now, state=state)
            for one in ids
        ]
    )
    announcement.state = AnnouncementState.SENDING.value
    db.session.flush()
