"""No seat, or no registering: waiting list, online instead, not yet, closed, past, cancelled, postponed."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from registration import clock
from registration.families.recount import differences
from tests.conftest import NOW
from tests.families.steps import address, check, meeting, messages, register, registrations
from tests.pages import Browser


def full(**columns: Any) -> None:
    """All seats in the room are taken."""
    meeting(capacity=1, **columns)


def statuses() -> list[str]:
    """Where each registration stands."""
    return [row.status for row in registrations()]


def test_a_full_room_offers_online_and_who_chooses_it_has_a_place(browser: Browser, app: Flask) -> None:
    full()
    register(Browser(app))
    page = browser.get("/en/meetings/english-meeting/")
    assert any("attendance=online" in link.get("href") for link in page.main.all("a"))
    register(browser, email="b@example.org", attendance="online")
    assert statuses() == ["registered", "registered"]
    assert differences() == []


def test_the_link_to_online_chooses_it_on_the_form(browser: Browser) -> None:
    page = browser.get(address() + "?attendance=online")
    assert page.form("submission_id").values["attendance"] == "online"
    page = browser.get(address() + "?attendance=%3Cscript%3E")
    assert "attendance" not in page.form("submission_id").values


def test_a_full_meeting_is_the_waiting_list_and_not_an_error(browser: Browser, app: Flask) -> None:
    full(online=False, online_capacity=None)
    register(Browser(app))
    page = browser.get(address())
    assert page.heading.endswith("Join the waiting list")
    page = check(browser, email="b@example.org")
    assert page.forms()[0].buttons[0].text == "Join the waiting list"
    page = browser.send(page.forms()[0])
    assert page.status == 200
    assert "You are on the waiting list" in page.heading
    assert "You are registered" not in page.main.text
    assert messages() == [("confirmation", "queued"), ("waiting", "queued")]


def test_a_form_kept_since_there_was_room_says_full_once_there_is_none(browser: Browser, app: Flask) -> None:
    assert browser.get(address()).heading.endswith("Register")
    full(online=False, online_capacity=None)
    register(Browser(app))
    assert browser.get(address()).heading.endswith("Join the waiting list")


def test_a_seat_that_comes_free_goes_to_who_waits_and_is_told_once(browser: Browser, app: Flask) -> None:
    full(online=False, online_capacity=None)
    register(browser)
    waiting = Browser(app)
    register(waiting, email="b@example.org")
    browser.send(browser.get("/en/registration/withdraw").form("registration"))
    assert statuses() == ["withdrawn", "registered"]
    assert messages()[-2:] == [("promoted", "queued"), ("withdrawn", "queued")]
    assert "you are registered" in waiting.get("/en/registration/").main.text
    assert differences() == []


def test_a_large_party_is_passed_by_a_small_one_that_fits_and_keeps_its_place(browser: Browser, app: Flask) -> None:
    meeting(capacity=2, online=False, online_capacity=None)
    first = Browser(app)
    register(first, adults="2")
    register(browser, adults="3", email="b@example.org")
    register(Browser(app), adults="2", email="c@example.org")
    first.send(first.get("/en/registration/withdraw").form("registration"))
    assert statuses() == ["withdrawn", "waiting", "registered"]
    assert meeting().waiting == 1


CLOSED: list[tuple[dict[str, Any], str]] = [
    ({"opens_at": NOW + timedelta(days=1)}, "You can register from"),
    ({"closes_at": NOW}, ""),
    ({"starts_at": NOW - timedelta(hours=2), "ends_at": NOW}, ""),
    ({"status": "cancelled"}, "cancelled"),
    ({"status": "postponed"}, "postponed"),
]


@pytest.mark.parametrize(("columns", "words"), CLOSED)
def test_where_nobody_can_register_the_form_leads_to_the_page_that_says_why(
    browser: Browser, columns: dict[str, Any], words: str
) -> None:
    form = check(browser).form("submission_id")
    meeting(**columns)
    answer = browser.raw("get", address())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/meetings/english-meeting/")
    page = browser.get("/en/meetings/english-meeting/")
    assert not [link for link in page.main.all("a") if "/english-meeting/register" in link.get("href")]
    assert words in page.main.text
    late = browser.send(form)
    assert late.status == 409
    assert late.heading == "You cannot register any more"
    assert registrations() == []


@pytest.mark.parametrize("columns", [columns for columns, _ in CLOSED if "status" not in columns])
def test_a_meeting_that_closed_between_page_and_press_takes_nobody(
    browser: Browser, app: Flask, columns: dict[str, Any]
) -> None:
    """At the very moment: the page was read before, the press comes after."""
    form = check(browser).form("submission_id")
    meeting(**columns)
    assert browser.send(form).status == 409
    assert registrations() == []


def test_before_opening_and_after_closing_the_page_says_when(browser: Browser) -> None:
    meeting(opens_at=NOW + timedelta(days=2), closes_at=NOW + timedelta(days=9))
    assert "April 1" in browser.get("/en/meetings/english-meeting/").main.text
    with clock.at(NOW + timedelta(days=3)):
        assert browser.get(address()).status == 200
    with clock.at(NOW + timedelta(days=10)):
        assert "April 8" in browser.get("/en/meetings/english-meeting/").main.text


def test_nobody_is_promoted_at_a_cancelled_meeting(browser: Browser, app: Flask) -> None:
    full(online=False, online_capacity=None)
    register(browser)
    register(Browser(app), email="b@example.org")
    meeting(status="cancelled")
    browser.send(browser.get("/en/registration/withdraw").form("registration"))
    assert statuses() == ["withdrawn", "waiting"]
    assert differences() == []
