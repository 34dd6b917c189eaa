"""What the page promises beyond the form: attendance, childcare, late requests, contact language, held mail."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families.models import Attendance, InterpretationRequest
from tests.conftest import NOW
from tests.families.steps import ADA, address, check, errors, meeting, messages, register, registrations, the_only
from tests.pages import Browser


def post(browser: Browser, **given: Any) -> int:
    """Send the last form with what is given and nothing else; the status of the answer."""
    token = browser.get(address()).form("submission_id").values["csrf_token"]
    data = {"name": "Ada", "interpretation": "none", "csrf_token": token, "checked": "yes"} | given
    return browser.raw("post", address(), data=data).status_code


def test_name_a_way_to_reach_one_and_the_interpreter_question_are_enough(browser: Browser) -> None:
    assert post(browser, email="ada@example.org") == 303
    found = the_only()
    assert (found.attendance, found.adults, found.children) == (Attendance.IN_PERSON, 1, 0)
    assert (found.locale, found.contact_language) == ("en", "en")


def test_a_form_without_its_id_still_registers(browser: Browser) -> None:
    assert post(browser, phone="303 555 0148") == 303
    assert post(browser, phone="303 555 0148", submission_id="' OR 1=1") == 303
    assert len({row.submission_id for row in registrations()}) == 2


def test_where_a_meeting_is_online_only_missing_attendance_means_online(browser: Browser) -> None:
    meeting(in_person=False, online=True)
    assert post(browser, email="ada@example.org") == 303
    assert the_only().attendance == Attendance.ONLINE


def test_a_meeting_in_a_room_only_cannot_be_attended_online(browser: Browser) -> None:
    page = check(browser, address("spanish-meeting"), attendance="online")
    assert errors(page) == {"attendance": "This meeting is not held that way. Choose another one."}


def test_the_check_page_stores_nothing_and_its_first_form_has_one_button(browser: Browser) -> None:
    page = check(browser, question="Why?")
    first = page.forms()[0]
    assert "submission_id" in first.values
    assert len(first.buttons) == 1
    assert page.heading == "Not finished yet"
    assert registrations() == []
    again = browser.send(page.forms()[1])
    assert again.form("name").values["question"] == "Why?"


def test_full_childcare_never_blocks_a_registration_and_the_page_says_so(browser: Browser, app: Flask) -> None:
    meeting(childcare_capacity=2)
    register(browser, childcare_children="2")
    page = register(Browser(app), childcare_children="1", email="b@example.org")
    granted = [(row.childcare_children, row.childcare_granted, row.status) for row in registrations()]
    assert granted == [(2, True, "registered"), (1, False, "registered")]
    assert "All childcare places are given" in page.main.text


def test_childcare_is_not_asked_after_its_closing_day_and_what_is_sent_is_let_fall(browser: Browser) -> None:
    meeting(childcare_closes_at=NOW)
    assert not browser.get(address()).main.all(name="childcare_children")
    assert post(browser, email="ada@example.org", childcare_children="3") == 303
    assert (the_only().childcare_children, meeting().childcare_taken) == (0, 0)


@pytest.mark.parametrize(
    ("tag", "days", "late"), [("es", 14, False), ("es", 13, True), ("ase", 28, False), ("ase", 27, True)]
)
def test_a_request_after_the_day_asked_for_is_taken_and_marked_late(
    browser: Browser, tag: str, days: int, late: bool
) -> None:
    with clock.at(meeting().starts_at - timedelta(days=days)):
        page = register(browser, interpretation=tag)
    (request,) = db.session.scalars(select(InterpretationRequest)).all()
    assert request.late is late
    assert ("You asked after" in page.main.text) is late


def test_the_same_address_twice_is_flagged_for_staff_and_never_merged(browser: Browser, app: Flask) -> None:
    register(browser)
    register(Browser(app), name="Ada's brother", email="ADA@example.org")
    register(Browser(app), name="Somebody else", email="b@example.org")
    register(Browser(app), address("spanish-meeting"), email="ada@example.org", interpretation="en")
    assert [row.same_address for row in registrations()] == [False, True, False, False]


def test_a_held_mail_is_said_on_the_page_with_the_link(browser: Browser, app: Flask) -> None:
    for _ in range(3):
        assert "Our message to you is late" not in register(Browser(app)).main.text
    page = register(browser)
    assert messages()[-1] == ("confirmation", "held")
    assert "Our message to you is late" in page.main.text
    assert page.root.one(class_="secret").text.startswith("http://meetings.example.org/en/r/")


def test_without_email_every_message_is_a_call_and_the_page_says_so(browser: Browser) -> None:
    page = register(browser, email=None, phone="303 555 0148")
    assert messages() == [("confirmation", "call")]
    assert "We will call you" in page.main.text
    assert the_only().code in page.main.text.replace(" ", "")
    assert page.root.one(class_="secret").text.startswith("http://meetings.example.org/en/r/")


def test_a_language_we_cannot_write_means_a_call(browser: Browser) -> None:
    register(browser, phone="303 555 0148", contact_language="so")
    assert (the_only().contact_language, the_only().locale) == ("so", "en")
    assert messages() == [("confirmation", "call")]


def test_a_language_we_cannot_write_needs_a_phone(browser: Browser) -> None:
    page = browser.send(check(browser).form("submission_id"), contact_language="so")
    assert page.status == 422
    assert "We cannot write in this language yet" in page.main.text
    assert registrations() == []


def test_a_page_language_chosen_for_mail_is_that_of_later_pages(browser: Browser) -> None:
    register(browser, address(locale="es"), contact_language="vi")
    assert (the_only().contact_language, the_only().locale) == ("vi", "vi")
    assert messages() == [("confirmation", "queued")]


def test_page_language_and_spoken_language_are_different_facts(browser: Browser) -> None:
    register(browser, address(locale="es"), interpretation="vi")
    assert the_only().locale == "es"


def test_a_meeting_held_in_the_readers_language_is_offered_on_the_form_and_on_the_check_page(browser: Browser) -> None:
    page = browser.get(address(locale="es"))
    assert any("/es/meetings/spanish-meeting/" in link.get("href") for link in page.main.all("a"))
    asked = check(browser, interpretation="vi")
    assert any("/en/meetings/vietnamese-meeting/" in link.get("href") for link in asked.main.all("a"))
    assert not any("spanish-meeting" in link.get("href") for link in asked.main.all("a"))


def test_what_is_not_asked_for_is_not_carried_through_the_check_page(browser: Browser) -> None:
    form = browser.get(address()).form("submission_id")
    for name, value in (ADA | {"status": "registered", "is_admin": "1"}).items():
        form.values[name] = value
    last = browser.send(form).form("submission_id")
    assert "is_admin" not in last.values
    assert "status" not in last.values
