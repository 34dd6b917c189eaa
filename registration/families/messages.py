"""Messages to families: what each says, in the family's language. Builders read and render; they never send."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from registration import i18n, links
from registration.families import holder, news
from registration.families.access import way_in
from registration.families.calendar import calendar_file, called_off
from registration.families.lines import desk_line, greeting_name, rows
from registration.families.models import Attendance, Registration, Status
from registration.mail.letter import Attachment, Builder, Letter, Queued, Superseded
from registration.mail.queue import said_later
from registration.mail.render import render
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import Content, content, forget_version
from registration.meetings.shown import MeetingView

# When a message still tells the truth.
HOLDS: Mapping[str, Callable[[Registration, Queued], bool]] = {
    "confirmation": lambda registration, _: registration.status == Status.REGISTERED,
    "waiting": lambda registration, _: registration.status == Status.WAITING,
    "promoted": lambda registration, _: registration.status == Status.REGISTERED,
    "changed": lambda registration, queued: (
        registration.status != Status.WITHDRAWN and queued.occurrence == str(registration.version)
    ),
    "withdrawn": lambda registration, _: registration.status == Status.WITHDRAWN,
    "link": lambda _, __: True,
    # It says the way in of now; a later one says no other.
    "way_in": lambda registration, queued: (
        (registration.attendance, registration.status) == (Attendance.ONLINE, Status.REGISTERED)
        and not said_later(queued)
    ),
    **news.HOLDS,
}

# What no mail says: people are to call.
CALLS: Mapping[str, Callable[[Registration, Queued], bool]] = {
    "call_me": lambda registration, _: registration.call_me and registration.status != Status.WITHDRAWN,
}


def untold(registration: Registration, queued: Queued) -> str | None:
    """Why a message is not to be told any more, by mail or by telephone; None where it still holds.

    The registration has its meeting loaded. Raises KeyError for a message that nobody knows.
    """
    if registration.erased_at is not None:
        return "there is no address any more"
    if registration.not_me_at is not None:
        return "the owner of the address said: this is not me"
    meeting = registration.meeting
    if not news.fits(meeting, queued.message):
        return "the meeting is over or called off"
    if not (HOLDS.get(queued.message) or CALLS[queued.message])(registration, queued):
        return f"the registration is {registration.status} now, or was changed again"
    return None


def build(queued: Queued) -> Letter | Superseded:
    """The letter of a queued message, as things are now."""
    # The delivery loop lives in one context for days: what it has read of versions must not stay.
    forget_version()
    registration = holder.by_id(queued.subject_id)
    if registration is None or registration.email is None:
        return Superseded("there is no address any more")
    if (reason := untold(registration, queued)) is not None:
        return Superseded(reason)
    return letter(queued.message, registration, queued.facts)


def letter(
    message: str, registration: Registration, told: Mapping[str, Any], read: Callable[[str], Content] = content
) -> Letter:
    """What `message` says to a family as things are now, in its language, whether or not it has an email.

    `told`: the facts kept with the message. `read`: where what is published is read from; previews of what is not yet
    decided must not go through what is kept.
    """
    with i18n.spoken(registration.locale):
        facts = news.facts(message, registration, read(registration.locale), told)
        return written(message, registration, registration.locale, facts, read)


def written(
    message: str,
    registration: Registration,
    locale: str,
    facts: Mapping[str, Any],
    read: Callable[[str], Content] = content,
    *,
    secrets: Iterable[str] = (),
    list_unsubscribe: str | None = None,
) -> Letter:
    """A letter to a family, all of it in `locale`, which is spoken now; `facts`: what its templates show besides."""
    published, meeting = read(locale), registration.meeting
    view = published.meeting(meeting.id)
    own = links.token(links.Purpose.MAILED, registration.public_id, registration.link_version)
    not_me = holder.address_token(links.Purpose.NOT_ME, registration)
    way = way_in(registration)
    shown = {
        "district": published.district,
        "talk_hint": str(published.district.say),
        "name": greeting_name(registration.name),
        "code": registration.code,
        "view": view,
        "way_in": way,
        "postponed": meeting.status == MeetingStatus.POSTPONED and message != "postponed",
        "rows": rows(registration, view, published.district, way),
        "desk": desk_line(read(i18n.SOURCE).meeting(meeting.id), registration),
        "link": links.absolute("families.link", locale=locale, token=own),
        "not_me_link": links.absolute("families.not_me", locale=locale, token=not_me),
    }
    rendered = render(message, locale, **{**shown, **facts})
    return Letter(
        recipient=str(registration.email),
        locale=locale,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=[_calendar(registration, meeting, view)],
        secrets=[own, not_me, *(way.secrets if way else ()), *secrets],
        list_unsubscribe=list_unsubscribe,
        sender_name=str(published.district.name),
    )


def _calendar(registration: Registration, meeting: Meeting, view: MeetingView) -> Attachment:
    method = "CANCEL" if called_off(registration, meeting) else "PUBLISH"
    kind = f'text/calendar; method={method}; charset=utf-8; name="{view.slug}.ics"'
    return Attachment(f"{view.slug}.ics", kind, calendar_file(registration, meeting, view))


BUILDERS: Mapping[str, Builder] = dict.fromkeys(HOLDS, build)
