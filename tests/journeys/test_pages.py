"""Every family page in every language, light and dark: accessible, no wider than the screen, in the right direction."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import LANGUAGES, Installation
from tests.journeys.looking import axe_faults, look, too_wide
from tests.journeys.states import PAGES, States
from tests.journeys.steps import follow

pytestmark = pytest.mark.browser
Window = Callable[..., Page]

TO_BOTH_SIDES = ("en", "ar-XB")
ALL_WIDTHS = (320, 360, 768, 1280)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_directions_light_and_dark(window: Window, states: States, name: str) -> None:
    for locale in TO_BOTH_SIDES:
        page = window(360)
        PAGES[name](page, locale, states)
        assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "ar-XB" else "ltr")
        look(page)
        page.context.close()


# The pages themselves; their states differ in a notice or two, and are walked in every language by `make check-all`.
EACH_PAGE = (
    "home",
    "series",
    "meeting",
    "form with everything wrong",
    "check",
    "new registration",
    "change",
    "I cannot come",
    "delete my data",
    "next person",
    "lost link",
    "not me",
    "privacy",
    "accessibility",
    "contact",
    "no such page",
)


@pytest.mark.parametrize("name", EACH_PAGE)
def test_a_page_is_accessible_in_every_other_language(window: Window, states: States, name: str) -> None:
    for locale in LANGUAGES:
        if locale not in TO_BOTH_SIDES:
            page = window(360)
            PAGES[name](page, locale, states)
            look(page, schemes=())
            page.context.close()


@pytest.mark.faults
@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_right_at_every_width_in_every_language_and_scheme(
    window: Window, states: States, name: str, locale: str
) -> None:
    page = window(360)
    PAGES[name](page, locale, states)
    look(page, widths=ALL_WIDTHS)
    for width in ALL_WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe_faults(page) == [], f"{width} {scheme}"


# The spacing that WCAG 1.4.12 says people may ask for.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.faults
@pytest.mark.parametrize("locale", ["en", "en-XA"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_when_people_space_its_text_out(window: Window, states: States, name: str, locale: str) -> None:
    page = window(320)
    PAGES[name](page, locale, states)
    page.evaluate(SPACED)
    found = too_wide(page, (320,))
    assert found == [], "\n".join(found)


def test_the_home_page_needs_three_requests_and_nothing_from_elsewhere(window: Window, service: Installation) -> None:
    page = window(360)
    asked: list[str] = []
    # The icon of the tab is the sprite of the page: asked for again, and not fetched again.
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.responseReceived", lambda event: asked.extend(_fetched(event["response"])))
    answer = page.goto("/en/", wait_until="networkidle")
    assert answer is not None
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 0 < len(asked) <= 3, asked
    assert all(address.startswith(service.address) for address in asked), asked


def _fetched(response: dict[str, Any]) -> list[str]:
    return [] if response["fromDiskCache"] else [response["url"]]


def test_a_right_to_left_page_is_mirrored(window: Window) -> None:
    page = window(360)
    page.goto("/ar-XB/meetings/english-meeting/")
    tile, title = page.locator("main .tile").first.bounding_box(), page.locator("main h1").bounding_box()
    assert tile
    assert title
    assert tile["x"] > title["x"] + title["width"]
    for row in page.locator(".facts li").all():
        icon, said = row.locator(".icon").bounding_box(), row.locator("div").bounding_box()
        assert icon
        assert said
        assert icon["x"] >= said["x"] + said["width"]
    assert page.locator("main h2").first.evaluate("one => getComputedStyle(one).direction") == "rtl"
    for number in page.locator("a[href^=tel]").all():
        expect(number).to_have_text(re.compile("303"))
        inner = number.locator("[dir=ltr]")
        assert number.get_attribute("dir") == "ltr" or inner.count() == 1
    wide = window(1280)
    wide.goto("/ar-XB/meetings/english-meeting/register")
    column, aside = wide.locator(".column").bounding_box(), wide.locator("aside").bounding_box()
    assert column
    assert aside
    assert aside["x"] + aside["width"] <= column["x"]
    assert wide.locator("#phone").evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_a_page_in_another_language_is_one_link_away(window: Window, states: States) -> None:
    page = window(360)
    page.goto("/en/meetings/english-meeting/register")
    links = page.locator("nav.languages a")
    assert [link.get_attribute("lang") for link in links.all()] == [
        link.get_attribute("hreflang") for link in links.all()
    ]
    follow(page, page.get_by_role("link", name="Tiếng Việt"))
    expect(page).to_have_url(re.compile("/vi/meetings/english-meeting/register$"))
    assert page.evaluate("document.documentElement.lang") == "vi"
