"""Meetings in a list: the one in the reader's language first, each with what it offers that reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from registration import dates
from registration.i18n import gettext
from registration.meetings import voices
from registration.meetings.availability import Phase, availability
from registration.meetings.models import Change, Meeting, ServiceState
from registration.meetings.shown import ChangeView, MeetingView, PlaceView


@dataclass(frozen=True, slots=True)
class Chip:
    """A word beside a title; kind: good, info or warn."""

    kind: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What components/card.html shows."""

    href: str
    title: str
    title_lang: str
    title_dir: str
    tile: dates.Tile
    when: dates.When
    place: PlaceView | None
    online: bool
    chip: Chip | None
    voices: voices.Brief | None
    action_href: str
    action_text: str
    # Whether something of it is a translation that nobody has checked (decision 008).
    unreviewed: bool = False


def _chip(meeting: Meeting, view: MeetingView, now: datetime) -> Chip | None:
    state = availability(meeting, now)
    if state.phase is Phase.CANCELLED:
        return Chip("warn", "alert", gettext("Cancelled"))
    if state.phase is Phase.POSTPONED:
        return Chip("warn", "alert", gettext("Postponed"))
    if view.change is not None and not meeting.past:
        return _changed(view.change)
    if state.phase is Phase.OPEN and state.full:
        return Chip("warn", "people", gettext("All seats are taken"))
    own = voices.own_languages(view.locale)
    if view.floor.tag in own:
        return Chip("info", "bubble", gettext("Held in %(language)s", language=view.floor.name))
    for tag in own:
        service = view.service(tag)
        if service is not None and service.state is ServiceState.CONFIRMED:
            return Chip("good", "check", gettext("With an interpreter into %(language)s", language=service.tongue.name))
    return None


def _changed(change: ChangeView) -> Chip:
    if change.kind is Change.ONLINE:
        return Chip("warn", "screen", gettext("Online now"))
    if change.kind is Change.ROOM:
        return Chip("warn", "pin", gettext("Another room"))
    return Chip("warn", "calendar", gettext("New date"))


def _action(meeting: Meeting, now: datetime) -> str:
    state = availability(meeting, now)
    if not state.open:
        return ""
    if state.full and state.online.value in ("none", "full"):
        return gettext("Join the waiting list")
    return gettext("Register")


def _unreviewed(view: MeetingView) -> bool:
    """Whether a card shows a translation that nobody has checked: its title, or where it is."""
    shown = (view.title, view.place.name, view.place.room) if view.place else (view.title,)
    return any(one.draft and not one.foreign for one in shown)


def card(meeting: Meeting, view: MeetingView, now: datetime) -> Card:
    """One meeting for a list."""
    action = _action(meeting, now)
    return Card(
        href=url_for("meetings.meeting", slug=view.slug),
        title=view.title.text,
        title_lang=view.title.lang if view.title.foreign else "",
        title_dir=view.title.dir if view.title.foreign else "",
        tile=view.tile,
        when=view.when,
        place=view.place,
        online=view.online,
        chip=_chip(meeting, view, now),
        voices=None if meeting.past else voices.brief(view),
        action_href=url_for("families.register", slug=view.slug) if action else "",
        action_text=action,
        unreviewed=_unreviewed(view),
    )


def in_reading_order(meetings: Iterable[tuple[Meeting, MeetingView]]) -> list[tuple[Meeting, MeetingView]]:
    """Meetings held in the reader's language first, then by date."""
    return sorted(
        meetings,
        key=lambda pair: (pair[1].floor.tag not in voices.own_languages(pair[1].locale), pair[1].starts_at, pair[1].id),
    )
