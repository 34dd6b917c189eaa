"""What Today looks at. Each query is bounded or costs the number of meetings ahead; none counts registrations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from registration.extensions import db
from registration.families.models import (
    ENDING,
    OWN_WORDS,
    Demand,
    InterpretationEvent,
    InterpretationRequest,
    Modality,
    Registration,
    Removal,
    Status,
)
from registration.interpretation.settle import modality_of
from registration.mail.models import OutboxMessage, State
from registration.meetings.completeness import state_of_texts
from registration.meetings.models import District, InterpretationService, Meeting, MeetingStatus, Mode, ServiceState
from registration.reminders.due import Reason
from registration.reminders.models import ReminderRun, RunState
from registration.staff.calls.waiting import Filter, calls
from registration.staff.removals.foreseen import UNDO_WITHIN
from registration.staff.today import jobs, retention
from registration.staff.today.due import CallsRow, DroppedRow, FamilyRow, Found, Mails, NotAnnouncedRow, RemovalRow
from registration.staff.today.interpreting import DemandRow
from registration.staff.today.things import MeetingRow, Policy

MOST_MEETINGS = 60
# Of each kind of family so many are shown; the next ones come up when these are done.
MOST_FAMILIES, MOST_DOUBLES = 5, 3
MOST_MESSAGES = 50
MOST_LATE = 2000
MOST_DROPPED = 10
# What did not go out because of what somebody decided needs nobody.
SURPRISES = (Reason.STALE, Reason.PLAN_CHANGED)


@dataclass(frozen=True, slots=True)
class Languages:
    """Of the languages of a meeting, how many are sure to be heard."""

    confirmed: int
    all: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """Meetings that are not over, with what they ask for and what is arranged, by meeting."""

    meetings: Sequence[Meeting]
    demand: Sequence[Demand]
    services: Sequence[InterpretationService]

    @property
    def ids(self) -> list[int]:
        """Their ids, in the order of their beginning."""
        return [meeting.id for meeting in self.meetings]

    def arranged(self, meeting_id: int, language: str, modality: str) -> bool:
        """Whether families will hear it, or have been told of another way."""
        settled = (ServiceState.CONFIRMED, ServiceState.ANOTHER_WAY)
        return any(
            one.meeting_id == meeting_id
            and one.language == language
            and one.state in settled
            and _modality(one) == modality
            for one in self.services
        )

    def languages(self, meeting_id: int) -> Languages:
        """The languages asked for or provided, and those confirmed."""
        services = [one for one in self.services if one.meeting_id == meeting_id]
        asked = {
            (row.language, row.modality)
            for row in self.demand
            if row.meeting_id == meeting_id and row.families and row.language != OWN_WORDS
        }
        sure = {(one.language, str(_modality(one))) for one in services if one.state == ServiceState.CONFIRMED}
        return Languages(len(sure), len(asked | {(one.language, str(_modality(one))) for one in services}))


def _modality(service: InterpretationService) -> Modality:
    return modality_of(Mode(service.mode))


def ahead(now: datetime) -> Ahead:
    """The next meetings."""
    query = select(Meeting).where(Meeting.ends_at > now).order_by(Meeting.starts_at, Meeting.id).limit(MOST_MEETINGS)
    meetings = db.session.scalars(query).all()
    ids = [meeting.id for meeting in meetings]
    demand = db.session.scalars(
        select(Demand).where(Demand.meeting_id.in_(ids)).order_by(Demand.meeting_id, Demand.language)
    )
    services = select(InterpretationService).where(InterpretationService.meeting_id.in_(ids))
    return Ahead(meetings, demand.all(), db.session.scalars(services).all())


def policy() -> Policy:
    """The days of notice of this district."""
    row = db.session.get(District, 1)
    if row is None:
        return Policy(3, 14, 28)
    return Policy(row.tell_by_days, row.spoken_notice_days, row.signed_notice_days)


def found(coming: Ahead, now: datetime, tell_by: timedelta) -> Found:
    """Everything that may need somebody."""
    ids = coming.ids
    coming_here = Registration.meeting_id.in_(ids)
    present = (Registration.status != Status.WITHDRAWN, Registration.erased_at.is_(None), coming_here)
    return Found(
        meetings=_meetings(coming.meetings),
        demand=_demand(coming),
        own_words=_own_words(coming),
        not_me=_families(Registration.not_me_at.is_not(None), *present),
        same_address=_families(
            Registration.same_address.is_(True),
            Registration.same_address_seen_at.is_(None),
            *present,
            most=MOST_DOUBLES,
        ),
        removals=_removals(now),
        dropped=_dropped(ids),
        not_announced=_not_announced(now),
        retention=retention.found(now),
        interpreting=jobs.found(coming.meetings, now),
        calls=_calls(now),
        failed=_mails(State.FAILED, now, tell_by),
        held=_mails(State.HELD, now, tell_by),
    )


def _meetings(meetings: Sequence[Meeting]) -> list[MeetingRow]:
    texts = state_of_texts([meeting.id for meeting in meetings])
    return [
        MeetingRow(
            id=meeting.id,
            starts_at=meeting.starts_at,
            published=meeting.published,
            held=meeting.status == MeetingStatus.SCHEDULED,
            missing={tag: state.missing for tag, state in texts[meeting.id].items() if state.missing},
            stale={tag: state.stale for tag, state in texts[meeting.id].items() if state.stale},
        )
        for meeting in meetings
    ]


def _demand(coming: Ahead) -> list[DemandRow]:
    late = _late(coming.ids)
    return [
        DemandRow(
            meeting_id=row.meeting_id,
            language=row.language,
            modality=row.modality,
            families=row.families,
            listeners=row.listeners,
            late=late.get((row.meeting_id, row.language, row.modality), 0),
            arranged=coming.arranged(row.meeting_id, row.language, row.modality),
        )
        for row in coming.demand
        if row.families and row.language != OWN_WORDS
    ]


def _stands() -> ColumnElement[bool]:
    ended = select(InterpretationEvent.id).where(
        InterpretationEvent.request_id == InterpretationRequest.id, InterpretationEvent.event.in_(ENDING)
    )
    return ~ended.exists()


def _late(meeting_ids: Collection[int]) -> dict[tuple[int, str, str], int]:
    """Families with seats that asked late, by meeting, language and modality. Late requests are few and indexed."""
    request = InterpretationRequest
    columns = (request.meeting_id, request.language, request.modality, request.registration_id)
    some = (
        select(*columns)
        .join(Registration, Registration.id == request.registration_id)
        .where(request.late, request.meeting_id.in_(meeting_ids), Registration.status == Status.REGISTERED, _stands())
        # Without an order the limit would take others each time. This is the order of the index of late requests.
        .order_by(request.meeting_id, request.registration_id, request.id)
        .limit(MOST_LATE)
        .subquery()
    )
    counted = select(some.c.meeting_id, some.c.language, some.c.modality, func.count(some.c.registration_id.distinct()))
    rows = db.session.execute(counted.group_by(some.c.meeting_id, some.c.language, some.c.modality))
    return {(meeting_id, language, modality): number for meeting_id, language, modality, number in rows}


def _own_words(coming: Ahead) -> list[FamilyRow]:
    asked = {
        row.meeting_id for row in coming.demand if row.language == OWN_WORDS and row.families + row.waiting_families
    }
    query = (
        select(InterpretationRequest, Registration.name)
        .join(Registration, Registration.id == InterpretationRequest.registration_id)
        .where(
            InterpretationRequest.meeting_id.in_(asked),
            InterpretationRequest.language == OWN_WORDS,
            Registration.status != Status.WITHDRAWN,
            _stands(),
        )
        .order_by(InterpretationRequest.id)
        .limit(MOST_FAMILIES)
    )
    rows = db.session.execute(query).all() if asked else ()
    return [
        FamilyRow(row.registration_id, row.meeting_id, row.created_at, name, row.own_words, row.id)
        for row, name in rows
    ]


def _families(*conditions: ColumnElement[bool], most: int = MOST_FAMILIES) -> list[FamilyRow]:
    query = select(Registration).where(*conditions).order_by(Registration.id).limit(most)
    rows = db.session.scalars(query)
    return [FamilyRow(row.id, row.meeting_id, row.not_me_at or row.created_at, row.name) for row in rows]


def _removals(now: datetime) -> list[RemovalRow]:
    query = select(Removal).where(Removal.undone_at.is_(None), Removal.at > now - UNDO_WITHIN)
    rows = db.session.scalars(query.order_by(Removal.id.desc()).limit(MOST_FAMILIES))
    return [RemovalRow(row.id, row.meeting_id, row.at, row.families) for row in rows]


def _calls(now: datetime) -> CallsRow:
    waiting = calls(Filter(), now, MOST_MESSAGES)
    if not waiting.calls:
        return CallsRow(0, None, ())
    tags: dict[str, int] = {}
    for call in waiting.calls:
        tags[call.registration.contact_language] = tags.get(call.registration.contact_language, 0) + 1
    by_number = tuple(sorted(tags.items(), key=lambda pair: (-pair[1], pair[0])))
    by = min(call.deadline for call in waiting.calls)
    return CallsRow(len(waiting.calls), by, by_number, waiting.after is not None)


def _mails(state: State, now: datetime, tell_by: timedelta) -> Mails:
    row = OutboxMessage
    query = select(row.send_at, row.expires_at).where(
        row.state == state, (row.expires_at.is_(None)) | (row.expires_at > now)
    )
    rows = db.session.execute(query.order_by(row.send_at).limit(MOST_MESSAGES + 1)).all()
    if not rows:
        return Mails(0, None)
    ends = [one.expires_at for one in rows if one.expires_at is not None]
    by = min(ends) - tell_by if ends else now
    return Mails(min(len(rows), MOST_MESSAGES), by, len(rows) > MOST_MESSAGES)


def _dropped(meeting_ids: Collection[int]) -> list[DroppedRow]:
    run = ReminderRun
    query = select(run.id, run.meeting_id, run.dropped_reason).where(
        run.meeting_id.in_(meeting_ids), run.state == RunState.DROPPED, run.dropped_reason.in_(SURPRISES)
    )
    rows = db.session.execute(query.order_by(run.due_at, run.id).limit(MOST_DROPPED))
    return [DroppedRow(row.id, row.meeting_id, row.dropped_reason or "") for row in rows]


def _not_announced(now: datetime) -> list[NotAnnouncedRow]:
    """Announcements among the failed messages, of which MOST_LATE are looked at."""
    row = OutboxMessage
    some = (
        select(row.mailing, row.expires_at)
        .where(row.state == State.FAILED.value, row.mailing.is_not(None), row.expires_at > now)
        .order_by(row.send_at, row.id)
        .limit(MOST_LATE)
        .subquery()
    )
    counted = select(some.c.mailing, func.count(), func.min(some.c.expires_at)).group_by(some.c.mailing)
    by_run = {int(mailing.removeprefix("run:")): (number, by) for mailing, number, by in db.session.execute(counted)}
    if not by_run:
        return []
    run = ReminderRun
    query = select(run.id, run.announcement_id).where(run.id.in_(by_run), run.announcement_id.is_not(None))
    found: dict[int, NotAnnouncedRow] = {}
    for run_id, named in db.session.execute(query):
        announcement_id = int(named or 0)
        number, by = by_run[run_id]
        before = found.get(announcement_id, NotAnnouncedRow(announcement_id, 0, by))
        found[announcement_id] = NotAnnouncedRow(announcement_id, before.number + number, min(before.by, by))
    return list(found.values())
