"""The areas of staff's pages: what stands in the header for whom, and which of them this page belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import current_app, request, url_for

from registration.accounts import guard
from registration.accounts.roles import STAFF
from registration.i18n import gettext

HOME = "staff.today"

# (endpoint of the area's first page, its words), in the order of the header. A page that is not there is not shown;
# who may open one is said where its view stands, by guard.requires.
AREAS: tuple[tuple[str, Callable[[], str]], ...] = (
    (HOME, lambda: gettext("Today")),
    ("staff.meetings", lambda: gettext("Meetings")),
    ("staff.find_family", lambda: gettext("Families")),
    ("staff.interpreters", lambda: gettext("Interpreters")),
    ("staff.calls", lambda: gettext("Calls")),
    ("staff.mail", lambda: gettext("Messages")),
    ("staff.people", lambda: gettext("People")),
    ("staff.audit", lambda: gettext("Record")),
    ("staff.settings", lambda: gettext("Settings")),
    ("interpreter.jobs", lambda: gettext("My jobs")),
)

# The areas of an interpreter's own pages; staff who interpret too go back by the last one.
OWN: tuple[tuple[str, Callable[[], str]], ...] = (
    ("interpreter.jobs", lambda: gettext("My jobs")),
    ("interpreter.details", lambda: gettext("My hours")),
    ("interpreter.feed", lambda: gettext("Calendar")),
    (HOME, lambda: gettext("Staff")),
)


# Pages that belong to an area though their addresses do not begin with its own.
BESIDE = {
    "staff.mail": ("staff.all_reminders", "staff.announcements"),
    "staff.interpreters": ("staff.hours",),
}

# Pages that stand below the address of another area than their own.
OF_AREA = {"staff.family_call": "staff.calls", "staff.help_job": "staff.meetings"}


class Somebody(Protocol):
    """Who is signed in."""

    @property
    def roles(self) -> frozenset[str]:
        """What they are here for."""


@dataclass(frozen=True, slots=True)
class Area:
    """One link of the header; `current`: the page shown belongs to it."""

    href: str
    text: str
    current: bool


def page_at(endpoint: str) -> str:
    """The address of a page without gaps in its address; "" where no such page exists."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def has_endpoint(endpoint: str) -> bool:
    """Whether there is such a page: a link to one that is not there breaks the page it stands on."""
    return endpoint in current_app.view_functions


def staff_areas(person: Somebody | None) -> list[Area]:
    """The areas that `person` may open, in their order; none for nobody."""
    if person is None:
        return []
    own = request.blueprint == "interpreter" or not person.roles & STAFF
    listed = OWN if own else AREAS
    shown = [(endpoint, page_at(endpoint), words()) for endpoint, words in listed if _may_open(person, endpoint)]
    # Everything stands below Today, so the longest address that this one begins with is meant.
    here = max((part for endpoint, _, _ in shown for part in _parts(endpoint) if _within(part)), key=len, default="")
    here = page_at(OF_AREA[request.endpoint]) if request.endpoint in OF_AREA else here
    return [Area(href, text, here in _parts(endpoint)) for endpoint, href, text in shown]


def _parts(endpoint: str) -> list[str]:
    pages = (page_at(one) for one in (endpoint, *BESIDE.get(endpoint, ())))
    return [href for href in pages if href]


def _may_open(person: Somebody, endpoint: str) -> bool:
    wanted = getattr(current_app.view_functions.get(endpoint), guard.ROLES, None)
    # A view that says nothing of roles is none that somebody is let in to.
    return wanted is not None and (not wanted or bool(wanted & person.roles))


def _within(href: str) -> bool:
    return request.path == href or (href != page_at(HOME) and request.path.startswith(href.rstrip("/") + "/"))
