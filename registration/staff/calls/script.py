"""What to say on the telephone: the facts of the mail as a few sentences to read aloud, in a page language."""

from collections.abc import Sequence
from dataclasses import dataclass

from registration import dates, i18n, languages
from registration.families.access import way_in
from registration.families.lines import interpreter_lines, place_lines
from registration.families.models import Registration, Status
from registration.i18n import gettext
from registration.mail.letter import Queued
from registration.meetings.models import MeetingStatus
from registration.meetings.published import content
from registration.meetings.shown import DistrictView, MeetingView
from registration.staff.calls.openings import opening


@dataclass(frozen=True, slots=True)
class Script:
    """Sentences to read aloud, and those for a machine that answers."""

    lang: str
    dir: str
    lines: tuple[str, ...]
    machine: tuple[str, ...]


def script(registration: Registration, messages: Sequence[Queued], locale: str) -> Script:
    """The script of one call, in `locale`, a page language. The registration has its requests and events loaded."""
    published = content(locale)
    view, district = published.meeting(registration.meeting_id), published.district
    with i18n.spoken(locale):
        hello = gettext("Hello. This is %(district)s.", district=district.name)
        asked_for = gettext("May I speak with %(name)s?", name=registration.name)
        lines = [f"{hello} {asked_for}"]
        for message in messages:
            lines += opening(message, registration, published)
        held = registration.meeting.status == MeetingStatus.SCHEDULED
        lines += _meeting(view) if held else []
        if held and registration.status != Status.WITHDRAWN:
            lines += _own(registration, view, district)
        if district.phone:
            lines.append(gettext("If anything changes, please call us: %(phone)s.", phone=district.phone))
        machine = [hello, gettext("Please call us: %(phone)s.", phone=district.phone) if district.phone else ""]
    return Script(languages.html_lang(locale), languages.direction(locale), tuple(lines), tuple(filter(None, machine)))


def _meeting(view: MeetingView) -> list[str]:
    when = dates.line(view.starts_at, view.ends_at, view.time_zone, view.locale)
    return [gettext("The meeting is: %(title)s. It is on %(when)s.", title=view.title, when=when)]


def _own(registration: Registration, view: MeetingView, district: DistrictView) -> list[str]:
    where = ", ".join(place_lines(registration, view, way_in(registration)))
    # This is the call that is promised there.
    promised = gettext("We will call you about the interpreter.")
    heard = " ".join(line for line in interpreter_lines(registration, view, district) if line != promised)
    return [
        gettext("Where: %(place)s", place=where),
        *([gettext("Interpreter: %(words)s", words=heard)] if heard else []),
        gettext("Your code is %(code)s. Show it at the door, or tell us your name.", code=spelled(registration.code)),
    ]


def spelled(code: str) -> str:
    """A code as one reads it aloud: letter by letter, in two groups."""
    return f"{' '.join(code[:3])}, {' '.join(code[3:])}"
