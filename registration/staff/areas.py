"""The areas of staff's pages: what stands in the header for whom, and which of them this page belongs to."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from registration.i18n import gettext

ADMINISTRATOR, COORDINATOR, GREETER = "administrator", "coordinator", "greeter"
EVERYBODY = frozenset({ADMINISTRATOR, COORDINATOR, GREETER})
OFFICE = frozenset({ADMINISTRATOR, COORDINATOR})
ADMINISTRATORS = frozenset({ADMINISTRATOR})

# (endpoint of the area's first page, roles that may open it); a page that is not built yet is not shown.
AREAS: tuple[tuple[str, frozenset[str]], ...] = (
    ("staff.today", EVERYBODY),
    ("staff.meetings", EVERYBODY),
    ("staff.families", EVERYBODY),
    ("staff.messages", OFFICE),
    ("staff.people", ADMINISTRATORS),
    ("staff.record", ADMINISTRATORS),
    ("staff.settings", ADMINISTRATORS),
)


@dataclass(frozen=True, slots=True)
class Area:
    """One link of the header."""

    href: str
    text: str
    current: bool


def _words() -> dict[str, str]:
    return {
        "staff.today": gettext("Today"),
        "staff.meetings": gettext("Meetings"),
        "staff.families": gettext("Families"),
        "staff.messages": gettext("Messages"),
        "staff.people": gettext("People"),
        "staff.record": gettext("Record"),
        "staff.settings": gettext("Settings"),
    }


def page_at(endpoint: str) -> str:
    """The address of a page without gaps in its address; "" where no such page exists."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def staff_areas(person: Any) -> list[Area]:
    """The areas that `person` (with `roles`, a collection of words; None: nobody) may open, in their order."""
    roles = frozenset(str(role) for role in person.roles) if person else frozenset()
    open_to = [(page_at(endpoint), endpoint) for endpoint, allowed in AREAS if roles & allowed]
    shown = [(href, endpoint) for href, endpoint in open_to if href]
    # /staff/ stands above all others, so the longest address that this one begins with is meant.
    here = max((href for href, _ in shown if _within(href)), key=len, default="")
    words = _words()
    return [Area(href, words[endpoint], href == here) for href, endpoint in shown]


def _within(href: str) -> bool:
    return request.path == href or (href != page_at("staff.today") and request.path.startswith(href.rstrip("/") + "/"))
