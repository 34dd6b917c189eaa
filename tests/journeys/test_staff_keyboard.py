"""Staff with nothing but a keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.test_register import tab_to

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def _enter(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_interpretation_is_decided_with_nothing_but_a_keyboard(office: Office, service: Installation) -> None:
    slug = service.meeting("decided-by-keyboard")
    number = meeting_id(service, slug)
    coming(service, slug, "Amina Keys", spoken=("so",))
    page = office("coordinator")
    page.goto("/staff/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/staff/")
    _enter(page, "header nav a[href='/staff/meetings/']")
    tab_to(page, "#open")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#open")).to_have_value("1")
    _enter(page, ".filters button")
    expect(page.locator(".active a.chip")).to_have_count(1)
    look(page)
    _enter(page, f"main th a[href='/staff/meetings/{number}/']")
    _enter(page, f"main a[href='/staff/meetings/{number}/interpretation/']")
    _enter(page, "main a[href$='/so/spoken']")
    tab_to(page, "[name=state]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=state][value=confirmed]")).to_be_checked()
    _enter(page, "main button.primary")
    expect(page.locator("h1")).to_have_text("Not done yet: who is told what")
    tab_to(page, ".confirm summary")
    page.keyboard.press("Enter")
    expect(page.locator(".confirm .panel").first).to_be_visible()
    _enter(page, "main button.primary")
    expect(page).to_have_url(re.compile(f"/staff/meetings/{number}/interpretation/$"))
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator("tr", has_text="Somali")).to_contain_text("Confirmed")
    look(page)


def test_own_menu_and_language_are_reached_and_seen_with_the_keyboard(office: Office, service: Installation) -> None:
    page = office("greeter", email="keys@staff.example.org", width=360)
    page.goto("/staff/families/")
    tab_to(page, ".me summary")
    page.keyboard.press("Enter")
    tab_to(page, ".me a")
    tab_to(page, ".me button")
    tab_to(page, "#q")
    page.keyboard.type("nobody like this")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _enter(page, "footer button[value=vi]")
    assert page.evaluate("document.documentElement.lang") == "vi"
    expect(page.locator("#q")).to_have_value("nobody like this")
    expect(page.locator("h1")).to_have_text(service.say("vi", "Find a family"))
