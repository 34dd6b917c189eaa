"""Dates, times and numbers in every page language, against golden lines that were read one by one."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registration import dates
from registration.languages import LANGUAGES

pytestmark = pytest.mark.no_database

DENVER = "America/Denver"
GOLDEN = Path(__file__).parent / "golden" / "dates.json"
# After a change that is meant: write `golden_lines(TAGS)` there, and read every line that differs.
TAGS = [row.tag for row in LANGUAGES.values() if row.page and not row.tag.startswith("en-")]
CASES = {
    "the same half day": ("2027-05-10T23:30", "2027-05-11T00:30"),
    "crossing noon": ("2027-05-11T17:30", "2027-05-11T18:30"),
    "the day the clocks go back": ("2026-11-02T00:30", "2026-11-02T02:00"),
    "the day the clocks go forward": ("2027-03-14T22:30", "2027-03-15T00:00"),
    "over midnight": ("2027-05-11T05:30", "2027-05-11T06:30"),
    "the hour that comes twice": ("2026-11-01T07:30", "2026-11-01T08:30"),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = (utc("2027-05-10T23:30"), utc("2027-05-11T00:30"))


def golden_lines(tags: list[str]) -> dict[str, dict[str, str]]:
    """What the golden file holds: tag → case → one line of words."""
    lines: dict[str, dict[str, str]] = {}
    for tag in tags:
        lines[tag] = {name: dates.line(utc(start), utc(end), DENVER, tag) for name, (start, end) in CASES.items()}
        lines[tag]["tile"] = " | ".join(words(dates.tile(MONDAY[0], DENVER, tag)))
        lines[tag]["day and month"] = dates.day_month(MONDAY[0], DENVER, tag)
        lines[tag]["month and year"] = dates.month_year(MONDAY[0], DENVER, tag)
    return lines


def words(tile: dates.Tile) -> tuple[str, str, str]:
    return tile.weekday, tile.day, tile.month


@pytest.fixture(scope="module")
def golden() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("tag", TAGS)
def test_every_page_language_reads_as_its_golden_lines(tag: str, golden: dict[str, dict[str, str]]) -> None:
    assert golden_lines([tag])[tag] == golden[tag]


def test_the_golden_file_holds_the_page_languages_and_no_more(golden: dict[str, dict[str, str]]) -> None:
    assert list(golden) == TAGS


def test_the_order_in_which_languages_are_used_changes_nothing(golden: dict[str, dict[str, str]]) -> None:
    # Babel resolves aliases in dictionaries that locales share: what comes first may change what comes later.
    program = "import json, tests.test_dates as t;print(json.dumps(t.golden_lines(t.TAGS[::-1]), ensure_ascii=True))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment)
    assert json.loads(done.stdout) == golden


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_has_plain_spaces_and_western_digits(tag: str) -> None:
    start, end = MONDAY
    shown = [
        *(dates.line(utc(first), utc(last), DENVER, tag) for first, last in CASES.values()),
        dates.time(start, DENVER, tag),
        dates.month_year(start, DENVER, tag),
        dates.count(1234567, tag),
        *words(dates.tile(start, DENVER, tag)),
    ]
    text = "".join(shown)
    assert [hex(ord(each)) for each in text if each.isspace() and each not in " \N{NO-BREAK SPACE}"] == []
    assert [each for each in text if each.isdecimal() and not each.isascii()] == []
    assert not set(text) & {"\u200e", "\u200f", "\u061c", "\u202d", "\u202e"}
    assert end > start


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", dates.When("Monday, May 10, 2027", "5:30–6:30\xa0PM", "Mountain Daylight Time")),
        ("es", dates.When("lunes, 10 de mayo de 2027", "5:30–6:30\xa0p.m.", "hora de verano de las Montañas Rocosas")),
        ("vi", dates.When("Thứ Hai, 10 tháng 5, 2027", "17:30–18:30", "Giờ mùa hè miền núi")),
        ("zh-Hant", dates.When("2027年5月10日 星期一", "下午5:30至6:30", "山區夏令時間")),
    ],
)
def test_a_meeting_says_its_date_its_time_and_its_zone(tag: str, expected: dates.When) -> None:
    assert dates.when(*MONDAY, DENVER, tag) == expected


def test_the_zone_of_the_meeting_decides_the_day() -> None:
    moment = utc("2027-05-11T05:00")
    assert dates.full_date(moment, DENVER, "en") == "Monday, May 10, 2027"
    assert dates.full_date(moment, "America/New_York", "en") == "Tuesday, May 11, 2027"


def test_over_midnight_both_days_are_said() -> None:
    start, end = utc("2027-05-11T05:30"), utc("2027-05-11T06:30")
    assert dates.time_range(start, end, DENVER, "en") == ("Monday, May 10, 11:30\xa0PM – Tuesday, May 11, 12:30\xa0AM")
    assert dates.when(start, end, DENVER, "en").time == "11:30\xa0PM – Tuesday, May 11, 12:30\xa0AM"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2027-05-10T15:00", "2027-05-10T16:30", "9:00–10:30\xa0AM"),
        ("2027-05-10T18:00", "2027-05-10T19:30", "12:00–1:30\xa0PM"),
        ("2027-05-10T17:00", "2027-05-10T18:00", "11:00\xa0AM – 12:00\xa0PM"),
        ("2027-05-10T18:00", "2027-05-10T18:00", "12:00\xa0PM"),
    ],
)
def test_half_days_are_said_once_unless_they_differ(start: str, end: str, expected: str) -> None:
    assert dates.time_range(utc(start), utc(end), DENVER, "en") == expected


@pytest.mark.parametrize(
    ("zone", "tag", "expected"),
    [
        ("America/Denver", "rw", "Mountain Daylight Time"),
        ("America/Phoenix", "es", "hora estándar de las Montañas Rocosas"),
        ("America/New_York", "vi", "Giờ mùa hè miền Đông"),
        ("Etc/GMT+7", "es", "GMT-07:00"),
        ("UTC", "en", "Coordinated Universal Time"),
    ],
)
def test_a_zone_is_named_in_the_language_then_in_english_then_by_its_offset(zone: str, tag: str, expected: str) -> None:
    assert dates.zone_name(MONDAY[0], zone, tag) == expected


def test_a_zone_is_named_as_it_is_on_that_day() -> None:
    assert dates.zone_name(utc("2026-11-01T07:30"), DENVER, "en") == "Mountain Daylight Time"
    assert dates.zone_name(utc("2026-11-01T08:30"), DENVER, "en") == "Mountain Standard Time"


@pytest.mark.parametrize(
    ("tag", "moment", "expected"),
    [
        ("am", "2027-05-10T23:30", "ከሰዓት"),
        ("ti", "2027-05-10T23:30", "ድሕሪ ቀትሪ"),
        ("om", "2027-05-10T15:00", "ganama"),
        ("sw", "2027-05-10T23:30", "jioni"),
        ("sw", "2027-05-10T07:00", "usiku"),
        ("en", "2027-05-10T23:30", None),
    ],
)
def test_the_part_of_the_day_is_said_where_hours_count_from_dawn(tag: str, moment: str, expected: str | None) -> None:
    assert dates.part_of_day(utc(moment), DENVER, tag) == expected
    assert dates.counts_from_dawn(tag) == (expected is not None)
    if expected:
        assert expected in dates.line(utc(moment), utc(moment), DENVER, tag)


def test_a_tile_abbreviates_words_past_ten_letters_and_no_others() -> None:
    sunday = utc("2027-09-12T18:00")
    assert dates.tile(sunday, DENVER, "ru").weekday == "вс"
    assert dates.tile(sunday, DENVER, "en") == dates.Tile("Sunday", "12", "September")
    for row in LANGUAGES.values():
        if row.page:
            for day in range(6, 13):
                assert len(dates.tile(utc(f"2027-09-{day:02}T18:00"), DENVER, row.tag).weekday) <= 14


def test_the_first_of_a_month_is_ordinal_in_french() -> None:
    assert dates.full_date(utc("2026-11-01T18:00"), DENVER, "fr") == "dimanche 1er novembre 2026"
    assert dates.day_month(utc("2026-11-01T18:00"), DENVER, "fr") == "dimanche 1er novembre"
    assert dates.day_month(utc("2026-11-11T18:00"), DENVER, "fr") == "mercredi 11 novembre"


def test_numbers_are_grouped_as_the_language_groups_them() -> None:
    assert [dates.count(12345, tag) for tag in ("en", "es", "vi", "fr", "ar")] == [
        "12,345",
        "12,345",
        "12.345",
        "12\xa0345",
        "12,345",
    ]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        dates.full_date(datetime(2027, 5, 10, 17, 30), DENVER, "en")  # noqa: DTZ001 - the mistake itself


def test_a_deadline_says_weekday_day_and_month() -> None:
    assert dates.day_month(utc("2027-05-07T18:00"), DENVER, "en") == "Friday, May 7"
    assert dates.day_month(utc("2027-05-07T18:00"), DENVER, "es") == "viernes, 7 de mayo"
    assert dates.day_month(utc("2027-05-07T18:00"), DENVER, "vi") == "Thứ Sáu, 7 tháng 5"


@pytest.mark.parametrize("tag", TAGS)
def test_every_page_language_has_its_own_pattern_of_day_and_month(tag: str) -> None:
    assert LANGUAGES[tag].babel in dates._DAY_MONTH


@pytest.mark.parametrize("tag", TAGS)
def test_the_short_day_and_the_small_tile_fit_where_there_is_little_room(tag: str) -> None:
    day, tile = dates.short_day(MONDAY[0].date(), tag), dates.small_tile(MONDAY[0], DENVER, tag)
    assert "10" in day
    assert len(day) <= 12
    assert tile.day == "10"
    assert max(len(tile.weekday), len(tile.month)) <= 12
    assert tile.month in day or tag in ("zh-Hans", "zh-Hant")


def test_the_short_day_and_the_small_tile_are_abbreviated() -> None:
    assert [dates.short_day(MONDAY[0].date(), tag) for tag in ("en", "es", "vi")] == ["May 10", "10 may", "10 thg 5"]
    assert words(dates.small_tile(utc("2027-09-16T02:00"), DENVER, "en")) == ("Wed", "15", "Sep")
