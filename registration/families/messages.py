"""Messages to families: what each says, in the family's language. Builders read and render; they never send."""

import re
from collections.abc import Callable, Mapping

from registration import clock, dates, i18n, links
from registration.families import demand, hearing, holder
from registration.families.calendar import calendar_file
from registration.families.models import OWN_WORDS, Attendance, Modality, Registration, Status
from registration.families.words import people
from registration.i18n import gettext
from registration.mail.letter import Attachment, Builder, Letter, Queued, Superseded
from registration.mail.render import render
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content, forget_version
from registration.meetings.shown import MeetingView, tongue

# What makes a text clickable in some reader of mail: such text of strangers is not repeated to an address.
ADDRESS = re.compile(r"://|www\.|@|[^\s.]\.[^\W\d_]{2,}", re.IGNORECASE)

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
}


def without_address(text: str) -> str:
    """`text`, or nothing where it holds what could be a web address."""
    return "" if ADDRESS.search(text) else text


def build(queued: Queued) -> Letter | Superseded:
    """The letter of a queued message, as things are now."""
    # The delivery loop lives in one context for days: what it has read of versions must not stay.
    forget_version()
    registration = holder.by_id(queued.subject_id)
    if registration is None or registration.erased_at is not None or registration.email is None:
        return Superseded("there is no address any more")
    if registration.not_me_at is not None:
        return Superseded("the owner of the address said: this is not me")
    meeting = registration.meeting
    if meeting.past or (meeting.status == MeetingStatus.CANCELLED and queued.message != "withdrawn"):
        return Superseded("the meeting is over or cancelled")
    if not HOLDS[queued.message](registration, queued):
        return Superseded(f"the registration is {registration.status} now, or was changed again")
    with i18n.spoken(registration.locale):
        return _letter(queued.message, registration, meeting)


def _letter(message: str, registration: Registration, meeting: Meeting) -> Letter:
    published = content(registration.locale)
    view = published.meeting(meeting.id)
    tokens = [links.token(purpose, registration.public_id, registration.link_version) for purpose in links.Purpose]
    own, not_me = tokens
    rendered = render(
        message,
        registration.locale,
        district=published.district,
        talk_hint=str(published.district.say),
        name=without_address(registration.name),
        code=registration.code,
        view=view,
        place=place_lines(registration, view),
        rows=rows(registration, view),
        desk=desk_line(meeting, registration),
        link=links.absolute("families.link", locale=registration.locale, token=own),
        not_me_link=links.absolute("families.not_me", locale=registration.locale, token=not_me),
    )
    return Letter(
        recipient=str(registration.email),
        locale=registration.locale,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=[_calendar(registration, meeting, view)],
        secrets=tokens,
        sender_name=str(published.district.name),
    )


def _calendar(registration: Registration, meeting: Meeting, view: MeetingView) -> Attachment:
    method = "CANCEL" if registration.status == Status.WITHDRAWN else "PUBLISH"
    kind = f'text/calendar; method={method}; charset=utf-8; name="{view.slug}.ics"'
    return Attachment(f"{view.slug}.ics", kind, calendar_file(registration, meeting, view))


def place_lines(registration: Registration, view: MeetingView) -> list[str]:
    """Where, a line each."""
    if registration.attendance == Attendance.ONLINE or view.place is None:
        return [gettext("Online"), gettext("We send you the way in before the meeting.")]
    return [view.place.line, view.place.address]


def rows(registration: Registration, view: MeetingView) -> list[tuple[str, list[str]]]:
    """What was asked for and what is true of it. Needs are never here: the address may be somebody else's."""
    return [
        (gettext("Where"), place_lines(registration, view)),
        (gettext("Language"), [gettext("The meeting is in %(language)s.", language=view.floor.name)]),
        (gettext("Interpreter"), interpreter_lines(registration, view)),
        (gettext("Who comes"), [people(registration.adults, registration.children)]),
        (gettext("Recording"), [recording(view.recording)]),
    ]


def interpreter_lines(registration: Registration, view: MeetingView) -> list[str]:
    """Each request and what is true of it."""
    district, now = content(view.locale).district, clock.now()
    lines = []
    for request in demand.active(registration):
        said = hearing.state(view, request, district, now)
        lines.append(
            f"{_asked_for(request.language, request.modality, request.own_words, view.locale)}: {said}".lstrip(": ")
        )
    if registration.call_me:
        lines.append(gettext("We will call you about the interpreter."))
    return lines or [gettext("You asked for no interpreter.")]


def _asked_for(language: str, modality: str, own_words: str, locale: str) -> str:
    if modality == Modality.CAPTIONS:
        return gettext("Captions")
    if language == OWN_WORDS:
        return without_address(own_words)
    return tongue(language, locale).own_name


def recording(kind: str) -> str:
    """Whether the meeting is recorded, in words."""
    words = {
        "no": gettext("No. The meeting is not recorded."),
        "yes": gettext("Yes, with picture and sound. There are seats that the camera does not see."),
        "audio": gettext("Yes, the sound only. There is no picture."),
    }
    return words[kind]


def desk_line(meeting: Meeting, registration: Registration) -> str:
    """What somebody at the front desk reads on the family's telephone, in English."""
    view = content(i18n.SOURCE).meeting(meeting.id)
    when = dates.line(view.starts_at, view.ends_at, view.time_zone, i18n.SOURCE)
    where = view.place.line if view.place and registration.attendance == Attendance.IN_PERSON else "online"
    return f"{view.title}, {when}, {where}. Code {registration.code}."


BUILDERS: Mapping[str, Builder] = dict.fromkeys(HOLDS, build)
