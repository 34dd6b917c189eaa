"""A reminder rule as staff write it. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registration.reminders.models import RuleKind
from registration.staff.telling.own_words import Words


class Whose(NamedTuple):
    """Whose rules are meant: of one meeting, or of a series; the other is None."""

    meeting_id: int | None
    series_id: int | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a form says. Times are minutes after midnight; `words` by page language, none for the built-in text."""

    kind: RuleKind
    days_before: int | None
    at_time: int | None
    hours_before: int | None
    quiet_from: int
    quiet_to: int
    audience: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
