"""Numbers as drawings: data in, geometry out. Templates loop over it and decide nothing.

Lengths across are in percent of the drawing's width, so that one drawing fits a phone and a desk and its words keep
their size; lengths down are in px. Where a page runs from right to left, everything across is counted from the right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

# The longest bar leaves room for its number beside it.
_LONGEST = 80.0
# A single family beside four hundred is still a bar.
_SHORTEST = 2.0
_ROW_HEIGHT = 24

# More bars than this are drawn by weeks, or by several weeks.
MOST_BARS = 40
_PLOT_TOP, _PLOT_HEIGHT, _AXIS_HEIGHT = 22, 138, 24
_BAR_SHARE = 0.7
# What there is room for at 320 px and at 640 px: px a digit of a number takes, ticks with their words.
_NARROW, _WIDE, _DIGIT, _SPACE = 280, 640, 8, 6
_MOST_TICKS = 8
_EDGE = 8.0


class Kind(StrEnum):
    """How certain it is that families will hear their language: solid, outlined, dashed."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOBODY = "nobody"


def kind_of(filled: int, seats: int) -> Kind:
    """The kind of a service with `filled` of `seats` seats confirmed; nothing arranged (0 seats) is nobody."""
    if filled <= 0:
        return Kind.NOBODY
    return Kind.COMPLETE if filled >= seats else Kind.PARTIAL


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle and the number beside it. `x`, `width`, `label_x` in percent, `y`, `height`, `label_y` in px."""

    x: float
    y: float
    width: float
    height: float
    value: int
    # The number as it is written, and what the bar stands for ("Apr 20"; "" where words stand beside it).
    text: str
    label: str
    kind: Kind
    label_x: float
    label_y: float
    # Whether there is room for the number on a phone, and on a wide page.
    narrow: bool = True
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """Words below the line of the days. `anchor` is SVG's: start, middle, end."""

    x: float
    text: str
    anchor: str
    narrow: bool


@dataclass(frozen=True, slots=True)
class Days:
    """Registrations a day. `cutoff_x`: where later requests are late, in percent, None where not in the picture.

    `every`: days a bar stands for (1, 7, 14, …). `most`: the highest bar, the earliest of several.
    """

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    baseline: int
    cutoff_x: float | None
    every: int
    total: int
    most: Bar | None


def demand(
    values: Sequence[tuple[int, Kind]], *, right_to_left: bool = False, words: Callable[[int], str] = str
) -> list[Bar]:
    """One bar for each (families, kind), in their order, all on one scale; `words` writes a number."""
    largest = max((value for value, _ in values), default=0)
    return [_lying(value, kind, largest, right_to_left, words) for value, kind in values]


def _lying(value: int, kind: Kind, largest: int, right_to_left: bool, words: Callable[[int], str]) -> Bar:
    # Rounded before anything is taken from it, so that bars end where they should.
    width = round(max(_SHORTEST, value / largest * _LONGEST), 2) if value > 0 else 0.0
    return Bar(
        x=_across(0.0, width, right_to_left),
        y=1,
        width=width,
        height=_ROW_HEIGHT - 2,
        value=value,
        text=words(value),
        label="",
        kind=kind,
        label_x=_across(width, 0.0, right_to_left),
        label_y=_ROW_HEIGHT - 7,
    )


def _across(start: float, width: float, right_to_left: bool) -> float:
    return round(100 - start - width if right_to_left else start, 2)


def registrations(
    counts: Sequence[tuple[date, int]],
    *,
    day: Callable[[date], str],
    words: Callable[[int], str] = str,
    cutoff: date | None = None,
    right_to_left: bool = False,
) -> Days:
    """Bars from the first day to the last; days left out had none.

    `day` writes a date (dates.short_day), `words` a number, `cutoff` is the last day that is in time. Raises ValueError
    for a negative count.
    """
    if any(count < 0 for _, count in counts):
        raise ValueError("A day has no fewer than 0 registrations.")
    bins, every = _bins(counts)
    largest = max((count for _, count in bins), default=0)
    frame = _Frame(len(bins), every, largest, right_to_left, _room([count for _, count in bins], words))
    bars = tuple(_standing(index, one, frame, day, words) for index, one in enumerate(bins))
    most = max(bars, key=lambda bar: bar.value, default=None)
    baseline = _PLOT_TOP + _PLOT_HEIGHT
    return Days(
        bars=bars,
        ticks=_ticks(bins, bars, day, right_to_left),
        height=baseline + _AXIS_HEIGHT,
        baseline=baseline,
        cutoff_x=_cutoff(bins, every, cutoff, right_to_left),
        every=every,
        total=sum(count for _, count in bins),
        most=most if most and most.value else None,
    )


def _bins(counts: Sequence[tuple[date, int]]) -> tuple[list[tuple[date, int]], int]:
    """(first day, count) of each bar, and how many days a bar stands for."""
    if not counts:
        return [], 1
    first, last = min(day for day, _ in counts), max(day for day, _ in counts)
    length = (last - first).days + 1
    every = 1 if length <= MOST_BARS else 7 * ceil(length / (7 * MOST_BARS))
    sums = [0] * ceil(length / every)
    for day, count in counts:
        sums[(day - first).days // every] += count
    return [(first + timedelta(days=every * index), count) for index, count in enumerate(sums)], every


def _room(values: Sequence[int], words: Callable[[int], str]) -> tuple[bool, bool]:
    """Whether every bar can carry its number on a phone, and on a wide page."""
    longest = max((len(words(value)) for value in values), default=0)
    needed = len(values) * (longest * _DIGIT + _SPACE)
    return needed <= _NARROW, needed <= _WIDE


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all bars of one drawing share; `roomy`: for every number, on a phone and on a wide page."""

    bars: int
    every: int
    largest: int
    right_to_left: bool
    roomy: tuple[bool, bool]


def _standing(
    index: int, one: tuple[date, int], frame: _Frame, day: Callable[[date], str], words: Callable[[int], str]
) -> Bar:
    first, value = one
    step = 100 / frame.bars
    width = step * _BAR_SHARE
    start = step * index + (step - width) / 2
    height = round(max(2.0, value / frame.largest * _PLOT_HEIGHT), 2) if value else 0.0
    top = _PLOT_TOP + _PLOT_HEIGHT - height
    shown = value > 0 and value == frame.largest
    return Bar(
        x=_across(start, width, frame.right_to_left),
        y=round(top, 2),
        width=round(width, 2),
        height=height,
        value=value,
        text=words(value),
        label=day(first) if frame.every == 1 else f"{day(first)} – {day(first + timedelta(days=frame.every - 1))}",
        kind=Kind.COMPLETE,
        label_x=_across(start + width / 2, 0.0, frame.right_to_left),
        label_y=round(top - 6, 2),
        narrow=shown or (value > 0 and frame.roomy[0]),
        wide=shown or (value > 0 and frame.roomy[1]),
    )


def _ticks(
    bins: Sequence[tuple[date, int]], bars: Sequence[Bar], day: Callable[[date], str], right_to_left: bool
) -> tuple[Tick, ...]:
    step = ceil(len(bins) / _MOST_TICKS) or 1
    return tuple(
        _tick(bars[index], day(bins[index][0]), index % (2 * step) == 0, right_to_left)
        for index in range(0, len(bins), step)
    )


def _tick(bar: Bar, text: str, narrow: bool, right_to_left: bool) -> Tick:
    middle, half = _across(bar.label_x, 0.0, right_to_left), bar.width / 2
    # Words at an edge of the drawing begin or end with their bar, so that they do not stick out.
    if middle < _EDGE:
        middle, anchor = middle - half, "start"
    elif middle > 100 - _EDGE:
        middle, anchor = middle + half, "end"
    else:
        anchor = "middle"
    return Tick(_across(middle, 0.0, right_to_left), text, anchor, narrow)


def _cutoff(bins: Sequence[tuple[date, int]], every: int, cutoff: date | None, right_to_left: bool) -> float | None:
    if cutoff is None or not bins:
        return None
    days = (cutoff - bins[0][0]).days + 1
    whole = len(bins) * every
    return _across(days / whole * 100, 0.0, right_to_left) if 0 <= days < whole else None


@dataclass(frozen=True, slots=True)
class Seat:
    """A circle: its middle in px from the start of the drawing."""

    x: int
    filled: bool


MOST_SEATS = 12
SEAT_WIDTH = 20


def seats(filled: int, total: int) -> list[Seat]:
    """The seats of a team, the confirmed ones first; none where there are more than one can count at a glance."""
    if total > MOST_SEATS:
        return []
    return [Seat(SEAT_WIDTH * index + SEAT_WIDTH // 2, index < filled) for index in range(total)]
