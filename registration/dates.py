"""Dates, times and numbers as families read them, in the zone of the meeting.

CLDR's patterns by Babel, with what Babel 2.18 gets wrong put right here and nowhere else: `hm` raises for zh_Hant,
the fallback between two half days and the thin spaces break in mail and copied text, and names in the "stand-alone"
context leak from one locale into another (aliases are resolved in dictionaries the locales share), so only the
"format" context is used. Spaces are ordinary or U+00A0, digits always Western.

Moments are aware datetimes in UTC; a naive one raises ValueError. (Results are kept by their arguments, and two local
datetimes that differ only in `fold` are one key.) Zones are IANA names, tags those of `languages`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel import dates as cldr
from babel import numbers as cldr_numbers

from registration import languages

NO_BREAK = "\u00a0"
_DASH = "\u2013"
_LONGEST_TILE_WORD = 10

# The tables that follow are by Babel locale, so that a pseudo-locale looks like the language it stands for.
_SEPARATORS = {
    "ar": "، ",
    "fa_AF": "، ",
    "ps": "، ",
    "am": "፣ ",
    "ti": "፣ ",
    "my": "၊ ",
    "zh_Hans": "，",
    "zh_Hant": "，",
}

# Before noon, the hour of noon, after it. CLDR has single letters here; the page's picture has words.
_HALF_DAYS = {"ar": ("صباحًا", "ظهرًا", "مساءً")}

_DAY_MONTH = {
    "en": "EEEE, MMMM d",
    "es_US": "EEEE, d 'de' MMMM",
    "vi": "EEEE, d MMMM",
    "ar": "EEEE، d MMMM",
    "am": "EEEE d MMMM",
    "so": "EEEE, MMMM d",
    "fr": "EEEE d MMMM",
    "ne": "MMMM d, EEEE",
    "ru": "EEEE, d MMMM",
    "zh_Hans": "M月d日EEEE",
    "zh_Hant": "M月d日 EEEE",
    "sw": "EEEE, d MMMM",
    "ti": "EEEE፣ d MMMM",
    "my": "MMMM d EEEE",
    "fa_AF": "EEEE d MMMM",
    "ps": "EEEE د MMMM d",
    "om": "EEEE, MMMM d",
}

# From which hour on which word holds. Speakers of these languages may count the hours from dawn, so that 5:30 is
# heard as 11:30; the word says which half of the day is meant (experience.md, "Dates and times").
_PARTS_OF_DAY: dict[str, tuple[tuple[int, str], ...]] = {
    "am": ((0, "ሌሊት"), (6, "ጥዋት"), (12, "ከሰዓት"), (18, "ምሽት")),
    "ti": ((0, "ለይቲ"), (6, "ንግሆ"), (12, "ድሕሪ ቀትሪ"), (18, "ምሸት")),
    "om": ((0, "halkan"), (6, "ganama"), (12, "waaree booda"), (18, "galgala")),
    "sw": ((0, "usiku"), (4, "alfajiri"), (7, "asubuhi"), (12, "mchana"), (16, "jioni"), (19, "usiku")),
}


@dataclass(frozen=True, slots=True)
class When:
    """What stands beside a clock: the day, the time or range of times, the name of the zone."""

    date: str
    time: str
    zone: str


@dataclass(frozen=True, slots=True)
class Tile:
    """The words of a date tile."""

    weekday: str
    day: str
    month: str


def _babel(tag: str) -> str:
    return languages.LANGUAGES[tag].babel


def _joint(tag: str) -> str:
    return _SEPARATORS.get(_babel(tag), ", ")


@lru_cache(maxsize=128)
def _locale(tag: str) -> Locale:
    return Locale.parse(_babel(tag))


@lru_cache(maxsize=128)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown: pass an aware datetime.")
    return moment.astimezone(_zone(zone))


def _clean(text: str) -> str:
    """`text` with plain spaces, Western digits and no invisible marks of direction."""
    text = re.sub("[\u202f\u2007]", NO_BREAK, text)
    text = re.sub("[\u2000-\u2006\u2008-\u200a]", " ", text)
    text = re.sub("[\u200e\u200f\u061c]", "", text)
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)


@lru_cache(maxsize=1024)
def _pattern(source: str) -> cldr.DateTimePattern:
    return cldr.parse_pattern(source)


def _write(local: datetime, source: str, tag: str) -> str:
    if local.day == 1 and _babel(tag) == "fr":
        source = re.sub(r"\bd\b", "d'er'", source)  # premier; CLDR's patterns cannot say it
    return _clean(_pattern(source).apply(local, _locale(tag)))


@lru_cache(maxsize=4096)
def full_date(moment: datetime, zone: str, tag: str) -> str:
    """Weekday, day, month and year: "Monday, May 10, 2027"."""
    return _write(_local(moment, zone), _locale(tag).date_formats["full"].pattern, tag)


@lru_cache(maxsize=4096)
def day_month(moment: datetime, zone: str, tag: str) -> str:
    """Weekday, day and month, for deadlines that are near: "Friday, May 7"."""
    return _write(_local(moment, zone), _DAY_MONTH.get(_babel(tag), "EEEE, d MMMM"), tag)


@lru_cache(maxsize=4096)
def month_year(moment: datetime, zone: str, tag: str) -> str:
    """Month and year: "May 2027"."""
    source = _locale(tag).datetime_skeletons["yMMMM"].pattern
    # Russian and Ukrainian have a form of their own for a month without a day; elsewhere see the top of this file.
    return _write(_local(moment, zone), source if tag in {"ru", "uk"} else source.replace("L", "M"), tag)


@lru_cache(maxsize=4096)
def short_day(day: date, tag: str) -> str:
    """Day and month as the axis of a drawing has room for them: "Apr 20"."""
    source = _locale(tag).datetime_skeletons["MMMd"].pattern
    return _write(datetime(day.year, day.month, day.day, tzinfo=UTC), source.replace("L", "M"), tag)


def counts_from_dawn(tag: str) -> bool:
    """Whether speakers may count hours from dawn, so that the English line should stand beside a time."""
    return tag in _PARTS_OF_DAY


@lru_cache(maxsize=4096)
def part_of_day(moment: datetime, zone: str, tag: str) -> str | None:
    """A word for the part of the day where speakers count hours from dawn (am, ti, om, sw), else None."""
    hour = _local(moment, zone).hour
    words = [word for start, word in _PARTS_OF_DAY.get(tag, ()) if start <= hour]
    return words[-1] if words else None


@lru_cache(maxsize=128)
def _has_half_days(tag: str) -> bool:
    return any(letter in _locale(tag).time_formats["short"].pattern for letter in "hK")


def _half_day(local: datetime, tag: str) -> str:
    afternoon = local.hour >= 12
    if words := _HALF_DAYS.get(_babel(tag)):
        return words[0 if local.hour < 12 else 1 if local.hour == 12 else 2]
    widths, name = _locale(tag).day_periods["format"], "pm" if afternoon else "am"
    return next(str(widths[width][name]) for width in ("abbreviated", "wide", "narrow") if name in widths[width])


def _write_time(local: datetime, source: str, tag: str) -> str:
    """`local` by a pattern of hours and minutes, its half day in our words (Babel knows neither ours nor B)."""

    def named(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith("'") else f"'{_half_day(local, tag)}'"

    source = re.sub(r"'[^']*'|[abB]+", named, source)
    # The half day belongs to its time: a line never breaks between them.
    return _write(local, re.sub(r"(?<=m) (?=')|(?<=') (?=h)", NO_BREAK, source), tag)


@lru_cache(maxsize=4096)
def time(moment: datetime, zone: str, tag: str) -> str:
    """Hours and minutes, by half days or by 24 hours as the language has it: "5:30 PM", "17:30"."""
    return _clock(_local(moment, zone), tag)


def _clock(local: datetime, tag: str) -> str:
    return _write_time(local, _locale(tag).time_formats["short"].pattern, tag)


@lru_cache(maxsize=4096)
def time_range(start: datetime, end: datetime, zone: str, tag: str) -> str:
    """From when to when: "5:30–6:30 PM"; with both days when it passes midnight."""
    first, last = _local(start, zone), _local(end, zone)
    if first.date() != last.date():
        joint = _joint(tag)
        days = [f"{day_month(each, zone, tag)}{joint}{time(each, zone, tag)}" for each in (start, end)]
        return f" {_DASH} ".join(days)
    if first.utcoffset() != last.utcoffset():
        # The clock is changed in between: 1:30–1:30 would say nothing without the zones.
        return f" {_DASH} ".join(f"{time(each, zone, tag)} ({zone_name(each, zone, tag)})" for each in (start, end))
    return _clock(first, tag) if first == last else _same_day_range(first, last, tag)


def _same_day_range(first: datetime, last: datetime, tag: str) -> str:
    halves = _has_half_days(tag)
    crosses_noon = halves and (first.hour < 12) != (last.hour < 12)
    field = "a" if crosses_noon else "h" if halves else "H"
    found = _locale(tag).interval_formats["hm" if halves else "Hm"].get(field)
    if found is None:
        return f" {_DASH} ".join((_clock(first, tag), _clock(last, tag)))
    return _spaced("".join(_write_time(each, source, tag) for each, source in zip((first, last), found, strict=True)))


def _spaced(text: str) -> str:
    """Dashes close between two bare numbers, with ordinary spaces between anything longer."""
    text = re.sub(rf"\s*{_DASH}\s*", f" {_DASH} ", text)
    return re.sub(rf"^(\D*[0-9]+:[0-9]+) {_DASH} (?=[0-9]+:[0-9]+)", rf"\1{_DASH}", text)


def _gmt(local: datetime) -> str:
    return cldr.get_timezone_gmt(local, width="long", locale="en")


def _cldr_zone_name(local: datetime, tag: str) -> str | None:
    locale = _locale(tag)
    try:
        name = cldr.get_timezone_name(local, width="long", locale=locale)
        offset = cldr.get_timezone_gmt(local, width="long", locale=locale)
    except (LookupError, AttributeError, NotImplementedError):
        return None  # rw, and other locales whose data has gaps
    return None if name == offset else _clean(name)


@lru_cache(maxsize=4096)
def zone_name(moment: datetime, zone: str, tag: str) -> str:
    """The zone's name on that day: "Mountain Daylight Time"; in English, then as an offset, where CLDR has none."""
    local = _local(moment, zone)
    return _cldr_zone_name(local, tag) or _cldr_zone_name(local, "en") or _gmt(local)


@lru_cache(maxsize=4096)
def when(start: datetime, end: datetime, zone: str, tag: str) -> When:
    """Date, time and zone of a meeting, to be set apart on a page. Over midnight, the time carries the second day."""
    first, last = _local(start, zone), _local(end, zone)
    range_ = time_range(start, end, zone, tag)
    if first.date() != last.date():
        range_ = f"{time(start, zone, tag)} {_DASH} {day_month(end, zone, tag)}{_joint(tag)}{time(end, zone, tag)}"
    return When(full_date(start, zone, tag), range_, zone_name(start, zone, tag))


@lru_cache(maxsize=4096)
def line(start: datetime, end: datetime, zone: str, tag: str) -> str:
    """Date, time, part of the day and zone in one line, for mails and calendar files."""
    parts = when(start, end, zone, tag)
    first, last = _local(start, zone), _local(end, zone)
    edges = (start, end) if (first.date(), first.hour < 12) != (last.date(), last.hour < 12) else (start,)
    words = list(dict.fromkeys(word for edge in edges if (word := part_of_day(edge, zone, tag))))
    unsaid = any(word not in parts.time for word in words)
    clock = f"{parts.time} ({f' {_DASH} '.join(words)})" if unsaid else parts.time
    shown = (parts.date, clock) if parts.zone in clock else (parts.date, clock, parts.zone)
    return _joint(tag).join(shown)


def _short_enough(wide: str, abbreviated: str) -> str:
    letters = sum(1 for each in wide if not unicodedata.category(each).startswith("M"))
    return wide if letters <= _LONGEST_TILE_WORD else abbreviated


@lru_cache(maxsize=4096)
def tile(moment: datetime, zone: str, tag: str) -> Tile:
    """The date as a sign; words past ten letters are abbreviated."""
    local, locale = _local(moment, zone), _locale(tag)
    days, months = locale.days["format"], locale.months["format"]
    weekday = _short_enough(days["wide"][local.weekday()], days["abbreviated"][local.weekday()])
    month = _short_enough(months["wide"][local.month], months["abbreviated"][local.month])
    if _babel(tag) in {"zh_Hans", "zh_Hant"}:
        month = f"{local.month}月"  # as the full date beside it, not 五月
    return Tile(_clean(weekday), str(local.day), _clean(month))


@lru_cache(maxsize=4096)
def small_tile(moment: datetime, zone: str, tag: str) -> Tile:
    """The date as a small sign, for deadlines: weekday and month abbreviated."""
    local, locale = _local(moment, zone), _locale(tag)
    weekday = locale.days["format"]["abbreviated"][local.weekday()]
    month = locale.months["format"]["abbreviated"][local.month]
    if _babel(tag) in {"zh_Hans", "zh_Hant"}:
        month = f"{local.month}月"
    return Tile(_clean(weekday), str(local.day), _clean(month))


@lru_cache(maxsize=4096)
def count(n: int, tag: str) -> str:
    """`n` in Western digits, grouped as the language groups them: "1,234", "1.234"."""
    return _clean(cldr_numbers.format_decimal(n, locale=_locale(tag), numbering_system="latn"))


def sortable(moment: datetime, zone: str) -> str:
    """Day and time as programs order them, for files: "2027-05-10 17:30"."""
    return f"{_local(moment, zone):%Y-%m-%d %H:%M}"
