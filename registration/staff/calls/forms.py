"""The forms of calls: what came of one, and what the list is narrowed to."""

from collections.abc import Mapping
from re import fullmatch
from typing import Any

from flask_babel import lazy_gettext
from wtforms import StringField

from registration import languages
from registration.families.models import CallResult
from registration.forms import Form, HiddenNumber, Lines
from registration.staff.calls.waiting import Filter


class CallForm(Form):
    """What came of a call. Its buttons say the result; the note is for staff only."""

    note = Lines(lazy_gettext("Note for staff"), most=1000)
    noted_before = HiddenNumber()
    result = StringField()

    @property
    def said(self) -> CallResult | None:
        """The result, None for one that there is not."""
        return CallResult(self.result.data) if self.result.data in [one.value for one in CallResult] else None


def filter_of(arguments: Mapping[str, str]) -> Filter:
    """What an address narrows the list to. What it says wrong is not asked for."""
    meeting, language = arguments.get("meeting", ""), arguments.get("language", "")
    return Filter(
        meeting_id=int(meeting) if fullmatch(r"[0-9]{1,9}", meeting) else None,
        language=language if language in languages.LANGUAGES else "",
    )


def arguments_of(only: Filter) -> dict[str, Any]:
    """The same as an address says it."""
    said = {"meeting": str(only.meeting_id or ""), "language": only.language}
    return {name: value for name, value in said.items() if value}
