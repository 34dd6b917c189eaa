"""Changes of plan, in one language: what was true before, for the pages and mails that say so."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import select

from registration import dates
from registration.extensions import db
from registration.meetings.models import Change, Meeting, MeetingChange, MeetingStatus, Place
from registration.meetings.shown import ChangeView, OtherMeeting, PlaceView
from registration.meetings.texts import Said, Texts, Written, say

# More than these are of no use to a reader; the newest of each kind is always among them in practice.
MOST = 20


def of_meetings(meeting_ids: Collection[int]) -> dict[int, list[MeetingChange]]:
    """The changes of each meeting, the newest first."""
    found: dict[int, list[MeetingChange]] = defaultdict(list)
    query = select(MeetingChange).where(MeetingChange.meeting_id.in_(meeting_ids)).order_by(MeetingChange.id.desc())
    for change in db.session.scalars(query):
        if len(found[change.meeting_id]) < MOST:
            found[change.meeting_id].append(change)
    return found


def places_of(changes: Mapping[int, list[MeetingChange]]) -> dict[int, Place]:
    """The places where meetings were to be held before."""
    wanted = {change.before.get("place_id") for some in changes.values() for change in some} - {None}
    if not wanted:
        return {}
    return {place.id: place for place in db.session.scalars(select(Place).where(Place.id.in_(wanted)))}


def place_view(place: Place, room: Said, found: Texts, locale: str, first_language: str) -> PlaceView:
    """A place with one of its rooms."""

    def said(field: str) -> Said:
        return say(found, "place", place.id, field, locale, first_language)

    return PlaceView(
        name=said("name"),
        room=room,
        address=place.address,
        entrance=said("entrance"),
        parking=said("parking"),
        map_href="https://www.openstreetmap.org/search?query=" + quote_plus(place.address),
    )


def view(
    change: MeetingChange,
    zone: str,
    places: Mapping[int, Place],
    found: Texts,
    locale: str,
    first_language: str,
) -> ChangeView:
    """A change in `locale`; `zone`: the meeting's. `found` holds the texts of the change and of its place."""
    before = change.before
    place = places.get(before.get("place_id") or 0)
    room = _room(before.get("room") or {}, locale, first_language)
    return ChangeView(
        id=change.id,
        kind=Change(change.kind),
        at=change.at,
        when=_when(before, zone, locale),
        place=place_view(place, room, found, locale, first_language) if place is not None else None,
        status=MeetingStatus(before.get("status") or MeetingStatus.SCHEDULED),
        reason=say(found, "change", change.id, "reason", locale, first_language),
    )


def _when(before: Mapping[str, Any], zone: str, locale: str) -> dates.When | None:
    if "starts_at" not in before:
        return None
    start, end = (datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at"))
    return dates.when(start, end, before.get("time_zone") or zone, locale)


def _room(room: Mapping[str, str], locale: str, first_language: str) -> Said:
    written = {tag: Written(text, False) for tag, text in room.items()}
    return say({("change", 0, "room"): written}, "change", 0, "room", locale, first_language)


def other_meetings(meeting_ids: Collection[int]) -> dict[int, Meeting]:
    """The rows of meetings that families are sent to."""
    if not meeting_ids:
        return {}
    return {row.id: row for row in db.session.scalars(select(Meeting).where(Meeting.id.in_(meeting_ids)))}


def other_meeting(row: Meeting, found: Texts, locale: str, first_language: str) -> OtherMeeting:
    """A meeting that families are sent to; `found` holds its title."""
    title = say(found, "meeting", row.id, "title", locale, first_language)
    when = dates.when(row.starts_at, row.ends_at, row.time_zone, locale)
    return OtherMeeting(row.slug, title, when, dates.line(row.starts_at, row.ends_at, row.time_zone, locale))
