"""What a call about a meeting's interpreters or a change of plan begins with, as sentences to read aloud."""

from collections.abc import Callable, Mapping

from registration.families import hearing
from registration.families.models import Registration
from registration.i18n import gettext
from registration.mail.letter import Queued
from registration.meetings import voices
from registration.meetings.shown import ChangeView, MeetingView

Say = Callable[[Registration, Queued, MeetingView], list[str]]


def _change(queued: Queued, view: MeetingView) -> ChangeView | None:
    return next((one for one in view.changes if one.id == queued.facts.get("change")), view.change)


def _reason(change: ChangeView | None) -> list[str]:
    return [str(change.reason)] if change is not None and change.reason else []


def _room(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    change = _change(queued, view)
    lines = [gettext("The room has changed"), gettext("New place: %(place)s", place=view.place or gettext("Online"))]
    if change is not None and change.place is not None:
        lines.append(gettext("Old place: %(place)s", place=change.place))
    return [*lines, gettext("Date and time stay the same."), *_reason(change)]


def _moved(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    change = _change(queued, view)
    again = change is not None and change.again
    lines = [gettext("The meeting has a new date") if again else gettext("The meeting was moved")]
    lines.append(gettext("New date: %(date)s, %(time)s", date=view.when.date, time=view.when.time))
    if change is not None and change.when is not None:
        lines.append(gettext("Old date: %(date)s, %(time)s", date=change.when.date, time=change.when.time))
    stays = gettext("You do not need to register again. If the new time does not suit you, please tell us.")
    return [*lines, stays, *_reason(change)]


def _online(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    change = _change(queued, view)
    lines = [gettext("The meeting is online now")]
    if change is not None and change.place is not None:
        lines.append(gettext("Please do not go to %(place)s.", place=change.place))
    part = gettext("You take part with a telephone or a computer. Date and time stay the same.")
    return [*lines, part, *_reason(change)]


def _postponed(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    waits = gettext("There is no new date yet. We will tell you. You do not need to register again.")
    return [gettext("The meeting is postponed"), waits, *_reason(_change(queued, view))]


def _cancelled(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    nothing = gettext("We are sorry. You do not need to do anything.")
    return [gettext("The meeting is cancelled"), nothing, *_reason(_change(queued, view))]


def _interpreter(_: Registration, queued: Queued, view: MeetingView) -> list[str]:
    asked = (queued.facts["language"], queued.facts["modality"])
    service = next((one for one in view.services if hearing.serves(one, *asked)), None)
    if service is None:
        return []
    lines = [voices.state_sentence(view, service)]
    if service.other is not None:
        lines.append(f"{service.other.title}, {service.other.line}")
    return lines


OPENINGS: Mapping[str, Say] = {
    "room_changed": _room,
    "moved": _moved,
    "now_online": _online,
    "postponed": _postponed,
    "cancelled": _cancelled,
    "interpreter_confirmed": _interpreter,
    "interpreter_another_way": _interpreter,
    "interpreter_looking": _interpreter,
}
