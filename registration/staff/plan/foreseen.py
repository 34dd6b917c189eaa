"""What families would be told by a decision that is not made yet: how many, how, and the very words.

The decision is carried out, read, and taken back by the caller, so that what is shown is what will be said. Nothing of
that may reach what is kept of published content, which other requests read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from registration import languages
from registration.families.audience import Numbers
from registration.families.messages import letter
from registration.families.models import Attendance, InterpretationRequest, Registration, Status
from registration.families.tell import Message
from registration.mail.kept import without_links
from registration.meetings.models import Meeting
from registration.meetings.published import Content

# A code as families have one; it opens nothing.
MADE_UP_CODE = "ABC234"


@dataclass(frozen=True, slots=True)
class Group:
    """Families that read one page language, and what they will read. `note` warns staff about the text."""

    own_name: str
    lang: str
    dir: str
    name: str
    mail: int
    call: int
    subject: str
    text: str
    note: str = ""


Request = tuple[str, str]  # language, modality


def groups(
    message: Message,
    meeting: Meeting,
    numbers: Iterable[Numbers],
    facts: Mapping[str, Any],
    *,
    now: datetime,
    speaking: str,
    requests: Sequence[Request] = (),
    note: Callable[[str], str] = lambda _: "",
    attendance: Attendance | None = None,
) -> list[Group]:
    """One group for each page language, with the message as a made-up family with these requests would get it.

    `attendance`: how that family takes part; in the room where there is one, when it is not said.
    """
    read = cache(Content)
    found = []
    for one in numbers:
        language = languages.LANGUAGES[one.locale]
        written = letter(message, made_up(meeting, one.locale, requests, now, attendance), facts, read)
        found.append(
            Group(
                own_name=language.own_name,
                lang=languages.html_lang(one.locale),
                dir=language.direction,
                name=languages.capitalised(languages.name_in(one.locale, speaking)),
                mail=one.mail,
                call=one.call,
                subject=written.subject,
                text=without_links(written.text, written.secrets).strip(),
                note=note(one.locale),
            )
        )
    return found


def made_up(
    meeting: Meeting, locale: str, requests: Sequence[Request], now: datetime, attendance: Attendance | None = None
) -> Registration:
    """A family of nobody, which is in no session, with these requests."""
    family = Registration(
        id=0,
        public_id="made-up",
        link_version=1,
        code=MADE_UP_CODE,
        meeting_id=meeting.id,
        status=Status.REGISTERED.value,
        attendance=(attendance or (Attendance.IN_PERSON if meeting.in_person else Attendance.ONLINE)).value,
        name="",
        email="family@example.org",
        locale=locale,
        contact_language=locale,
        adults=2,
        children=1,
        call_me=False,
        created_at=now,
        version=1,
        calendar_sequence=0,
    )
    set_committed_value(family, "meeting", meeting)
    set_committed_value(family, "requests", [_asked(*one, meeting, now) for one in requests])
    return family


def _asked(language: str, modality: str, meeting: Meeting, now: datetime) -> InterpretationRequest:
    asked = InterpretationRequest(
        meeting_id=meeting.id,
        language=language,
        modality=modality,
        own_words="",
        listeners=1,
        late=False,
        created_at=now,
    )
    set_committed_value(asked, "events", [])
    return asked
