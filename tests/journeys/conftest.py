"""A browser and an installation for each process that runs journeys."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.installation import Installation, running
from tests.journeys.looking import Watch
from tests.journeys.staff import Desk, cookies
from tests.journeys.states import States

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# A busy machine is slow, not wrong: time decides no journey.
expect.set_options(timeout=30_000)


def program() -> str:
    """The browser that CHROMIUM names, else the one that is installed; a journey without one fails."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "The journeys need Chromium: install it, or set CHROMIUM to its path."
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; each journey opens windows of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The service of all journeys of this process; each brings its own meetings and addresses."""
    yield from running(tmp_path_factory.mktemp("journeys"))


@pytest.fixture(scope="session")
def states(service: Installation) -> States:
    """Meetings and families of each kind that a page can show; no journey changes them."""
    return States(service)


@pytest.fixture(scope="session")
def desk(service: Installation) -> Desk:
    """What staff find on their pages; no journey changes it."""
    return Desk(service)


@pytest.fixture(scope="session")
def signed_in(service: Installation) -> Callable[..., list[dict[str, str]]]:
    """What a browser holds in which somebody with roles is signed in; nobody signs in twice."""
    return cache(partial(cookies, service))


@pytest.fixture
def office(window: Callable[..., Page], signed_in: Callable[..., list[dict[str, str]]]) -> Callable[..., Page]:
    """Opens a window of somebody of the staff: `office("coordinator", locale="vi", width=360)`."""

    def open_office(*roles: str, locale: str = "en", email: str | None = None, **options: Any) -> Page:
        page = window(**options)
        page.context.add_cookies(signed_in(*roles, locale=locale, email=email))  # type: ignore[arg-type]
        return page

    return open_office


@pytest.fixture
def window(chromium: Browser, service: Installation) -> Iterator[Callable[..., Page]]:
    """Opens a window with cookies of its own: `window(width=360, javascript=False, scheme="dark")`.

    When the journey is over, no window may have complained: of a script, of the content security policy, of a file
    that was missing, of anything fetched from elsewhere.
    """
    watches: list[Watch] = []

    def open_window(
        width: int = 1280, height: int = 900, javascript: bool = True, scheme: str = "light", touch: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=service.address,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            has_touch=touch,
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-US",
        )
        context.set_default_timeout(30_000)
        watches.append(Watch(context, service.address))
        return context.new_page()

    yield open_window
    for watch in watches:
        watch.context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []
