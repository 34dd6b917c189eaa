"""An interpreter is told: a row in the outbox, in the transaction of what it tells of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from registration.families.tell import topic_of
from registration.interpretation.models import Assignment, Interpreter
from registration.mail.queue import enqueue
from registration.meetings.models import Meeting

SUBJECT = "assignment"

Message = Literal[
    "job_offer", "job_taken", "job_withdrawn", "job_confirmed", "job_released", "job_changed", "job_cancelled"
]
# That a job is off has to be told even when its old date is over.
STILL_NEWS = timedelta(days=14)


def tell(
    message: Message,
    assignment: Assignment,
    one: Interpreter,
    meeting: Meeting,
    *,
    occurrence: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Queue `message`; False for who has no email: staff call them."""
    if one.email is None:
        return False
    enqueue(
        message,
        subject=(SUBJECT, assignment.id),
        occurrence=occurrence,
        channel="mail",
        address=one.email,
        expires_at=max(meeting.ends_at, now + STILL_NEWS) if message == "job_cancelled" else meeting.ends_at,
        facts=facts,
        topic=topic_of(meeting.id),
    )
    return True
