"""How lists about an interpreter are typed, a line each, and read back. Pure. The import reads the same.

Languages `en <> so simultaneous consecutive expert`, credentials `Court certificate; 1234; 2028-05-31; seen`, hours
`1 17:00-21:00` or `duty 1 08:00-15:00` (1 is Monday), days `2027-07-01 2027-07-14` or `free 2027-05-03`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from registration import languages
from registration.interpretation.details import Days, Direction, Proof, Week
from registration.interpretation.models import Hours, Level
from registration.meetings.models import Mode

T = TypeVar("T")

PAIR = re.compile(r"([\w-]+)\s*(<>|>)\s*([\w-]+)((?:\s+\w+)*)")
HOURS = re.compile(r"(duty\s+)?([1-7])\s+(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
SPOKEN = (Mode.SIMULTANEOUS, Mode.CONSECUTIVE, Mode.WHISPERED)


class NotReadable(ValueError):
    """A line that says nothing we know; `line` is what was typed."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def _lines(text: str, one: Callable[[str], Sequence[T]]) -> list[T]:
    found: list[T] = []
    for line in text.splitlines():
        if line.strip():
            try:
                found += [each for each in one(line.strip()) if each not in found]
            except (ValueError, KeyError) as wrong:
                raise NotReadable(line.strip()) from wrong
    return found


def directions(text: str) -> list[Direction]:
    """Directions, in the order typed; without modes, all that fit. Raises NotReadable."""
    return _lines(text, _direction)


def _direction(line: str) -> list[Direction]:
    parts = PAIR.fullmatch(line)
    if parts is None:
        raise ValueError(line)
    source, way, target, rest = parts[1], parts[2], parts[3], parts[4].split()
    for tag in (source, target):
        # A KeyError where we know no such language.
        languages.LANGUAGES[tag]
    if source == target:
        raise ValueError(line)
    level = next((Level(word) for word in rest if word in set(Level)), Level.WORKING)
    modes = tuple(Mode(word).value for word in rest if word not in set(Level))
    if not modes:
        signed = "signed" in {languages.LANGUAGES[tag].modality for tag in (source, target)}
        modes = (Mode.SIGN.value,) if signed else tuple(mode.value for mode in SPOKEN)
    first = Direction(source, target, modes, level)
    return [first, Direction(target, source, modes, level)] if way == "<>" else [first]


def proofs(text: str) -> list[Proof]:
    """Credentials. Raises NotReadable."""
    return _lines(text, _proof)


def _proof(line: str) -> list[Proof]:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) > 4 or not parts[0] or len(parts[0]) > 80 or (len(parts) > 1 and len(parts[1]) > 80):
        raise ValueError(line)
    kind, number, ends, seen = [*parts, "", "", ""][:4]
    if seen not in ("", "seen"):
        raise ValueError(line)
    return [Proof(kind, number, date.fromisoformat(ends) if ends else None, seen == "seen")]


def week(text: str) -> list[Week]:
    """Hours of the week. Raises NotReadable."""
    return _lines(text, _week)


def _week(line: str) -> list[Week]:
    parts = HOURS.fullmatch(line)
    if parts is None:
        raise ValueError(line)
    starts, ends = int(parts[3]) * 60 + int(parts[4]), int(parts[5]) * 60 + int(parts[6])
    if not 0 <= starts < ends <= 24 * 60 or int(parts[4]) > 59 or int(parts[6]) > 59:
        raise ValueError(line)
    return [Week((Hours.DUTY if parts[1] else Hours.FREE).value, int(parts[2]) - 1, starts, ends)]


def days(text: str) -> list[Days]:
    """Days off, or free. Raises NotReadable."""
    return _lines(text, _days)


def _days(line: str) -> list[Days]:
    words = line.split()
    free = words[0] == "free"
    found = [date.fromisoformat(word) for word in words[int(free) :]]
    if not 1 <= len(found) <= 2 or found[-1] < found[0]:
        raise ValueError(line)
    return [Days(found[0], found[-1], free)]


def of_directions(found: Iterable[Direction]) -> str:
    """Directions as they are typed; two that are alike in both directions stand in one line."""
    left, lines = list(found), []
    while left:
        one = left.pop(0)
        back = Direction(one.target, one.source, one.modes, one.level)
        both = back in left
        if both:
            left.remove(back)
        words = [*one.modes, *([] if one.level is Level.WORKING else [one.level.value])]
        lines.append(" ".join([one.source, "<>" if both else ">", one.target, *words]))
    return "\n".join(lines)


def of_proofs(found: Iterable[Proof]) -> str:
    """Credentials as they are typed."""
    rows = [(p.kind, p.number, p.ends_on.isoformat() if p.ends_on else "", "seen" if p.verified else "") for p in found]
    return "\n".join("; ".join(row).rstrip("; ") for row in rows)


def of_week(found: Iterable[Week]) -> str:
    """Hours as they are typed."""
    return "\n".join(
        f"{'duty ' if one.kind == Hours.DUTY else ''}{one.weekday + 1} {_clock(one.starts)}-{_clock(one.ends)}"
        for one in found
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def of_days(found: Iterable[Days]) -> str:
    """Days as they are typed."""
    return "\n".join(
        f"{'free ' if one.free else ''}{one.first}" + ("" if one.first == one.last else f" {one.last}") for one in found
    )
