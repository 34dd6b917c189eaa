"""An announcement as staff write it. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registration.staff.telling.own_words import Words


@dataclass(frozen=True, slots=True)
class Written:
    """What a form says. `meetings`: ids; `words` by page language; `per_minute` None for as fast as mail goes."""

    meetings: tuple[int, ...]
    audience: Mapping[str, Any]
    words: Mapping[str, Words]
    per_minute: int | None
