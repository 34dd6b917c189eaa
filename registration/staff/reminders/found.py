"""What the pages of reminders read: rules, runs, answers. Statements cost the number of rules, not of families."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from registration.extensions import db
from registration.families.models import OWN_WORDS, Demand, InterpretationRequest, Registration, Status
from registration.meetings.models import Meeting, MeetingStatus
from registration.reminders.models import ReminderRule, ReminderRun, RuleKind, RunState
from registration.staff.reminders.written import Whose

MOST_RUNS = 50
MOST_MEETINGS = 60


class Answers(NamedTuple):
    """What families that asked for one language answered to "Are you still coming?"."""

    language: str
    modality: str
    yes: int
    no: int
    open: int


def rules_of(whose: Whose) -> Sequence[ReminderRule]:
    """The rules of a meeting, those of its series after them; or those of a series."""
    rule = ReminderRule
    if whose.meeting_id is None:
        query = select(rule).where(rule.series_id == whose.series_id)
    else:
        series = select(Meeting.series_id).where(Meeting.id == whose.meeting_id).scalar_subquery()
        query = select(rule).where(or_(rule.meeting_id == whose.meeting_id, rule.series_id == series))
    return db.session.scalars(query.order_by(rule.series_id.is_not(None), rule.id)).all()


def rules_for(meetings: Collection[Meeting]) -> Sequence[ReminderRule]:
    """The rules of these meetings and of their series."""
    rule = ReminderRule
    mine = rule.meeting_id.in_([one.id for one in meetings])
    theirs = rule.series_id.in_({one.series_id for one in meetings})
    return db.session.scalars(select(rule).where(or_(mine, theirs)).order_by(rule.id)).all()


def runs_of(meeting_ids: Collection[int]) -> Sequence[ReminderRun]:
    """What was sent to these meetings by rules, the newest first."""
    run = ReminderRun
    query = select(run).where(run.meeting_id.in_(meeting_ids), run.rule_id.is_not(None))
    return db.session.scalars(query.order_by(run.due_at.desc(), run.id.desc()).limit(MOST_RUNS)).all()


def meetings_ahead(now: datetime, series_id: int | None = None) -> Sequence[Meeting]:
    """The next meetings that will be held, of one series or of all."""
    query = select(Meeting).where(Meeting.starts_at > now, Meeting.status == MeetingStatus.SCHEDULED)
    if series_id is not None:
        query = query.where(Meeting.series_id == series_id)
    return db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(MOST_MEETINGS)).all()


def answers(meeting: Meeting, asked_since: datetime | None) -> list[Answers]:
    """By language asked for, who said yes, who cannot come since then (None: not looked at), who is silent."""
    gone = _gone(meeting.id, asked_since) if asked_since else {}
    query = select(Demand).where(Demand.meeting_id == meeting.id, Demand.language != OWN_WORDS)
    found = [
        Answers(row.language, row.modality, row.said_yes, gone.get((row.language, row.modality), 0),
                max(row.families - row.said_yes, 0))
        for row in db.session.scalars(query)
    ]  # fmt: skip
    asked = [one for one in found if one.yes or one.no or one.open]
    return sorted(asked, key=lambda one: (-one.yes - one.no - one.open, one.language, one.modality))


def _gone(meeting_id: int, asked_since: datetime) -> dict[tuple[str, str], int]:
    request = InterpretationRequest
    query = (
        select(request.language, request.modality, func.count(request.registration_id.distinct()))
        .join(Registration, Registration.id == request.registration_id)
        .where(
            Registration.meeting_id == meeting_id,
            Registration.status == Status.WITHDRAWN,
            Registration.withdrawn_at >= asked_since,
        )
        .group_by(request.language, request.modality)
    )
    return {(language, modality): number for language, modality, number in db.session.execute(query)}


def asked_at(meeting_id: int) -> datetime | None:
    """When families of a meeting were asked last whether they still come."""
    query = (
        select(func.max(ReminderRun.due_at))
        .join(ReminderRule, ReminderRule.id == ReminderRun.rule_id)
        .where(
            ReminderRun.meeting_id == meeting_id,
            ReminderRule.kind == RuleKind.STILL_COMING,
            ReminderRun.state.not_in([RunState.WAITING, RunState.DROPPED]),
        )
    )
    return db.session.scalar(query)


class Coming(NamedTuple):
    """Families of a meeting by their answer; `open`: they have a place and have not answered."""

    yes: int
    no: int
    open: int


def coming(meeting: Meeting, asked_since: datetime) -> Coming:
    """The answers of all families of a meeting, two statements."""
    mine = Registration.meeting_id == meeting.id
    seated = db.session.scalar(select(func.count()).where(mine, Registration.status == Status.REGISTERED)) or 0
    left = (Registration.status == Status.WITHDRAWN, Registration.withdrawn_at >= asked_since)
    gone = db.session.scalar(select(func.count()).where(mine, *left)) or 0
    return Coming(meeting.said_yes, gone, max(seated - meeting.said_yes, 0))


def rules_by_id(ids: Collection[int]) -> dict[int, ReminderRule]:
    """These rules, by id."""
    query = select(ReminderRule).where(ReminderRule.id.in_(ids))
    return {rule.id: rule for rule in db.session.scalars(query)} if ids else {}
