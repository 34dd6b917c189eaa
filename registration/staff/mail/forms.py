"""What the address of a list of messages says, and the forms that decide about messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from re import fullmatch

from registration import languages
from registration.forms import Form, a_day
from registration.mail.models import State
from registration.staff.mail.outbox import Place, Wanted

# Room for any name of a message; what is longer is none.
_LONGEST = 40


class Decision(Form):
    """A button that decides something; nothing but the token against forged requests."""


def wanted_of(arguments: Mapping[str, str]) -> Wanted:
    """What an address asks for. What it says wrong is not asked for."""
    meeting, message, language = (arguments.get(name, "").strip() for name in ("meeting", "message", "language"))
    return Wanted(
        meeting=int(meeting) if fullmatch(r"[0-9]{1,9}", meeting) else None,
        state=_state(arguments.get("state", "")),
        message=message if fullmatch(rf"[a-z][a-z0-9_-]{{0,{_LONGEST - 1}}}", message) else "",
        language=languages.canonical(language) or "",
        day=a_day(arguments.get("day", "")),
    )


def _state(text: str) -> State | None:
    return State(text) if text in [state.value for state in State] else None


def arguments_of(wanted: Wanted) -> dict[str, str]:
    """The same as an address says it."""
    said = {
        "meeting": "" if wanted.meeting is None else str(wanted.meeting),
        "state": wanted.state.value if wanted.state else "",
        "message": wanted.message,
        "language": wanted.language,
        "day": wanted.day.isoformat() if wanted.day else "",
    }
    return {name: value for name, value in said.items() if value}


def place_of(text: str) -> Place | None:
    """The place that a link to older or newer messages names."""
    found = fullmatch(r"([on])([0-9]{1,17})\.([0-9]{1,9})", text)
    if found is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(found[2]))
    return Place(moment, int(found[3]), found[1] == "n")
