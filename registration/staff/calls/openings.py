"""What a call begins with, by the message it stands for: the sentences of the mail, to be read aloud."""

from collections.abc import Callable, Mapping
from typing import Any

from registration import clock
from registration.families import news
from registration.families.access import way_in
from registration.families.models import Registration
from registration.i18n import gettext
from registration.mail.letter import Queued
from registration.meetings.published import Content
from registration.meetings.shown import ChangeView, MeetingView, OtherMeeting
from registration.reminders.messages import nearness, own_words
from registration.reminders.placeholders import fill
from registration.reminders.words import Words, choose, values

Facts = Mapping[str, Any]
Say = Callable[[MeetingView, Facts], list[str]]


def _confirmation(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("You are registered.")]


def _waiting(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("You are on the waiting list. All seats are taken. We call you when there are seats for you.")]


def _promoted(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("There are seats for you now. You were on the waiting list. Now you are registered.")]


def _changed(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("Your changes are saved. I will read to you what is registered now.")]


def _withdrawn(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("You are not coming. Thank you for telling us. If your plans change, you can register again.")]


def _link(_: MeetingView, __: Facts) -> list[str]:
    return [gettext("You asked for the link to your registration. Your code is enough. We can also print it for you.")]


def _call_me(_: MeetingView, __: Facts) -> list[str]:
    return [
        gettext("You asked us to call you about the interpreter."),
        gettext("Which language do you understand best? Does anybody in your family need another one?"),
        gettext("An interpreter is free. It does not change anything for your child or family."),
    ]


def _reason(change: ChangeView | None) -> list[str]:
    return [str(change.reason)] if change is not None and change.reason else []


def _moved(view: MeetingView, facts: Facts) -> list[str]:
    change: ChangeView | None = facts.get("change")
    again = change is not None and change.again
    lines = [gettext("The meeting has a new date") if again else gettext("The meeting was moved")]
    lines.append(gettext("New date: %(date)s, %(time)s", date=view.when.date, time=view.when.time))
    if change is not None and change.when is not None:
        lines.append(gettext("Old date: %(date)s, %(time)s", date=change.when.date, time=change.when.time))
    lines.append(gettext("You do not need to register again. If the new time does not suit you, please tell us."))
    return lines + _reason(change)


def _room(view: MeetingView, facts: Facts) -> list[str]:
    change: ChangeView | None = facts.get("change")
    lines = [gettext("The room has changed")]
    lines.append(gettext("New place: %(place)s", place=view.place or gettext("Online")))
    if change is not None and change.place is not None:
        lines.append(gettext("Old place: %(place)s", place=change.place))
    return [*lines, gettext("Date and time stay the same."), *_reason(change)]


def _online(_: MeetingView, facts: Facts) -> list[str]:
    change: ChangeView | None = facts.get("change")
    lines = [gettext("The meeting is online now")]
    if change is not None and change.place is not None:
        lines.append(gettext("Please do not go to %(place)s.", place=change.place))
    lines.append(gettext("You take part with a telephone or a computer. Date and time stay the same."))
    return lines + _reason(change)


def _way_in(_: MeetingView, __: Facts) -> list[str]:
    works_not = gettext("What we sent or told you before works no longer. I will read to you what is true now.")
    return [gettext("How you get in online has changed"), works_not, gettext("Date and time stay the same.")]


def _not_held(view: MeetingView) -> str:
    date, time = view.when.date, view.when.time
    return gettext("The meeting of %(date)s, %(time)s, will not take place.", date=date, time=time)


def _postponed(view: MeetingView, facts: Facts) -> list[str]:
    no_date = gettext(
        "There is no new date yet. We will tell you. If there is one by %(date)s, you do not need to register again.",
        date=facts["kept_until"],
    )
    lines = [gettext("The meeting is postponed"), _not_held(view), no_date]
    return lines + _reason(facts.get("change")) + _others(facts)


def _cancelled(view: MeetingView, facts: Facts) -> list[str]:
    sorry = gettext("We are sorry. You do not need to do anything.")
    return [gettext("The meeting is cancelled"), _not_held(view), sorry, *_reason(facts.get("change")), *_others(facts)]


def _others(facts: Facts) -> list[str]:
    others: list[tuple[str, str, str]] = facts.get("others") or []
    named = [f"{title}, {when}" for title, when, _ in others]
    return [gettext("Other meetings you can go to:"), *named] if named else []


def _confirmed(_: MeetingView, facts: Facts) -> list[str]:
    captions = gettext("Captions are confirmed")
    return [captions if facts["captions"] else gettext("Your interpreter is confirmed"), _asked(facts)]


def _another_way(_: MeetingView, facts: Facts) -> list[str]:
    other: OtherMeeting | None = facts["other"]
    lines = [gettext("There is another way to hear the meeting"), _asked(facts)]
    lines += [f"{other.title}, {other.line}"] if other is not None else []
    return [*lines, gettext("If this does not help you, please call us.")]


def _looking(_: MeetingView, facts: Facts) -> list[str]:
    stays = gettext("You do not need to do anything. Your request stays.")
    return [gettext("We are looking for an interpreter"), _asked(facts), stays]


def _asked(facts: Facts) -> str:
    return f"{facts['asked']}: {facts['sentence']}"


def _still_coming(_: MeetingView, __: Facts) -> list[str]:
    return [
        gettext("We have one question: are you still coming?"),
        gettext("Please tell us. Then we know for whom the interpreter comes, and which seats are free."),
    ]


def _same_day(view: MeetingView, __: Facts) -> list[str]:
    near = {"today": gettext("Your meeting is today"), "tomorrow": gettext("Your meeting is tomorrow")}
    return [near.get(nearness(view, clock.now()), gettext("Your meeting is soon"))]


OPENINGS: Mapping[str, Say] = {
    "still_coming": _still_coming,
    "same_day": _same_day,
    "confirmation": _confirmation,
    "waiting": _waiting,
    "promoted": _promoted,
    "changed": _changed,
    "withdrawn": _withdrawn,
    "link": _link,
    "call_me": _call_me,
    "moved": _moved,
    "room_changed": _room,
    "now_online": _online,
    "way_in": _way_in,
    "postponed": _postponed,
    "cancelled": _cancelled,
    "interpreter_confirmed": _confirmed,
    "interpreter_another_way": _another_way,
    "interpreter_looking": _looking,
}


def _own_words(said: Mapping[str, Words], registration: Registration, published: Content) -> list[str]:
    """What staff wrote, in the language of the call; on the telephone a link helps nobody, so the page is named."""
    chosen = choose(said, published.locale)
    if chosen is None:
        return []
    view = published.meeting(registration.meeting_id)
    filled = values(
        registration, view, published.district, way_in(registration), gettext("the page of your registration")
    )
    return [fill(chosen.subject, filled), *filter(None, fill(chosen.body, filled).splitlines())]


def opening(message: Queued, registration: Registration, published: Content) -> list[str]:
    """The sentences of one message, in the language of `published`, which is spoken now.

    The registration has its meeting, requests and events loaded. Raises KeyError for a message nobody knows.
    """
    view = published.meeting(registration.meeting_id)
    if (said := own_words(message.message, message.occurrence)) is not None:
        return _own_words(said, registration, published)
    facts = news.facts(message.message, registration, published, message.facts)
    return OPENINGS[message.message](view, facts)
