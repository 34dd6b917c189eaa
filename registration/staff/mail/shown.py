"""Messages as pages show them: words, links, languages. Plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from flask import current_app, url_for
from sqlalchemy import select

from registration import dates, i18n, languages
from registration.accounts.models import AuditEntry, Person
from registration.extensions import db
from registration.families.models import PhoneCall
from registration.families.tell import SUBJECT
from registration.i18n import gettext
from registration.mail.models import OutboxMessage, State
from registration.meetings.published import content
from registration.staff.mail import kinds
from registration.staff.mail.outbox import Entry
from registration.staff.mail.reasons import Reason, reason

# Under which the record names messages.
OBJECT = "message"


class Named(NamedTuple):
    """Words with a link; `href` "" where there is no such page. `dir`: of somebody's own words."""

    text: str
    href: str = ""
    lang: str = ""
    dir: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One message of a list."""

    id: int
    kind: str
    family: Named
    meeting: Named | None
    language: Named | None
    state: str
    when: str
    # When it is tried (again) by itself; "" where it is not.
    next_try: str
    tries: int
    reason: Reason | None


class Step(NamedTuple):
    """Something that happened to a message, as components/staff/records.html shows it."""

    at: datetime
    what: str
    who: str = ""
    text: str = ""

    @property
    def when(self) -> str:
        """The moment in words."""
        return moment(self.at)


def moment(at: datetime) -> str:
    """A moment in the district's zone, in the language spoken now."""
    zone, tag = current_app.config["TIME_ZONE"], i18n.speaking()
    return f"{dates.day_month(at, zone, tag)}, {dates.time(at, zone, tag)}"


def day(one: date) -> str:
    """A day in the language spoken now."""
    return dates.day_month(datetime.combine(one, time(12), UTC), "UTC", i18n.speaking())


def address(endpoint: str, **values: object) -> str:
    """The address of a page; "" where it is not built."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""  # type: ignore[arg-type]


def language(tag: str) -> Named | None:
    """A language by its name in the language spoken now."""
    if tag not in languages.LANGUAGES:
        return None
    return Named(languages.capitalised(languages.name_in(tag, i18n.speaking())))


def meetings(ids: Iterable[int | None]) -> dict[int, Named]:
    """Meetings by id, with their titles."""
    wanted = sorted({one for one in ids if one is not None})
    views = content(i18n.speaking()).meetings(wanted) if wanted else []
    return {
        view.id: Named(view.title.text, address("staff.meeting", meeting_id=view.id), view.title.lang, view.title.dir)
        for view in views
    }


def rows(entries: Sequence[Entry]) -> list[Row]:
    """The rows of a list."""
    known = meetings(entry.meeting_id for entry in entries)
    return [row(entry, known) for entry in entries]


def row(entry: Entry, known: dict[int, Named]) -> Row:
    """One message, of one of the meetings that are `known`."""
    message = entry.message
    waits = message.state in (State.QUEUED, State.HELD)
    return Row(
        id=message.id,
        kind=kinds.name(message.message),
        family=family(entry),
        meeting=known.get(entry.meeting_id) if entry.meeting_id is not None else None,
        language=language(entry.language),
        state=message.state,
        when=moment(message.sent_at or message.send_at),
        next_try=moment(message.send_at) if waits else "",
        tries=message.attempts,
        reason=reason(message.last_error),
    )


def family(entry: Entry) -> Named:
    """Whom a message is for."""
    if entry.message.subject_kind != SUBJECT or entry.name is None:
        return Named(gettext("Somebody who signs in"))
    if entry.erased:
        return Named(gettext("A family that deleted its data"))
    return Named(entry.name, address("staff.family", registration_id=entry.message.subject_id), dir="auto")


def history(message: OutboxMessage) -> list[Step]:
    """What happened to a message, the newest first."""
    steps = [Step(message.created_at, gettext("Put into the outbox"))]
    if message.first_tried_at is not None:
        steps.append(Step(message.first_tried_at, gettext("First try")))
    if message.sent_at is not None:
        steps.append(Step(message.sent_at, gettext("Sent")))
    return sorted([*steps, *_decisions(message), *_calls(message)], key=lambda step: step.at, reverse=True)


def _decisions(message: OutboxMessage) -> list[Step]:
    words = {
        "mail_retried": gettext("Sent again by hand"),
        "mail_let_go": gettext("Let go by hand"),
        "mail_stopped": gettext("Stopped"),
    }
    query = (
        select(AuditEntry.at, AuditEntry.action, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .where(AuditEntry.object_kind == OBJECT, AuditEntry.object_id == message.id)
    )
    found = db.session.execute(query.order_by(AuditEntry.id.desc()).limit(50))
    return [Step(one.at, words.get(one.action, one.action), one.name or "") for one in found]


def _calls(message: OutboxMessage) -> list[Step]:
    words = {
        "reached": gettext("Called: reached"),
        "message_left": gettext("Called: message left"),
        "no_answer": gettext("Called: no answer"),
        "wrong_number": gettext("Called: wrong number"),
    }
    query = (
        select(PhoneCall.at, PhoneCall.result, PhoneCall.note, Person.name)
        .outerjoin(Person, Person.id == PhoneCall.person_id)
        .where(PhoneCall.outbox_id == message.id)
    )
    found = db.session.execute(query.order_by(PhoneCall.id.desc()).limit(50))
    return [Step(one.at, words[one.result], one.name or "", one.note) for one in found]
