"""The page of a registration whose meeting is cancelled or postponed shows nothing as if it were held."""

from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from tests.conftest import NOW
from tests.families.steps import meeting, register, the_only
from tests.pages import Browser, Page


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A family that is registered."""
    found = Browser(app)
    register(found)
    return found


def links(page: Page) -> list[str]:
    """The words of the links that look like buttons."""
    return [link.text for link in page.main.all("a", class_="button")]


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_no_ticket_and_nothing_to_add_to_a_calendar(browser: Browser, status: str) -> None:
    before = browser.get("/en/registration/")
    assert before.root.all(class_="ticket")
    assert "Add to my calendar" in links(before)
    meeting(status=status)
    page = browser.get("/en/registration/")
    assert not page.root.all(class_="ticket")
    assert not page.root.all("img")
    assert "Add to my calendar" not in links(page)
    assert "How you will hear the meeting" not in page.main.text
    assert "you are registered" not in page.main.text
    assert the_only().code in page.main.text
    file = browser.raw("get", page.link("Take it out of my calendar"))
    assert Calendar.from_ical(file.data)["METHOD"] == "CANCEL"


def test_of_a_cancelled_meeting_nothing_is_left_to_do(browser: Browser) -> None:
    meeting(status="cancelled")
    page = browser.get("/en/registration/")
    assert not {"Change my answers", "I cannot come"} & set(links(page))
    assert "Keep this page" not in page.text


def test_answers_to_a_postponed_meeting_can_be_changed_until_its_old_date_is_over(browser: Browser) -> None:
    meeting(status="postponed")
    assert {"Change my answers", "I cannot come"} <= set(links(browser.get("/en/registration/")))
    meeting(starts_at=NOW - timedelta(hours=2), ends_at=NOW)
    assert "Change my answers" not in links(browser.get("/en/registration/"))


def test_a_meeting_held_after_all_has_its_ticket_again(browser: Browser) -> None:
    meeting(status="postponed")
    browser.get("/en/registration/")
    meeting(status="scheduled")
    page = browser.get("/en/registration/")
    assert page.root.all(class_="ticket")
    assert "Add to my calendar" in links(page)
