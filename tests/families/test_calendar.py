"""The calendar file of a registration: one UID for ever, a SEQUENCE that grows, and cancelling."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from registration import i18n
from registration.calendars import by_rule
from registration.families import calendar as files
from registration.families.codes import ALPHABET, LENGTH, new_code, read
from registration.families.models import Registration
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.steps import meeting, register, the_only
from tests.pages import Browser


def event(browser: Browser, locale: str = "en") -> tuple[Any, Any]:
    """The calendar and its only event, as the family gets them."""
    answer = browser.raw("get", f"/{locale}/registration/calendar.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="english-meeting.ics"' in answer.headers["Content-Disposition"]
    calendar = Calendar.from_ical(answer.data)
    (found,) = calendar.walk("VEVENT")
    return calendar, found


def test_the_file_holds_the_meeting_in_its_own_zone(browser: Browser) -> None:
    register(browser)
    calendar, found = event(browser)
    held = meeting()
    assert calendar["METHOD"] == "PUBLISH"
    assert (found.decoded("DTSTART"), found.decoded("DTEND")) == (held.starts_at, held.ends_at)
    assert found["DTSTART"].params["TZID"] == "America/Denver"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/Denver"]
    assert found["STATUS"] == "CONFIRMED"
    assert the_only().code in found["DESCRIPTION"]
    assert "Cottonwood High School" in found["LOCATION"]
    assert str(found["SUMMARY"]) == "Meeting in English"


def test_the_uid_stays_and_the_sequence_grows_with_every_change(browser: Browser) -> None:
    register(browser)
    _, first = event(browser)
    browser.send(browser.get("/en/registration/change").form("registration"), adults=2)
    _, second = event(browser)
    held = meeting()
    meeting(
        calendar_sequence=1, starts_at=held.starts_at + timedelta(hours=1), ends_at=held.ends_at + timedelta(hours=1)
    )
    _, third = event(browser)
    browser.send(browser.get("/en/registration/withdraw").form("registration"))
    calendar, fourth = event(browser)
    assert len({str(one["UID"]) for one in (first, second, third, fourth)}) == 1
    assert [one["SEQUENCE"] for one in (first, second, third, fourth)] == [0, 1, 2, 3]
    assert (calendar["METHOD"], fourth["STATUS"]) == ("CANCEL", "CANCELLED")
    assert the_only().public_id not in str(first["UID"])


def test_two_families_have_different_uids(browser: Browser, app: Flask) -> None:
    register(browser)
    other = Browser(app)
    register(other, email="b@example.org")
    assert event(browser)[1]["UID"] != event(other)[1]["UID"]


def test_who_waits_is_tentative_and_a_cancelled_meeting_is_cancelled(browser: Browser, app: Flask) -> None:
    meeting(capacity=1)
    register(Browser(app), email="b@example.org")
    register(browser)
    assert event(browser)[1]["STATUS"] == "TENTATIVE"
    meeting(status="cancelled")
    calendar, found = event(browser)
    assert (calendar["METHOD"], found["STATUS"]) == ("CANCEL", "CANCELLED")


def test_the_file_speaks_the_language_of_the_page(browser: Browser) -> None:
    register(browser)
    _, found = event(browser, "vi")
    assert found["SUMMARY"] == "Buổi họp bằng tiếng Anh"
    assert found["SUMMARY"].params["LANGUAGE"] == "vi"


def test_the_picture_of_the_code_is_served_as_a_picture(browser: Browser) -> None:
    register(browser)
    answer = browser.raw("get", "/en/registration/code.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")
    assert "<script" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_codes_are_six_characters_that_do_not_look_alike_and_make_no_words() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) > 1990
    assert {len(code) for code in codes} == {LENGTH} == {6}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set("0O1IAEU") & set(ALPHABET)


def test_a_code_is_read_however_it_is_typed() -> None:
    assert read(" k7m-4xp ") == read("K7M 4XP") == "K7M4XP"


def test_the_moment_of_the_file_is_that_of_the_change(browser: Browser) -> None:
    register(browser)
    assert event(browser)[1].decoded("DTSTAMP") == NOW


@given(
    code=st.text(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), min_size=6, max_size=6),
    number=st.integers(0, 10**6),
    sequence=st.integers(0, 10**6),
    minute=st.integers(0, 10**6),
    locale=st.sampled_from(["en", "es", "vi"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_file_filled_in_is_the_file_made_by_itself(
    app: Flask, code: str, number: int, sequence: int, minute: int, locale: str
) -> None:
    held = meeting()
    family = Registration(
        public_id=str(number), code=code, calendar_sequence=sequence, attendance="in_person", status="registered",
        created_at=NOW + timedelta(minutes=minute),
    )  # fmt: skip
    view = content(locale).meeting(held.id)
    with i18n.spoken(locale):
        filled = files.calendar_file(family, held, view)
        files._made.clear()
        written = f"{family.created_at:%Y%m%dT%H%M%SZ}"
        own = (files.uid(family).partition("@")[0], code, str(sequence + held.calendar_sequence), written)
        assert filled.decode() == files._file(own, view, False, "CONFIRMED")


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("zone", "daylight", "standard"),
    [
        ("America/Denver", ("20260308T020000", "BYDAY=2SU;BYMONTH=3"), ("20261101T020000", "BYDAY=1SU;BYMONTH=11")),
        ("Europe/Berlin", ("20260329T020000", "BYDAY=-1SU;BYMONTH=3"), ("20261025T030000", "BYDAY=-1SU;BYMONTH=10")),
        ("America/Phoenix", None, ("20260101T000000", None)),
    ],
)
def test_changes_of_the_clock_are_rules_that_every_calendar_program_knows(
    zone: str, daylight: tuple[str, str] | None, standard: tuple[str, str | None]
) -> None:
    made = by_rule(zone, 2026)
    assert made is not None
    parts = {part.name: part.to_ical().decode() for part in made.subcomponents}
    wanted = {"DAYLIGHT": daylight, "STANDARD": standard}
    assert parts.keys() == {name for name, want in wanted.items() if want}
    for name, want in wanted.items():
        if want:
            assert f"DTSTART:{want[0]}" in parts[name]
            assert (f"RRULE:FREQ=YEARLY;{want[1]}" in parts[name]) if want[1] else ("RRULE" not in parts[name])
            assert "RDATE" not in parts[name]


@pytest.mark.no_database
def test_a_zone_without_a_yearly_rule_lists_its_changes() -> None:
    assert by_rule("Africa/Casablanca", 2026) is None
