"""Where else in a series a language is heard."""

from sqlalchemy import or_, select

from registration import clock, i18n
from registration.extensions import db
from registration.families import audience
from registration.families.interpretation import MODES, Key
from registration.families.models import Modality
from registration.meetings.models import InterpretationService, Meeting, MeetingStatus, ServiceState
from registration.meetings.published import content


def others(meeting: Meeting, key: Key) -> list[tuple[int, str]]:
    """Meetings of the series where this language is heard, with their words."""
    confirmed = select(InterpretationService.meeting_id).where(
        InterpretationService.language == key.language,
        InterpretationService.mode.in_(MODES[key.modality]),
        InterpretationService.state == ServiceState.CONFIRMED,
    )
    heard: audience.Where = Meeting.id.in_(confirmed)
    if key.modality is Modality.SPOKEN:
        heard = or_(heard, Meeting.floor_language == key.language)
    query = select(Meeting.id).where(
        Meeting.published,
        Meeting.series_id == meeting.series_id,
        Meeting.id != meeting.id,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.starts_at > clock.now(),
        heard,
    )
    views = content(i18n.speaking()).meetings(list(db.session.scalars(query.order_by(Meeting.starts_at))))
    return [(view.id, f"{view.title}, {view.when.date}") for view in views]
