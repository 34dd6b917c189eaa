"""Interpreters who have accepted and whom nobody has confirmed yet."""

from collections.abc import Collection

from sqlalchemy import select

from registration.extensions import db
from registration.interpretation import settle, states
from registration.interpretation.models import Assignment, Interpreter, Seat
from registration.meetings.models import InterpretationService
from registration.staff.today.due import JobRow

MOST = 10


def accepted(meeting_ids: Collection[int]) -> list[JobRow]:
    """Those of the meetings ahead, the longest waiting first."""
    query = (
        select(Assignment.meeting_id, InterpretationService, Interpreter.name, Assignment.changed_at)
        .join(Interpreter, Interpreter.id == Assignment.interpreter_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(InterpretationService, InterpretationService.id == Seat.service_id)
        .where(Assignment.meeting_id.in_(meeting_ids), Assignment.state == states.Assignment.ACCEPTED)
    )
    rows = db.session.execute(query.order_by(Assignment.changed_at, Assignment.id).limit(MOST))
    return [
        JobRow(meeting_id, service.language, settle.key_of(service).modality.value, name, at)
        for meeting_id, service, name, at in rows
    ]
