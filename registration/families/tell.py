"""A family is told: a row in the outbox, in the transaction of what it tells of. Without email it is a call to make."""

from datetime import datetime
from typing import Literal

from flask import current_app

from registration.families.models import Registration
from registration.mail.models import OutboxMessage
from registration.mail.queue import Limited, enqueue
from registration.meetings.models import Meeting

SUBJECT = "registration"

Message = Literal[
    "confirmation",
    "waiting",
    "promoted",
    "changed",
    "withdrawn",
    "link",
    "call_me",
    "interpreter_confirmed",
    "interpreter_another_way",
    "interpreter_looking",
    "room_changed",
    "moved",
    "now_online",
    "way_in",
    "postponed",
    "cancelled",
]


def caused_by_family(registration: Registration) -> Limited | None:
    """How mail that a family causes itself is limited: not at all once it has opened the link in an earlier one."""
    return Limited.NOW if registration.link_opened_at is None else None


def topic_of(meeting_id: int) -> str:
    """What messages about a meeting are listed under."""
    return f"meeting:{meeting_id}"


def channel(registration: Registration) -> Literal["mail", "call"]:
    """How a family is told: by mail where it gave an address and we write its language, else by telephone.

    An address that takes no mail counts for none, unless there is no other way.
    """
    written = registration.contact_language in current_app.config["LANGUAGES"]
    arrives = registration.bounced_at is None or registration.phone is None
    return "mail" if registration.email and written and arrives else "call"


def tell(
    message: Message,
    registration: Registration,
    meeting: Meeting,
    *,
    now: datetime,
    occurrence: str,
    limited: Limited | None = None,
) -> OutboxMessage | None:
    """Queue `message`; None where nobody is to be told: after "this is not me", and when the meeting is over.

    `occurrence` tells apart what may be said several times; the same one is said once. `limited`: whether the mail
    counts against the limit of its address (mail/queue.py), where nobody has shown that they read mail there.
    """
    if registration.not_me_at is not None or meeting.ends_at <= now:
        return None
    return enqueue(
        message,
        subject=(SUBJECT, registration.id),
        occurrence=occurrence,
        # "Please call me" is asked of people, whatever else is written.
        channel="call" if message == "call_me" else channel(registration),
        address=registration.email,
        limited=limited if registration.email else None,
        expires_at=meeting.ends_at,
        topic=topic_of(meeting.id),
    )
