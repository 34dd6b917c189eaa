"""The line from the voice in the room to each ear, in words: which languages can be heard, and how certain each is."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for

from registration import clock, dates, languages
from registration.i18n import gettext
from registration.meetings.models import Mode, ServiceState, Way
from registration.meetings.shown import MeetingView, ServiceView, Tongue, tongue

ICON = {Mode.SIGN: "hand", Mode.CAPTIONING: "captions"}
WAY_ICON: dict[Way | None, str] = {Way.TELEPHONE: "phone", Way.REMOTE: "screen", Way.OTHER_MEETING: "calendar"}


@dataclass(frozen=True, slots=True)
class Voice:
    """One node. `state`: solid (spoken in the room), outlined (interpreter there), dashed (not yet)."""

    kind: str
    state: str
    own_name: str = ""
    lang: str = ""
    dir: str = ""
    translated: str = ""
    sentence: str = ""
    # Another meeting to go to: its address and its words.
    href: str = ""
    link: str = ""


def _of(one: Tongue, kind: str, state: str, sentence: str) -> Voice:
    return Voice(kind, state, one.own_name, languages.html_lang(one.tag), one.dir, one.translated, sentence)


def with_other(voice: Voice, service: ServiceView | None) -> Voice:
    """The node with a link to the meeting that a service sends families to, where it does."""
    if service is None or service.state is not ServiceState.ANOTHER_WAY or service.other is None:
        return voice
    href = url_for("meetings.meeting", slug=service.other.slug)
    return replace(voice, href=href, link=f"{service.other.title}, {service.other.line}")


def confirmed_sentence(mode: Mode) -> str:
    """What a family should know of an interpretation that will be there."""
    return {
        Mode.SIMULTANEOUS: gettext("Interpreter confirmed. We give you a headset."),
        Mode.CONSECUTIVE: gettext("Interpreter confirmed. The interpreter speaks after each person."),
        Mode.WHISPERED: gettext("Interpreter confirmed. The interpreter sits beside you."),
        Mode.SIGN: gettext("Interpreter confirmed. Please sit near the front."),
        Mode.CAPTIONING: gettext("Captions confirmed. You read what is said."),
    }[mode]


def looking_sentence(view: MeetingView, now: datetime) -> str:
    """What is true while nobody is confirmed; names a day only while that day can still be kept."""
    if view.tell_by > now:
        return gettext(
            "We are still looking for an interpreter. We will tell you by %(day)s.",
            day=dates.day_month(view.tell_by, view.time_zone, view.locale),
        )
    return gettext("We are still looking for an interpreter.")


def another_way_sentence(service: ServiceView) -> str:
    """What a family can do where no interpreter comes, in one or two sentences; another meeting is named apart."""
    if service.way is Way.OTHER_MEETING and service.other is None:
        return gettext("No interpreter can come. There is another way. Please call us.")
    if service.mode is Mode.CAPTIONING:
        return {
            Way.REMOTE: gettext("We cannot show captions in the room. You read them on a telephone or a tablet."),
            Way.OTHER_MEETING: gettext("We cannot offer captions here. There are captions at another meeting."),
        }.get(service.way or Way.TELEPHONE, gettext("We cannot offer captions here. Please call us."))
    return {
        Way.TELEPHONE: gettext("No interpreter can come. An interpreter helps you by telephone."),
        Way.REMOTE: gettext("No interpreter can come. An interpreter helps you on a screen."),
        Way.OTHER_MEETING: gettext("No interpreter can come. There is another meeting in this language."),
        None: gettext("No interpreter can come. There is another way. Please call us."),
    }[service.way]


def state_sentence(view: MeetingView, service: ServiceView) -> str:
    """What is true of a service just now."""
    if service.state is ServiceState.CONFIRMED:
        return confirmed_sentence(service.mode)
    if service.state is ServiceState.ANOTHER_WAY:
        return another_way_sentence(service)
    return looking_sentence(view, clock.now())


def service_voice(view: MeetingView, service: ServiceView) -> Voice:
    """The node of a service."""
    sure = service.state is ServiceState.CONFIRMED
    kind = ICON.get(service.mode, "ear") if sure else WAY_ICON.get(service.way, "search")
    node = _of(service.tongue, kind, "outlined" if sure else "dashed", state_sentence(view, service))
    return with_other(node, service)


def floor_voice(view: MeetingView) -> Voice:
    """The node of the language the meeting is held in."""
    return _of(view.floor, "floor", "solid", gettext("Spoken in the room"))


def full(view: MeetingView) -> list[Voice]:
    """All nodes, with a sentence each, for the page of one meeting."""
    ask = Voice("plus", "dashed", gettext("Another language?"), sentence=gettext("Ask when you register. It is free."))
    return [floor_voice(view), *(service_voice(view, one) for one in view.services), ask]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a meeting in a list says of languages; the reader's own is always answered (`ask_for`: not yet there)."""

    floor: Tongue
    confirmed: tuple[Tongue, ...]
    looking: tuple[Tongue, ...]
    ask_for: Tongue | None


def brief(view: MeetingView) -> Brief:
    """A few short nodes for a meeting in a list."""
    own = own_languages(view.locale)
    known = {view.floor.tag, *(service.tongue.tag for service in view.services)}
    return Brief(
        floor=view.floor,
        confirmed=tuple(s.tongue for s in view.services if s.state is ServiceState.CONFIRMED),
        looking=tuple(s.tongue for s in view.services if s.state is not ServiceState.CONFIRMED),
        ask_for=None if known & set(own) else tongue(own[0], view.locale),
    )


def own_languages(locale: str) -> tuple[str, ...]:
    """What readers of a page language most likely speak: for the order of a list only, never kept on a registration."""
    if locale in ("zh-Hans", "zh-Hant"):
        return ("cmn", "yue")
    return (locale if languages.LANGUAGES[locale].spoken else "en",)
