"""The components of staff's pages in a browser: accessible, whole on a phone, in both directions, on paper."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from tests import pseudo
from tests.journeys.installation import LANGUAGES, ROOT
from tests.journeys.looking import Watch, look, too_wide
from tests.staff import showing

pytestmark = pytest.mark.browser

# Nobody listens there: every request is answered by the test's own application.
ADDRESS = "http://127.0.0.1:9"
# On both sides of each width at which something changes place.
WIDTHS = (320, 360, 543, 545, 703, 705, 959, 961, 1280)
SMALLEST_WORDS = 12
Show = Callable[..., Page]

WORDS_IN_DRAWINGS = """() => [...document.querySelectorAll('svg text')]
  .filter(one => one.checkVisibility()).map(one => {
  const box = one.getBoundingClientRect(), own = one.closest('svg').getBoundingClientRect();
  return {
    words: one.textContent.trim(), size: parseFloat(getComputedStyle(one).fontSize), left: box.left, right: box.right,
    out: Math.max(own.left - box.left, box.right - own.right, own.top - box.top),
    row: Math.round(own.top) + '/' + Math.round(box.top), kind: one.getAttribute('class'),
  };
})"""
# A shape's signs: filled, outlined, dashed.
SIGNS = """name => {
  const style = getComputedStyle(document.querySelector(`.demand .bar .${name}`));
  return [style.fill, style.stroke, style.strokeDasharray];
}"""


@pytest.fixture
def app_settings(tmp_path: Path) -> dict[str, object]:
    """An installation in all languages, with the two made-up ones."""
    pseudo.write_catalogues(ROOT / "translations" / "messages.pot", tmp_path / "catalogues")
    return {"LANGUAGES": list(LANGUAGES), "EXTRA_TRANSLATIONS": str(tmp_path / "catalogues")}


@pytest.fixture
def show(app: Flask, chromium: Browser) -> Iterator[Show]:
    """Opens the page of all components: `show("en", width=360, forced_colors="active")`; no window may complain."""
    showing.install(app)
    client = app.test_client()
    watches: list[Watch] = []

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        response = client.get(f"{asked.path}?{asked.query}")
        route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.data)

    def open_page(tag: str, *, width: int = 1280, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=ADDRESS, **options)
        watches.append(Watch(context, ADDRESS))
        page = context.new_page()
        page.route("**/*", answer)
        page.goto(f"/{tag}/demonstration/")
        return page

    yield open_page
    for watch in watches:
        watch.context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_staff_components_are_accessible_and_nothing_sticks_out(show: Show, tag: str) -> None:
    page = show(tag, width=360)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if tag == "ar-XB" else "ltr")
    look(page)
    assert too_wide(page, WIDTHS) == []


def test_an_open_page_is_accessible_too(show: Show) -> None:
    page = show("en", width=360)
    for summary in page.locator("summary").all():
        summary.click()
    look(page)


@pytest.mark.parametrize("tag", ["en", "vi", "ar-XB"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_words_in_drawings_are_large_enough_and_have_room(show: Show, tag: str, width: int) -> None:
    words = show(tag, width=width).evaluate(WORDS_IN_DRAWINGS)
    assert len(words) > 12
    assert [one for one in words if one["size"] < SMALLEST_WORDS] == []
    assert [one for one in words if one["out"] > 1] == []
    axes: dict[str, list[dict[str, Any]]] = {}
    for one in words:
        if "tick" in (one["kind"] or ""):
            axes.setdefault(one["row"], []).append(one)
    for axis in axes.values():
        axis.sort(key=lambda one: one["left"])
        assert [(a, b) for a, b in pairwise(axis) if a["right"] > b["left"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_solid_outlined_and_dashed_differ_in_every_colour_scheme(show: Show, scheme: str, forced: str) -> None:
    page = show("en", color_scheme=scheme, forced_colors=forced)
    (solid, _, _), (fill, stroke, whole), (empty, _, dashes) = (
        page.evaluate(SIGNS, name) for name in ("complete", "partial", "nobody")
    )
    assert solid not in (fill, empty)
    assert stroke != fill
    assert (whole, empty) == ("none", "none")
    assert dashes != "none"


def test_on_paper_the_frame_is_gone_and_tables_are_tables(show: Show) -> None:
    page = show("en", width=640)
    assert page.locator(".band").is_visible()
    page.emulate_media(media="print")
    for gone in (".band", "footer", ".tabs", ".filters", ".pager", ".said", ".active", ".up", ".fold:not([open])"):
        assert page.locator(gone).count()
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    assert page.locator(".list td").first.evaluate("one => getComputedStyle(one).display") == "table-cell"
    for kept in (".demand", ".days", ".square", ".blank"):
        assert page.locator(kept).first.is_visible()


def test_all_of_it_works_with_the_keyboard_and_without_scripts(show: Show) -> None:
    page = show("en", java_script_enabled=False)
    page.keyboard.press("Tab")
    assert page.locator(".skip").evaluate("one => one === document.activeElement")
    page.locator(".me summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Sign out").is_visible()
