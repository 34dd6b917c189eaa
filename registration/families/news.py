"""What messages about a meeting itself say besides: its interpreters, and changes of plan. Nothing is sent here."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from registration import clock, languages, links
from registration.extensions import db
from registration.families import demand, hearing, words
from registration.families.models import Registration, Status
from registration.i18n import gettext
from registration.mail.letter import Queued
from registration.meetings import cards
from registration.meetings.models import (
    Change,
    InterpretationService,
    Meeting,
    MeetingChange,
    MeetingStatus,
    Mode,
    ServiceState,
)
from registration.meetings.published import Content
from registration.meetings.shown import ChangeView, MeetingView, OtherMeeting, tongue
from registration.meetings.voices import another_way_sentence, confirmed_sentence, looking_sentence

# A newer change of the same group makes an older message untrue.
WHEN = (Change.MOVED, Change.POSTPONED, Change.CANCELLED)
WHERE = (Change.ROOM, Change.ONLINE)

# Other meetings that a mail names.
MOST_OTHERS = 5

# What still goes out while a meeting is not held as announced, even when its old date is over.
CALLED_OFF: Mapping[MeetingStatus, frozenset[str]] = {
    MeetingStatus.POSTPONED: frozenset({"postponed", "withdrawn", "changed", "link"}),
    MeetingStatus.CANCELLED: frozenset({"cancelled", "withdrawn"}),
}


def fits(meeting: Meeting, message: str) -> bool:
    """Whether a meeting stands so that `message` makes sense at all: neither over nor called off."""
    if meeting.status == MeetingStatus.SCHEDULED:
        return not meeting.past
    return message in CALLED_OFF[MeetingStatus(meeting.status)]


def _interpreter(state: ServiceState) -> Callable[[Registration, Queued], bool]:
    def holds(registration: Registration, queued: Queued) -> bool:
        service = db.session.get(InterpretationService, queued.facts["service"], populate_existing=True)
        if service is None or (service.state, service.version) != (state, queued.facts["version"]):
            return False
        wanted = (queued.facts["language"], queued.facts["modality"])
        asks = any((one.language, one.modality) == wanted for one in demand.active(registration))
        return asks and registration.status != Status.WITHDRAWN

    return holds


def _newest(group: tuple[Change, ...]) -> Callable[[Registration, Queued], bool]:
    def holds(registration: Registration, queued: Queued) -> bool:
        if registration.status == Status.WITHDRAWN:
            return False
        query = select(func.max(MeetingChange.id)).where(
            MeetingChange.meeting_id == registration.meeting_id, MeetingChange.kind.in_(group)
        )
        newest: int | None = db.session.scalar(query)
        return newest is not None and newest == queued.facts["change"]

    return holds


HOLDS: Mapping[str, Callable[[Registration, Queued], bool]] = {
    "interpreter_confirmed": _interpreter(ServiceState.CONFIRMED),
    "interpreter_another_way": _interpreter(ServiceState.ANOTHER_WAY),
    "interpreter_looking": _interpreter(ServiceState.LOOKING),
    "room_changed": _newest(WHERE),
    "moved": _newest(WHEN),
    "now_online": _newest(WHERE),
    "postponed": _newest(WHEN),
    "cancelled": _newest(WHEN),
}


def facts(message: str, registration: Registration, published: Content, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates of `message` are given besides; nothing for messages about the family's own doings."""
    if message not in HOLDS:
        return {}
    view = published.meeting(registration.meeting_id)
    if message.startswith("interpreter_"):
        return _about_interpreter(view, told)
    found: dict[str, Any] = {"change": _change(view, told)}
    if message in ("postponed", "cancelled"):
        found["others"] = _others(registration, published)
        found["kept_until"] = words.kept_until(view)
    return found


def _change(view: MeetingView, told: Mapping[str, Any]) -> ChangeView | None:
    return next((change for change in view.changes if change.id == told["change"]), view.change)


def _about_interpreter(view: MeetingView, told: Mapping[str, Any]) -> dict[str, Any]:
    kind = (told["language"], told["modality"])
    service = next(one for one in view.services if hearing.serves(one, *kind))
    other = service.other if service.state is ServiceState.ANOTHER_WAY else None
    if service.state is ServiceState.CONFIRMED:
        sentence = confirmed_sentence(service.mode)
    elif service.state is ServiceState.ANOTHER_WAY:
        sentence = another_way_sentence(service)
    else:
        sentence = looking_sentence(view, clock.now())
    return {
        "asked": _named(kind[0], view.locale, service.mode),
        "captions": service.mode is Mode.CAPTIONING,
        "sentence": sentence,
        "other": other,
        "other_href": _href(other, view.locale) if other else "",
    }


def _named(language: str, locale: str, mode: Mode) -> str:
    if mode is Mode.CAPTIONING:
        return gettext("Captions")
    one = tongue(language, locale)
    return languages.capitalised(one.name) or one.own_name


def _href(other: OtherMeeting, locale: str) -> str:
    return links.absolute("meetings.meeting", locale=locale, slug=other.slug)


def other_meetings(registration: Registration, published: Content) -> list[MeetingView]:
    """Other meetings of the series that one can go to, those in a language the family asked for first."""
    meeting, now = registration.meeting, clock.now()
    query = select(Meeting).where(
        Meeting.published,
        Meeting.series_id == meeting.series_id,
        Meeting.id != meeting.id,
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.starts_at > now,
    )
    rows = list(db.session.scalars(query.order_by(Meeting.starts_at)))
    pairs = cards.in_reading_order(zip(rows, published.meetings([row.id for row in rows]), strict=True))
    asked = {request.language for request in demand.active(registration)}
    return sorted((view for _, view in pairs), key=lambda view: view.floor.tag not in asked)[:MOST_OTHERS]


def _others(registration: Registration, published: Content) -> list[tuple[str, str, str]]:
    """Title, time and address of each."""
    return [
        (
            str(view.title),
            f"{view.when.date}, {view.when.time} {view.when.zone}",
            links.absolute("meetings.meeting", locale=view.locale, slug=view.slug),
        )
        for view in other_meetings(registration, published)
    ]
