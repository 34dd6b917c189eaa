"""What staff do of which families are told, in a line each, for the tests of messages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from registration.extensions import db
from registration.families.interpretation import Decided, Decision, Key, service_for, set_state
from registration.families.models import Modality
from registration.meetings.models import Meeting, Mode, Place, ServiceState, Way
from registration.staff.online.access import Access
from registration.staff.online.change_access import change_access
from registration.staff.plan.change_of_plan import Done, change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.conftest import NOW

REASON = {"en": "The heating is broken.", "es": "La calefacción no funciona.", "vi": "Hệ thống sưởi bị hỏng."}
ROOM = {"en": "hall", "es": "sala grande", "vi": "hội trường"}

# The messages that a change of plan brings.
CHANGES: dict[str, Kind] = {
    "room_changed": Kind.ROOM,
    "moved": Kind.MOVED,
    "now_online": Kind.ONLINE,
    "postponed": Kind.POSTPONED,
    "cancelled": Kind.CANCELLED,
}
STATES = {
    "interpreter_confirmed": ServiceState.CONFIRMED,
    "interpreter_another_way": ServiceState.ANOTHER_WAY,
    "interpreter_looking": ServiceState.LOOKING,
}


def meeting_in(language: str) -> Meeting:
    """The meeting ahead that is held in a language."""
    query = select(Meeting).where(Meeting.floor_language == language, Meeting.ends_at > NOW)
    return db.session.scalars(query.order_by(Meeting.starts_at)).one()


def decide(meeting: Meeting, language: str, state: ServiceState, **parts: Any) -> Decided:
    """Staff decide how a spoken language is interpreted; the caller commits."""
    given = {"modality": Modality.SPOKEN, "mode": Mode.SIMULTANEOUS, "way": None, "other": None, "tell": True} | parts
    key = Key(language, given["modality"])
    there = service_for(meeting.id, key)
    decision = Decision(state, given["mode"], given["way"], given["other"])
    version = there.version if there else 0
    return set_state(meeting.id, key, decision, version=version, by=None, now=NOW, tell=given["tell"])


def plan_of(kind: Kind, meeting: Meeting, **parts: Any) -> Plan:
    """A plan as staff would make it: a week later, another place, with a reason."""
    elsewhere = db.session.scalars(select(Place.id).where(Place.slug == "westwood-community-center")).one()
    made: dict[str, Any] = {"reason": REASON}
    if kind is Kind.ROOM:
        made |= {"place_id": elsewhere, "room": ROOM}
    if kind in (Kind.MOVED, Kind.AGAIN):
        made |= {"starts_at": later(meeting.starts_at), "ends_at": later(meeting.ends_at)}
    if kind is Kind.ONLINE:
        made |= {"access": Access("https://video.example.org/j/9137", "+1 303 555 0177", "48215")}
    return Plan(kind, **(made | parts))


def later(moment: datetime) -> datetime:
    """A week later at the same hour."""
    return moment + timedelta(days=7)


def replan(kind: Kind, meeting: Meeting, now: datetime = NOW, **parts: Any) -> Done:
    """A change of plan; the caller commits."""
    return change_of_plan(meeting.id, plan_of(kind, meeting, **parts), version=meeting.version, by=None, now=now)


# A way in as staff write it.
WAY_IN = Access("https://video.example.org/j/5521", "+1 303 555 0142", "77310")


def write_way_in(meeting: Meeting, ways: Mapping[str, Access] | None = None, *, tell: bool = True) -> int:
    """Another way in online; how many families are told. The caller commits."""
    given = {"": WAY_IN} if ways is None else ways
    return change_access(meeting.id, given, version=meeting.version, tell=tell, by=None, now=NOW).told


def announce(message: str, meeting: Meeting, language: str) -> None:
    """Let that happen of which a message tells; families of `language` are concerned."""
    if message in CHANGES:
        replan(CHANGES[message], meeting)
        return
    ways: dict[str, dict[str, Any]] = {
        "es": {"way": Way.OTHER_MEETING, "other": meeting_in("es").id},
        "vi": {"way": Way.REMOTE},
    }
    if STATES[message] is ServiceState.LOOKING:
        decide(meeting, language, ServiceState.CONFIRMED, tell=False)
    another = ways.get(language, {"way": Way.TELEPHONE}) if STATES[message] is ServiceState.ANOTHER_WAY else {}
    decide(meeting, language, STATES[message], mode=Mode.CONSECUTIVE, **another)
