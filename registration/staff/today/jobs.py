"""What Today looks at of interpreters. So many statements whatever there is; the long lists are bounded."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from registration.extensions import db
from registration.families.models import Demand, Outcome
from registration.interpretation import interpreters, settle, states
from registration.interpretation.briefing.models import Briefing, Material
from registration.interpretation.briefing.shown import files_by
from registration.interpretation.day.models import Alarm
from registration.interpretation.models import Assignment, Interpreter, Offer, Seat
from registration.meetings.models import InterpretationService, Meeting, MeetingStatus
from registration.staff.today.interpreting import (
    ASKED_FOR,
    EXPIRES_SOON,
    AlarmRow,
    ChangeRow,
    FilesRow,
    HoursRow,
    Interpreting,
    JobRow,
    OfferRow,
    OutcomeRow,
)

MOST = 10
# Whose hours nobody has told may have been there all the same.
UNSETTLED = (states.Assignment.CONFIRMED, states.Assignment.CHECKED_IN)


def found(meetings: Sequence[Meeting], now: datetime) -> Interpreting:
    """All of it; `meetings`: those ahead."""
    ids = [meeting.id for meeting in meetings]
    return Interpreting(
        accepted=_accepted(ids),
        offers=_offers(ids, now),
        alarms=_alarms(ids),
        files=_files(meetings),
        changes=[ChangeRow(number, name, at) for number, name, at in interpreters.unseen_changes()],
        hours=_hours(now),
        outcomes=_outcomes(now),
    )


def _jobs(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(InterpretationService, Interpreter.name, Assignment.sent_name, *columns)
        .select_from(Assignment)
        .join(Interpreter, Interpreter.id == Assignment.interpreter_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(InterpretationService, InterpretationService.id == Seat.service_id)
    )


def _modality(service: InterpretationService) -> str:
    return settle.key_of(service).modality.value


def _accepted(meeting_ids: Collection[int]) -> list[JobRow]:
    """Who waits to be confirmed, the longest waiting first."""
    query = _jobs(Assignment.meeting_id, Assignment.changed_at).where(
        Assignment.meeting_id.in_(meeting_ids), Assignment.state == states.Assignment.ACCEPTED
    )
    rows = db.session.execute(query.order_by(Assignment.changed_at, Assignment.id).limit(MOST))
    return [
        JobRow(meeting_id, service.language, _modality(service), sent or name, at)
        for service, name, sent, meeting_id, at in rows
    ]


def _offers(meeting_ids: Collection[int], now: datetime) -> list[OfferRow]:
    """Offers that expire soon, the next first."""
    query = (
        _jobs(Assignment.meeting_id, Offer.expires_at)
        .join(Offer, Offer.assignment_id == Assignment.id)
        .where(
            Assignment.meeting_id.in_(meeting_ids),
            Offer.state == states.Offer.SENT,
            Offer.expires_at > now,
            Offer.expires_at <= now + EXPIRES_SOON,
        )
    )
    rows = db.session.execute(query.order_by(Offer.expires_at, Offer.id).limit(MOST))
    return [
        OfferRow(meeting_id, service.language, _modality(service), sent or name, at)
        for service, name, sent, meeting_id, at in rows
    ]


def _alarms(meeting_ids: Collection[int]) -> list[AlarmRow]:
    query = (
        _jobs(Alarm)
        .join(Alarm, Alarm.assignment_id == Assignment.id)
        .where(Alarm.meeting_id.in_(meeting_ids), Alarm.settled_at.is_(None))
    )
    rows = db.session.execute(query.order_by(Alarm.raised_at, Alarm.id).limit(MOST))
    return [
        AlarmRow(
            assignment_id=alarm.assignment_id,
            meeting_id=alarm.meeting_id,
            danger=alarm.danger,
            name=sent or name,
            language=service.language,
            modality=_modality(service),
            at=alarm.raised_at,
        )
        for service, name, sent, alarm in rows
    ]


def _files(meetings: Sequence[Meeting]) -> list[FilesRow]:
    """Meetings whose files are expected and not here, or whose interpreters are certain and know nobody to call."""
    ids = [meeting.id for meeting in meetings]
    expected = select(Material.meeting_id, func.count()).where(
        Material.meeting_id.in_(ids), Material.link == "", Material.size.is_(None)
    )
    counted = db.session.execute(expected.group_by(Material.meeting_id))
    missing = {int(number): int(count) for number, count in counted}
    certain = (Assignment.meeting_id.in_(ids), Assignment.state.in_(states.CERTAIN))
    booked = set(db.session.scalars(select(Assignment.meeting_id).where(*certain).distinct()))
    query = select(Briefing).where(Briefing.meeting_id.in_(ids))
    written = {row.meeting_id: row for row in db.session.scalars(query)}
    rows = []
    for meeting in meetings:
        there = written.get(meeting.id)
        nobody = meeting.id in booked and not (there and (there.contact_name or there.contact_phone))
        if nobody or missing.get(meeting.id):
            rows.append(FilesRow(meeting.id, files_by(meeting, there), missing.get(meeting.id, 0), nobody))
    return rows


def _hours(now: datetime) -> HoursRow:
    query = select(func.count(), func.min(Assignment.ends_at)).where(
        Assignment.ends_at <= now, Assignment.state.in_(UNSETTLED)
    )
    number, since = db.session.execute(query).one()
    return HoursRow(int(number), since)


def _outcomes(now: datetime) -> list[OutcomeRow]:
    """Meetings that are over and of which somebody must still say what was served, the one that ended first."""
    same = (
        Outcome.meeting_id == Demand.meeting_id,
        Outcome.language == Demand.language,
        Outcome.modality == Demand.modality,
    )
    query = (
        select(Meeting.id, Meeting.ends_at, func.count())
        .join(Demand, Demand.meeting_id == Meeting.id)
        .where(
            Meeting.ends_at <= now,
            Meeting.ends_at > now - ASKED_FOR,
            Meeting.status == MeetingStatus.SCHEDULED,
            Demand.families > 0,
            ~select(Outcome.meeting_id).where(*same).exists(),
        )
        .group_by(Meeting.id, Meeting.ends_at)
        .order_by(Meeting.ends_at, Meeting.id)
        .limit(MOST)
    )
    return [OutcomeRow(number, ended_at, count) for number, ended_at, count in db.session.execute(query)]
