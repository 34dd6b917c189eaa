"""What a look at a page in a browser finds wrong: accessibility, colours, width, and what the browser complains of."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ("color-contrast", "link-in-text-block")
NARROW = (320, 360)
SMALLEST_TARGET = 44

Scheme = Literal["light", "dark"]

# Says in a few words which element is meant.
NAMED = "const named = one => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`;"

# What sticks out at either side of the page, though it is meant to be seen.
BEYOND = f"""() => {{
  {NAMED}
  const page = document.documentElement, width = page.clientWidth, found = [];
  if (page.scrollWidth > width) found.push(`the page is ${{page.scrollWidth}} wide`);
  for (const one of document.querySelectorAll('body *')) {{
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || !one.checkVisibility({{visibilityProperty: true}})) continue;
    if (one.closest('.skip, .unseen') || one.closest('svg') && one.tagName !== 'svg') continue;
    if (box.left < -1 || box.right > width + 1) found.push(`${{named(one)}} from ${{box.left}} to ${{box.right}}`);
  }}
  return found;
}}"""

# What is pressed but stands in no sentence, and is smaller than a thumb.
PRESSED = "button, .button, .row, summary, .input, nav a, footer a, .masthead a, .errors a, h3 a"
SMALL = f"""least => {{
  {NAMED}
  return [...document.querySelectorAll('{PRESSED}')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < least - 0.5)
    .map(one => `${{one.getBoundingClientRect().height}} px: ${{named(one)}}`);
}}"""

UNSIZED = """() => [...document.querySelectorAll('img, svg')]
  .filter(one => !one.hasAttribute('width') || !one.hasAttribute('height')).map(one => one.outerHTML.slice(0, 80))"""


class Watch:
    """What a window's browser complains of and asks for."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # A page that says what is wrong comes with a status of 4xx, which the console repeats.
        told_by_status = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not told_by_status:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        page_itself = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not page_itself):
            self.complaints.append(f"{response.status}: {response.url}")


def look(page: Page, *, schemes: Iterable[Scheme] = ("light", "dark"), widths: Iterable[int] = NARROW) -> None:
    """Assert that nothing is wrong with the page: axe-core, colours in each scheme, nothing wider than a phone.

    No schemes: colours are not looked at, for pages that were seen in them in another language.
    """
    found = axe_faults(page, without=COLOURS)
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in axe_faults(page, COLOURS)]
    found += too_wide(page, widths)
    found += measured(page)
    _keep_picture(page)
    assert found == [], f"{page.url}\n" + "\n".join(found)


def measured(page: Page) -> list[str]:
    """What is too small to press at the width of the window, and pictures that move the page when they come."""
    small = [f"small target: {one}" for one in page.evaluate(SMALL, SMALLEST_TARGET)]
    return small + [f"picture without a size: {one}" for one in page.evaluate(UNSIZED)]


def axe_faults(page: Page, rules: Iterable[str] = (), *, without: Iterable[str] = ()) -> list[str]:
    """The violations axe-core finds; of `rules` only, where given; of none in `without`."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": RULES}
    left_out = {rule: {"enabled": False} for rule in without}
    # Half a megabyte of script: it is put into each page once.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Framed pages run no scripts; those of ours are looked at by themselves.
    options = {"runOnly": only, "rules": left_out, "resultTypes": ["violations"], "iframes": False}
    return [_in_words(one) for one in page.evaluate("options => axe.run(options).then(r => r.violations)", options)]


def _in_words(violation: dict[str, Any]) -> str:
    nodes = [f"{node['target']} {node['html'][:160]} {node.get('failureSummary', '')}" for node in violation["nodes"]]
    return f"{violation['id']}: {violation['help']}\n    " + "\n    ".join(nodes[:5])


def too_wide(page: Page, widths: Iterable[int] = NARROW) -> list[str]:
    """What sticks out of the page at one of `widths`; the window keeps its own."""
    before = page.viewport_size
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width} px: {one}" for one in page.evaluate(BEYOND)]
    if before:
        page.set_viewport_size(before)
    return found


def scripted(page: Page, twin: Page) -> Page:
    """Show in `twin`, which runs scripts, the page that `page` shows without them; axe-core is a script."""
    shown, address = page.content(), page.url
    twin.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    twin.route(address, lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"), times=1)
    twin.goto(address)
    return twin


def _keep_picture(page: Page) -> None:
    """Keep a picture of each page looked at, in the folder that JOURNEYS_PICTURES names, for people to look at."""
    folder = os.environ.get("JOURNEYS_PICTURES")
    if not folder:
        return
    name = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
    number = len(list(Path(folder).glob("*.png")))
    before = page.viewport_size
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            title = re.sub(r"\W+", "-", f"{number:03}-{name}-{page.url.split('/', 3)[3][:40]}-{width}-{scheme}")
            page.screenshot(path=Path(folder) / f"{title}.png", full_page=True)
    if before:
        page.set_viewport_size(before)
