"""Many families at once: who is concerned by something, how each will be told, and telling them in few statements."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from registration.extensions import db
from registration.families.models import (
    ENDING,
    Attendance,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.tell import SUBJECT, Message, topic_of
from registration.mail.queue import Recipient, enqueue_many
from registration.meetings.models import Meeting, MeetingStatus

# A meeting that is called off has to be told of even when its old date is over.
STILL_NEWS = timedelta(days=14)
# Rows read and written at a time.
AT_A_TIME = 2000

Where = ColumnElement[bool]


class Numbers(NamedTuple):
    """Families that read one page language: told by mail, and to be called."""

    locale: str
    mail: int
    call: int


def everybody(meeting_id: int) -> Where:
    """Every family that is to come or waits."""
    return and_(
        Registration.meeting_id == meeting_id,
        Registration.status != Status.WITHDRAWN,
        Registration.not_me_at.is_(None),
    )


def in_the_room(meeting_id: int) -> Where:
    """Those who are to come to the room."""
    return and_(everybody(meeting_id), Registration.attendance == Attendance.IN_PERSON)


def ended() -> Where:
    """Whether a request stands no longer."""
    request = InterpretationEvent.request_id == InterpretationRequest.id
    return select(InterpretationEvent.id).where(request, InterpretationEvent.event.in_(ENDING)).exists()


def standing(meeting_id: int, language: str, modality: str) -> Where:
    """Requests of a meeting for one language and modality that nobody has ended."""
    return and_(
        InterpretationRequest.meeting_id == meeting_id,
        InterpretationRequest.language == language,
        InterpretationRequest.modality == modality,
        ~ended(),
    )


def asking(meeting_id: int, language: str, modality: str) -> Where:
    """Every family that asks for one language and modality."""
    asked = select(InterpretationRequest.registration_id).where(standing(meeting_id, language, modality))
    return and_(everybody(meeting_id), Registration.id.in_(asked))


def numbers(where: Where) -> list[Numbers]:
    """How many families will be told, by the page language they read and by how; the most first."""
    by_mail = func.sum(case((written(), 1), else_=0))
    query = select(Registration.locale, by_mail, func.count()).where(where).group_by(Registration.locale)
    found = [Numbers(locale, int(mail), total - int(mail)) for locale, mail, total in db.session.execute(query)]
    return sorted(found, key=lambda one: (-one.mail - one.call, one.locale))


def written() -> ColumnElement[bool]:
    """Whether a family is told by mail, as families.tell.channel decides it for one."""
    arrives = or_(Registration.bounced_at.is_(None), Registration.phone.is_(None))
    language = Registration.contact_language.in_(current_app.config["LANGUAGES"])
    return and_(Registration.email.is_not(None), language, arrives)


def tell_all(
    message: Message,
    meeting: Meeting,
    where: Where,
    *,
    now: datetime,
    occurrence: str,
    facts: Mapping[str, Any],
) -> int:
    """Queue `message` for every family of `where`, whose meeting is locked; how many they are.

    Nothing is told of a meeting that is over, unless it was called off.
    """
    expires_at = meeting.ends_at
    if meeting.status != MeetingStatus.SCHEDULED:
        expires_at = max(expires_at, now + STILL_NEWS)
    if expires_at <= now:
        return 0
    channel = case((written(), "mail"), else_="call")
    query = select(Registration.id, channel, Registration.email).where(where).order_by(Registration.id)
    told = 0
    # All are read before the first is written, since a driver may not do both at once.
    everyone = db.session.execute(query).all()
    for start in range(0, len(everyone), AT_A_TIME):
        some = [Recipient(*row) for row in everyone[start : start + AT_A_TIME]]
        enqueue_many(
            message,
            some,
            kind=SUBJECT,
            occurrence=occurrence,
            expires_at=expires_at,
            facts=facts,
            topic=topic_of(meeting.id),
        )
        told += len(some)
    return told
