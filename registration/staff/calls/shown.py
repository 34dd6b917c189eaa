"""Calls as pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from registration import dates, i18n, languages, phones
from registration.families.models import CallResult, PhoneCall, Registration
from registration.i18n import gettext
from registration.meetings.published import content
from registration.meetings.shown import MeetingView, Tongue, tongue
from registration.staff.calls.waiting import Call
from registration.staff.mail import kinds


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a family by telephone, and in which language."""

    language: Tongue
    lang: str
    written: bool
    phone: str
    phone_href: str


@dataclass(frozen=True, slots=True)
class CallShown:
    """A call in the list. `today`: its deadline is today or over."""

    registration: Registration
    view: MeetingView
    contact: Contact
    about: str
    tile: dates.Tile
    today: bool
    before: str


def calls(found: Sequence[Call], now: datetime) -> list[CallShown]:
    """The calls of a page, in the language just spoken."""
    views = content(i18n.speaking()).meetings(list({call.registration.meeting_id for call in found}))
    by_id = {view.id: view for view in views}
    return [_call(call, by_id[call.registration.meeting_id], now) for call in found]


def _call(call: Call, view: MeetingView, now: datetime) -> CallShown:
    registration, tag = call.registration, i18n.speaking()
    zone = ZoneInfo(view.time_zone)
    due, present = (moment.astimezone(zone).date() for moment in (call.deadline, now))
    by_meeting = call.deadline == view.starts_at
    day = dates.day_month(call.deadline, view.time_zone, tag)
    return CallShown(
        registration=registration,
        view=view,
        contact=contact(registration),
        about=", ".join(dict.fromkeys(kinds.name(message.message) for message in call.messages)),
        tile=dates.small_tile(call.deadline, view.time_zone, tag),
        today=due <= present,
        before=gettext("Before the meeting") if by_meeting else gettext("By %(day)s", day=day),
    )


def can_be_read(tag: str) -> bool:
    """Whether there is a script in this language; for all others an interpreter on the telephone is needed."""
    return tag in current_app.config["LANGUAGES"]


def contact(registration: Registration) -> Contact:
    """As the page of a call shows it."""
    tag = registration.contact_language
    return Contact(
        language=tongue(tag, i18n.speaking()),
        lang=languages.html_lang(tag),
        written=can_be_read(tag),
        phone=phones.display(registration.phone) if registration.phone else "",
        phone_href=phones.href(registration.phone) if registration.phone else "",
    )


def named(tag: str) -> Tongue:
    """A language of a script."""
    return tongue(tag, i18n.speaking())


def results() -> dict[CallResult, str]:
    """What can come of a call, in words."""
    return {
        CallResult.REACHED: gettext("Reached"),
        CallResult.MESSAGE_LEFT: gettext("Message left"),
        CallResult.NO_ANSWER: gettext("No answer"),
        CallResult.WRONG_NUMBER: gettext("Wrong number"),
    }


def what_next(result: CallResult) -> tuple[str, str]:
    """What is said once a call is noted, and how: words and their kind."""
    return {
        CallResult.REACHED: (gettext("Noted. The family knows."), "good"),
        CallResult.MESSAGE_LEFT: (gettext("Noted. The message counts as told."), "good"),
        CallResult.NO_ANSWER: (gettext("Noted. The call stays on the list. Please try again later."), "info"),
        CallResult.WRONG_NUMBER: (
            gettext("Noted. The message has failed. Look for another number, then change it here."),
            "warn",
        ),
    }[result]


def language_options(tags: Iterable[str]) -> list[tuple[str, str]]:
    """Languages to narrow the list to."""
    tag = i18n.speaking()
    named = [(one, languages.capitalised(languages.name_in(one, tag))) for one in tags]
    return [("", gettext("All")), *sorted(named, key=lambda pair: languages.sort_key(pair[1]))]


def made(calls_made: Iterable[tuple[PhoneCall, str]], zone: str) -> list[dict[str, str]]:
    """Calls that were made, with who made them, as a history."""
    words, tag = results(), i18n.speaking()
    return [
        {
            "when": f"{dates.day_month(call.at, zone, tag)}, {dates.time(call.at, zone, tag)}",
            "who": who,
            "what": gettext("Call: %(result)s", result=words[CallResult(call.result)]),
            "text": call.note,
            "dir": "auto",
        }
        for call, who in calls_made
    ]
