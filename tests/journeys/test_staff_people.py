"""An administrator: people, the record of what was done, the settings of the district."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.steps import answer, follow, link_in, press, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]
EMAIL = "luisa.greets@staff.example.org"


def test_a_greeter_is_invited_in_spanish_sees_what_greeters_may_and_is_deactivated(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("greeted")
    family = coming(service, slug, "Rosa Greeted")
    page = office("administrator", width=360)
    page.goto("/staff/people/invite")
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    answer(page, email=EMAIL, name="Luisa Ortega", language="es")
    page.locator("[name=roles][value=greeter]").check()
    press(page)
    expect(page.locator(".said")).to_be_visible()

    greeter = window(360)
    greeter.goto(link_in(service.mail(EMAIL), re.compile(r"https?://\S+/sign-in")))
    answer(greeter, email=EMAIL)
    press(greeter)
    greeter.goto(link_in(service.mail(EMAIL, 2), re.compile(r"https?://\S+/sign-in/[^\s<>\"]+")))
    assert greeter.evaluate("document.documentElement.lang") == "es"
    press(greeter)
    areas = [service.say("es", name) for name in ("Today", "Families")]
    assert [one.inner_text() for one in greeter.locator("header nav a").all()] == areas
    look(greeter)
    greeter.goto(f"/staff/meetings/{meeting_id(service, slug)}/families/?q=rosa")
    follow(greeter, greeter.get_by_role("link", name="Rosa Greeted"))
    assert service.say("es", "Messages") not in words(greeter)
    assert greeter.locator("main form").count() == 0
    look(greeter)
    for closed in ("/staff/people/", "/staff/mail/", f"/staff/families/{family.id}/change"):
        answered = greeter.goto(closed)
        assert answered
        assert answered.status == 403
    look(greeter)

    page.goto("/staff/people/")
    follow(page, page.get_by_role("link", name="Luisa Ortega"))
    follow(page, page.get_by_role("link", name="Deactivate"))
    look(page)
    press(page)
    assert "Deactivated" in words(page)
    look(page)
    greeter.goto("/staff/")
    assert "/sign-in" in greeter.url
    follow(page, page.get_by_role("link", name="What this person did"))
    look(page)
    assert "Signed in" in words(page)
    page.goto("/staff/audit/?kind=person")
    record = [row.inner_text() for row in page.locator("main tbody tr").all()]
    for done in ("Added a person", "Deactivated a person"):
        assert any(done in row and "Person Luisa Ortega\n" in f"{row}\n" for row in record), record
    assert any("Added a person" in row and "roles: greeter" in row for row in record)


def test_a_colour_that_cannot_be_read_is_refused_and_a_good_one_is_on_every_page(
    office: Office, window: Office, service: Installation
) -> None:
    page = office("administrator", width=360)
    page.goto("/staff/settings/")
    answer(page, accent="#ffe680")
    press(page)
    expect(page.locator("#accent-error")).to_be_visible()
    expect(page.locator("#accent")).to_have_value("#ffe680")
    look(page)
    answer(page, accent="#7a1f5c")
    press(page)
    expect(page.locator(".said")).to_be_visible()
    look(page)
    family = window(360)
    family.goto("/en/meetings/english-meeting/")
    assert family.locator("main a.primary").first.evaluate("one => getComputedStyle(one).backgroundColor") == (
        "rgb(122, 31, 92)"
    )
    look(family)
    page.goto("/staff/settings/")
    answer(page, accent="")
    press(page)
    expect(page.locator(".said")).to_be_visible()
