"""Staff write a meeting from nothing, publish it, copy it, and do not overwrite each other."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from registration import clock
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import meeting_id
from tests.journeys.steps import answer, follow, press, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]

TITLE, SPANISH, VIETNAMESE = "Bus routes next year", "Rutas de autobús del próximo año", "Tuyến xe buýt năm tới"


def _write(page: Page, **answers: str) -> None:
    page.goto("/staff/meetings/new")
    answer(page, **answers)
    press(page)


def _translate(page: Page, number: int, tag: str, title: str) -> None:
    page.goto(f"/staff/meetings/{number}/texts/?language={tag}")
    answer(page, title=title)
    page.locator("[name=reviewed_title]").check()
    press(page)
    expect(page.locator(".said")).to_be_visible()


def test_a_meeting_is_written_from_nothing_previewed_and_published_with_a_language_missing(
    office: Office, window: Office, service: Installation
) -> None:
    page = office("coordinator", width=360)
    page.goto("/staff/meetings/")
    follow(page, page.get_by_role("link", name="New meeting"))
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    day = (clock.now() + timedelta(days=40)).date().isoformat()
    answer(page, title=TITLE, floor_language="en", series="1", day=day, starts="17:30", ends="18:30", place="1")
    page.locator("[name=in_person]").check()
    press(page)
    expect(page.locator(".said")).to_be_visible()
    look(page)
    number = int(re.findall(r"/meetings/(\d+)/", page.url)[0])
    _translate(page, number, "es", SPANISH)
    page.goto(f"/staff/meetings/{number}/preview/es")
    shown = page.frame_locator("iframe.frame")
    expect(shown.locator("h1")).to_contain_text(SPANISH)
    expect(shown.locator("html")).to_have_attribute("lang", "es")

    page.goto(f"/staff/meetings/{number}/publish")
    press(page)
    expect(page.locator("#with_missing-error")).to_be_visible()
    look(page)
    public = window(360)
    slug = "bus-routes-next-year"
    answered = public.goto(f"/es/meetings/{slug}/")
    assert answered
    assert answered.status == 404
    page.locator("#with_missing").check()
    press(page)
    expect(page.locator("h1")).to_have_text("Published")
    look(page)
    public.goto(f"/es/meetings/{slug}/")
    expect(public.locator("h1")).to_have_text(SPANISH)
    public.goto(f"/vi/meetings/{slug}/")
    expect(public.locator("h1")).to_have_text(TITLE)
    expect(public.locator("h1 [lang=en], h1[lang=en]").first).to_be_visible()
    look(public)
    _translate(page, number, "vi", VIETNAMESE)
    public.reload()
    expect(public.locator("h1")).to_have_text(VIETNAMESE)

    page.goto(f"/staff/meetings/{number}/duplicate")
    press(page)
    expect(page.locator(".said")).to_be_visible()
    assert f"/meetings/{number}/" not in page.url
    page.goto("/staff/meetings/?show=draft&q=bus")
    expect(page.locator("main tbody th")).to_contain_text([TITLE])


def test_the_second_of_two_editors_sees_what_the_first_saved_and_keeps_what_was_typed(
    office: Office, service: Installation
) -> None:
    number = meeting_id(service, service.meeting("two-editors"))
    first, second = office("coordinator"), office("coordinator", email="second@staff.example.org")
    for page in (first, second):
        page.goto(f"/staff/meetings/{number}/edit")
    answer(first, capacity="81")
    press(first)
    expect(first.locator(".said")).to_be_visible()
    answer(second, capacity="92")
    press(second)
    assert "Somebody else changed this meeting meanwhile" in words(second)
    assert "Now saved: 81" in words(second)
    expect(second.locator("#capacity")).to_have_value("92")
    look(second)
    press(second)
    second.goto(f"/staff/meetings/{number}/edit")
    expect(second.locator("#capacity")).to_have_value("92")
