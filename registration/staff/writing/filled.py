"""A meeting as its form shows it, and what differs between two of them."""

from datetime import datetime
from typing import Any

from registration import local
from registration.meetings.models import Meeting
from registration.staff.writing.forms import MeetingForm


def shown(meeting: Meeting) -> dict[str, Any]:
    """A meeting as the form shows it: what stands in each field."""
    zone = meeting.time_zone
    starts, ends = local.day_of(meeting.starts_at, zone), local.day_of(meeting.ends_at, zone)
    closes = meeting.childcare_closes_at
    return {
        "version": str(meeting.version),
        "slug": meeting.slug,
        "series": str(meeting.series_id),
        "floor_language": meeting.floor_language,
        "day": starts.isoformat(),
        "starts": _time(meeting.starts_at, zone),
        "ends": _time(meeting.ends_at, zone),
        "next_day": ends > starts,
        "time_zone": zone,
        "in_person": meeting.in_person,
        "place": str(meeting.place_id or ""),
        "online": meeting.online,
        "capacity": meeting.capacity,
        "online_capacity": meeting.online_capacity,
        "recording": meeting.recording,
        "childcare": meeting.childcare,
        "childcare_capacity": meeting.childcare_capacity,
        "childcare_closes": local.last_day_before(closes, zone).isoformat() if closes else "",
        **_edge_shown("opens", meeting.opens_at, zone),
        **_edge_shown("closes", meeting.closes_at, zone),
    }


def _time(moment: datetime, zone: str) -> str:
    return local.time_of(moment, zone).strftime("%H:%M")


def _edge_shown(name: str, moment: datetime | None, zone: str) -> dict[str, str]:
    day = local.day_of(moment, zone).isoformat() if moment else ""
    return {f"{name}_day": day, f"{name}_time": _time(moment, zone) if moment else ""}


def typed(form: MeetingForm) -> dict[str, Any]:
    """What stands in each field of a form."""
    return {field.name: field.data for field in form if field.name not in ("csrf_token", "version")}


def differs(one: Any, other: Any) -> bool:
    """Whether two values of a field say different things; nothing and an empty box are the same."""
    return (one or None) != (other or None)
