"""What to say on the telephone: the facts of the mail as a few sentences to read aloud, in a page language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from registration import dates, i18n, languages
from registration.families.access import way_in
from registration.families.lines import interpreter_lines, place_lines
from registration.families.models import Registration, Status
from registration.i18n import gettext
from registration.mail.letter import Queued
from registration.meetings.published import content
from registration.meetings.shown import DistrictView, MeetingView
from registration.staff.calls import news

Say = Callable[[Registration, Queued, MeetingView], list[str]]


@dataclass(frozen=True, slots=True)
class Script:
    """Sentences to read aloud, and those for a machine that answers."""

    lang: str
    dir: str
    lines: tuple[str, ...]
    machine: tuple[str, ...]


def _confirmation(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("You are registered.")]


def _waiting(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("You are on the waiting list. All seats are taken. We call you when there are seats for you.")]


def _promoted(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("There are seats for you now. You were on the waiting list. Now you are registered.")]


def _changed(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("Your changes are saved. I will read to you what is registered now.")]


def _withdrawn(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("You are not coming. Thank you for telling us. If your plans change, you can register again.")]


def _link(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [gettext("You asked for the link to your registration. Your code is enough. We can also print it for you.")]


def _call_me(_: Registration, __: Queued, ___: MeetingView) -> list[str]:
    return [
        gettext("You asked us to call you about the interpreter."),
        gettext("Which language do you understand best? Does anybody in your family need another one?"),
        gettext("An interpreter is free. It does not change anything for your child or family."),
    ]


# What each message begins with; a change of plan adds its own.
OPENINGS: Mapping[str, Say] = {
    "confirmation": _confirmation,
    "waiting": _waiting,
    "promoted": _promoted,
    "changed": _changed,
    "withdrawn": _withdrawn,
    "link": _link,
    "call_me": _call_me,
    **news.OPENINGS,
}


def script(registration: Registration, messages: Sequence[Queued], locale: str) -> Script:
    """The script of one call, in `locale`, a page language. The registration has its requests and events loaded."""
    published = content(locale)
    view, district = published.meeting(registration.meeting_id), published.district
    with i18n.spoken(locale):
        hello = gettext("Hello. This is %(district)s.", district=district.name)
        lines = [f"{hello} {gettext('May I speak with %(name)s?', name=registration.name)}"]
        for message in messages:
            lines += OPENINGS[message.message](registration, message, view) if message.message in OPENINGS else _news()
        lines += _meeting(view)
        if registration.status != Status.WITHDRAWN:
            lines += _own(registration, view, district)
        if district.phone:
            lines.append(gettext("If anything changes, please call us: %(phone)s.", phone=district.phone))
        machine = [hello, gettext("Please call us: %(phone)s.", phone=district.phone) if district.phone else ""]
    return Script(languages.html_lang(locale), languages.direction(locale), tuple(lines), tuple(filter(None, machine)))


def _news() -> list[str]:
    return [gettext("There is news about the meeting.")]


def _meeting(view: MeetingView) -> list[str]:
    when = dates.line(view.starts_at, view.ends_at, view.time_zone, view.locale)
    return [gettext("The meeting is: %(title)s. It is on %(when)s.", title=view.title, when=when)]


def _own(registration: Registration, view: MeetingView, district: DistrictView) -> list[str]:
    where = ", ".join(place_lines(registration, view, way_in(registration)))
    heard = " ".join(interpreter_lines(registration, view, district))
    return [
        gettext("Where: %(place)s", place=where),
        gettext("Interpreter: %(words)s", words=heard),
        gettext("Your code is %(code)s. Show it at the door, or tell us your name.", code=spelled(registration.code)),
    ]


def spelled(code: str) -> str:
    """A code as one reads it aloud: letter by letter, in two groups."""
    return f"{' '.join(code[:3])}, {' '.join(code[3:])}"
