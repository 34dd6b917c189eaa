"""Staff sign in: by a link in a mail that works once, with a second factor, and out again everywhere."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.steps import answer, follow, link_in, press, words
from tests.signing_in import person_with

pytestmark = pytest.mark.browser
Window = Callable[..., Page]

LINK = re.compile(r"https?://\S+/sign-in/[^\s<>\"]+")
EMAIL = "own.phone@staff.example.org"
STEP = 30


def _link(page: Page, service: Installation, number: int) -> str:
    page.goto("/sign-in")
    answer(page, email=EMAIL)
    press(page)
    return link_in(service.mail(EMAIL, number), LINK)


def _code(secret: str, later: int = 0) -> str:
    """The code of now, or one of so many steps later: each is taken once, and the next one already."""
    return pyotp.TOTP(secret).at(time.time() + later * STEP)


def _set_up(page: Page) -> tuple[str, list[str]]:
    """Set the second factor up from the profile; the secret, and the recovery codes."""
    page.goto("/profile")
    follow(page, page.get_by_role("link", name="Set it up"))
    press(page)
    look(page)
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("one => one.naturalWidth") > 0
    secret = page.locator("main code").inner_text().replace(" ", "")
    answer(page, code="000000")
    press(page)
    expect(page.locator("#code-error")).to_be_visible()
    answer(page, code=_code(secret))
    press(page)
    look(page)
    return secret, page.locator(".codes code").all_inner_texts()


def test_a_coordinator_signs_in_by_mail_with_a_second_factor_and_out_everywhere(
    window: Window, service: Installation
) -> None:
    with service.database():
        person_with("coordinator", email=EMAIL)
    page = window(360)
    page.goto("/staff/meetings/")
    assert page.url.startswith(f"{service.address}/sign-in?next=")
    link = _link(page, service, 1)
    look(page)
    page.goto(link)
    assert "Trần Văn Minh" in page.locator("h1").inner_text()
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text("Today")

    again = window(360)
    answered = again.goto(link)
    assert answered
    assert answered.status == 410
    expect(again.locator("h1")).to_have_text("This link no longer works")
    look(again)

    secret, recovery = _set_up(page)
    assert len(recovery) == 10
    elsewhere = window(1280)
    elsewhere.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    elsewhere.goto("/staff/")
    expect(elsewhere.locator("h1")).to_have_text("Today")
    page.goto("/staff/")
    page.locator(".me summary").click()
    follow(page, page.get_by_role("button", name="Sign out"))
    assert "You are signed out" in words(page)
    elsewhere.goto("/staff/")
    expect(elsewhere.locator("h1")).to_have_text("Sign in")

    page.goto(_link(page, service, 2))
    press(page)
    expect(page.locator("h1")).to_have_text("Your code")
    look(page)
    page.goto("/staff/meetings/")
    expect(page.locator("h1")).to_have_text("Your code")
    answer(page, code=_code(secret, 1))
    press(page)
    expect(page.locator("h1")).to_have_text("Meetings")

    lost = window(360)
    lost.goto(_link(lost, service, 3))
    press(lost)
    answer(lost, code=recovery[0].lower().replace("-", " "))
    press(lost)
    expect(lost.locator("h1")).to_have_text("Today")
    lost.goto("/profile/second-factor/settings")
    assert "9 recovery codes are left" in words(lost)
    look(lost)
