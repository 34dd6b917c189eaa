"""The private calendar: every job as `icalendar` reads it, after a move and a cancellation; and a new address."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from registration import clock, links
from registration.extensions import db
from registration.interpretation import answer, book, offers
from registration.interpretation.models import OfferWay
from registration.interpretation.own.feed import token_of
from registration.logs import without_secrets
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, named, team
from tests.pages import Browser
from tests.signing_in import person_with, signed_in


def confirmed(seat: int | None = None, **given: Any) -> int:
    """Somebody who is booked."""
    one = interpreter(**given)
    book.book(seat or team()[0], one, by=None, now=NOW)
    db.session.commit()
    return one


def address(one: int) -> str:
    """Where somebody's calendar is."""
    return f"/interpreter/calendar/{token_of(named(one))}.ics"


def events(browser: Browser, one: int) -> tuple[Any, list[Any]]:
    """Somebody's calendar, and its events."""
    answer = browser.raw("get", address(one))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    calendar = Calendar.from_ical(answer.data)
    return calendar, calendar.walk("VEVENT")


def plan(kind: Kind, **given: Any) -> None:
    """A change of plan of the meeting."""
    change_of_plan(meeting().id, Plan(kind, **given), version=meeting().version, by=None, now=NOW)
    db.session.commit()


def test_the_feed_holds_every_confirmed_job_and_no_offer(browser: Browser) -> None:
    one = confirmed()
    offers.offer(team(slug="spanish-meeting", language="vi")[0], [one], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    calendar, (event,) = events(browser, one)
    assert (str(calendar["METHOD"]), str(event["STATUS"])) == ("PUBLISH", "CONFIRMED")
    assert str(calendar["X-WR-CALNAME"]) == "Interpreting for Cottonwood Public Schools"
    assert str(event["SUMMARY"]) == "English ↔ Somali: Meeting in English"


def test_after_a_move_the_event_is_the_same_one_at_the_new_time(browser: Browser) -> None:
    one = confirmed()
    _, (before,) = events(browser, one)
    day = timedelta(days=1)
    plan(Kind.MOVED, starts_at=meeting().starts_at + day, ends_at=meeting().ends_at + day)
    _, (moved,) = events(browser, one)
    assert moved["UID"] == before["UID"]
    assert moved["SEQUENCE"] > before["SEQUENCE"]
    assert moved.decoded("DTSTART") == meeting().starts_at == before.decoded("DTSTART") + day
    # A changed time asks again, so it is not certain until they say yes.
    assert str(moved["STATUS"]) == "TENTATIVE"
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()
    _, (again,) = events(browser, one)
    assert (str(again["STATUS"]), again["UID"]) == ("CONFIRMED", before["UID"])
    assert again["SEQUENCE"] > moved["SEQUENCE"]


@pytest.mark.parametrize("how", ["cancelled", "released"])
def test_a_job_that_is_called_off_stays_as_cancelled_so_that_calendars_drop_it(browser: Browser, how: str) -> None:
    one = confirmed()
    _, (before,) = events(browser, one)
    if how == "cancelled":
        plan(Kind.CANCELLED)
    else:
        book.release(assignment_of(one).id, "", by=None, now=NOW)
        db.session.commit()
    calendar, (after,) = events(browser, one)
    assert (str(after["STATUS"]), after["UID"]) == ("CANCELLED", before["UID"])
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert str(calendar["METHOD"]) == "PUBLISH"


def test_what_was_more_than_90_days_ago_is_left_out(browser: Browser) -> None:
    one = confirmed()
    held = meeting().starts_at
    with clock.at(held + timedelta(days=89)):
        assert len(events(browser, one)[1]) == 1
    with clock.at(held + timedelta(days=91)):
        assert events(browser, one)[1] == []


def test_another_interpreters_address_shows_only_their_jobs(browser: Browser) -> None:
    seats = team(2)
    first, second = confirmed(seats[0]), confirmed(seats[1], name="Ubah Said")
    (mine,), (theirs,) = events(browser, first)[1], events(browser, second)[1]
    assert mine["UID"] != theirs["UID"]
    assert events(browser, interpreter("Nobody Yet"))[1] == []


def test_the_feed_speaks_the_interpreters_language_whoever_asks(browser: Browser) -> None:
    one = confirmed(locale="vi")
    browser.get("/es/")
    _, (event,) = events(browser, one)
    assert str(event["SUMMARY"]).startswith("Tiếng Anh ↔ Tiếng Somali")


def test_the_feed_shows_job_place_and_code_and_nothing_of_families(browser: Browser, app: Flask) -> None:
    register(Browser(app), name="Canary Family", email="canary@example.org", question="canary question")
    answer = browser.raw("get", address(confirmed()))
    folded = answer.text.replace("\r\n ", "")
    for word in ("Canary", "canary", "http", "/jobs/"):
        assert word not in folded


def test_a_program_that_asks_again_is_told_that_nothing_changed(browser: Browser) -> None:
    one = confirmed()
    first = browser.raw("get", address(one))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["X-Robots-Tag"].startswith("noindex")
    tag = first.headers["ETag"]
    with clock.at(NOW + timedelta(hours=1)):
        second = browser.raw("get", address(one), headers={"If-None-Match": tag})
    assert (second.status_code, second.data) == (304, b"")
    plan(Kind.CANCELLED)
    assert browser.raw("get", address(one), headers={"If-None-Match": tag}).status_code == 200


def test_a_new_address_revokes_the_old_one_and_twice_is_once(app: Flask, browser: Browser) -> None:
    one = confirmed(email="interpreter@staff.example.org")
    own = signed_in(app, "interpreter")
    old = address(one)
    page = own.get("/interpreter/calendar/")
    assert page.root.one("input", id="address").get("value") == f"http://meetings.example.org{old}"
    assert page.link("Add to my calendar") == f"webcal://meetings.example.org{old}"
    form = page.form("version")
    own.send(form)
    assert browser.raw("get", old).status_code == 410
    new = address(one)
    assert browser.raw("get", new).status_code == 200
    # The button of a page from before makes no third one.
    own.send(form)
    assert address(one) == new
    assert own.get("/interpreter/calendar/").root.one("input", id="address").get("value").endswith(new)


@pytest.mark.parametrize("token", ["", "nonsense", "x~1~y"])
def test_what_was_never_an_address_is_not_found(browser: Browser, token: str) -> None:
    assert browser.raw("get", f"/interpreter/calendar/{token}.ics").status_code == 404


def test_the_link_of_a_job_is_no_calendar(browser: Browser) -> None:
    one = confirmed()
    job = assignment_of(one)
    token = links.token(links.Purpose.JOB, job.public_id, job.link_version)
    assert browser.raw("get", f"/interpreter/calendar/{token}.ics").status_code == 404


def test_no_log_holds_the_address(app: Flask) -> None:
    one = confirmed()
    where = address(one)
    assert token_of(named(one)) not in without_secrets(f"GET {where} 500")


def test_reading_the_feed_writes_nothing(app: Flask, browser: Browser) -> None:
    one = confirmed()
    before = db.session.execute(select(named(one).__table__)).all()
    events(browser, one)
    assert db.session.execute(select(named(one).__table__)).all() == before


def test_the_calendar_of_somebody_who_was_blocked_is_closed(browser: Browser) -> None:
    one = confirmed()
    assert browser.raw("get", address(one)).status_code == 200
    named(one).blocked = True
    db.session.commit()
    assert browser.raw("get", address(one)).status_code == 410


def test_the_calendar_of_somebody_whose_account_was_switched_off_is_closed(app: Flask, browser: Browser) -> None:
    one = confirmed()
    person = person_with("interpreter")
    named(one).person_id = person.id
    db.session.commit()
    assert browser.raw("get", address(one)).status_code == 200
    person.active = False
    db.session.commit()
    assert browser.raw("get", address(one)).status_code == 410


def test_an_empty_calendar_is_a_valid_one(browser: Browser) -> None:
    one = interpreter()
    calendar, found = events(browser, one)
    assert found == []
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/Denver"]
