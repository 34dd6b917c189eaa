"""Every page a family can meet, and the way there: what stands behind the pages is made once for each process."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from playwright.sync_api import Page

from registration.families.models import Attendance
from registration.meetings.models import MeetingStatus
from tests.journeys.installation import Installation, ago
from tests.journeys.steps import NOT_ME, Family, answer, family, follow, link_in, press
from tests.pages import Browser

# Long, and in several scripts, as real answers are.
NAME = "Γιώργος Nguyễn-Παπαδόπουλος عبد الرحمن ወልደሚካኤል"
LONG = "Donaudampfschifffahrtsgesellschaftskapitaenswitwenverein@example.org"
HOUR = timedelta(hours=1)


@dataclass
class States:
    """Meetings and families of each kind."""

    service: Installation

    def _meeting(self, slug: str, **changes: Any) -> str:
        return self.service.meeting(f"state-{slug}", **changes)

    @cached_property
    def full(self) -> str:
        """A full meeting with room online."""
        slug = self._meeting("full", capacity=1)
        family(self.service, slug, attendance=Attendance.IN_PERSON)
        return slug

    @cached_property
    def quite_full(self) -> str:
        """No room in any way."""
        slug = self._meeting("quite-full", capacity=1, online=False, online_capacity=None)
        family(self.service, slug)
        return slug

    @cached_property
    def few(self) -> str:
        """Three seats left."""
        return self._meeting("few", capacity=3)

    @cached_property
    def past(self) -> str:
        """Over."""
        return self._meeting("past", starts_at=ago(2), ends_at=ago(2) + HOUR)

    @cached_property
    def closed(self) -> str:
        """Ahead, but one cannot register any more."""
        return self._meeting("closed", starts_at=ago(-2), ends_at=ago(-2) + HOUR, closes_at=ago(1))

    @cached_property
    def not_yet(self) -> str:
        """One cannot register yet."""
        return self._meeting("not-yet", opens_at=ago(-1))

    @cached_property
    def soon(self) -> str:
        """In five days: requests are late."""
        return self._meeting("soon", starts_at=ago(-5), ends_at=ago(-5) + HOUR, childcare_closes_at=ago(-2))

    @cached_property
    def cancelled(self) -> str:
        """Called off."""
        return self._meeting("cancelled", status=MeetingStatus.CANCELLED)

    @cached_property
    def postponed(self) -> str:
        """Without a date."""
        return self._meeting("postponed", status=MeetingStatus.POSTPONED)

    @cached_property
    def coming(self) -> Family:
        """A family with all there is to answer."""
        return family(
            self.service, self.soon, name=NAME, email=LONG, phone="303 555 0148", interpretation=["so", "am"],
            listeners="3", adults="2", children="2", needs=["captions", "wheelchair"], needs_other="x" * 200,
            childcare_children="2", question="¿" + "mucho " * 40 + "?", attendance="in_person",
        )  # fmt: skip

    @cached_property
    def calling(self) -> Family:
        """A family without email that is not sure what it needs."""
        return family(self.service, self.soon, name=NAME, interpretation="call")

    @cached_property
    def waiting(self) -> Family:
        """A family on the waiting list."""
        return family(self.service, self.quite_full, name=NAME, email="waiting@example.org", adults="2")

    @cached_property
    def gone(self) -> Family:
        """A family that cannot come."""
        return self._ended("withdraw")

    @cached_property
    def erased(self) -> Family:
        """A family whose data is deleted; its link was good once."""
        return self._ended("delete")

    def _ended(self, how: str) -> Family:
        made = family(self.service, "english-meeting", name=NAME, email=f"{how}@example.org")
        reader = Browser(self.service.app)
        reader.get(made.link)
        assert reader.send(reader.get(f"/en/registration/{how}").form("registration")).status == 200
        return made

    @cached_property
    def called_off(self) -> Family:
        """A family whose meeting was cancelled."""
        slug = self._meeting("called-off")
        made = family(self.service, slug, name=NAME, email="calledoff@example.org")
        self.service.change_meeting(slug, status=MeetingStatus.CANCELLED)
        return made

    @cached_property
    def not_me(self) -> str:
        """The link "this is not me" of a mail."""
        family(self.service, "english-meeting", email="not.me@example.org")
        return link_in(self.service.mail("not.me@example.org"), NOT_ME)


Way = Callable[[Page, str, States], None]


def _at(path: str) -> Way:
    return lambda page, locale, states: _open(page, f"/{locale}/{path}")


def _open(page: Page, address: str) -> None:
    page.goto(address)


def _meeting(kind: str) -> Way:
    return lambda page, locale, states: _open(page, f"/{locale}/meetings/{getattr(states, kind)}/")


def _registration(kind: str, then: str = "") -> Way:
    def way(page: Page, locale: str, states: States) -> None:
        known: Family = getattr(states, kind)
        _open(page, known.path(locale))
        if then:
            _open(page, f"/{locale}/registration/{then}")

    return way


def _form(kind: str = "", **answers: str) -> Way:
    def way(page: Page, locale: str, states: States) -> None:
        slug = getattr(states, kind) if kind else "english-meeting"
        _open(page, f"/{locale}/meetings/{slug}/register")
        answer(page, **answers)
        press(page)

    return way


def _sent(form: str, **changes: str) -> Way:
    """What answers the form at `form` when hidden fields of it are no longer as they were."""

    def way(page: Page, locale: str, states: States) -> None:
        _open(page, states.coming.path(locale))
        _open(page, f"/{locale}/{form}")
        for name, value in changes.items():
            page.locator(f'main [name="{name}"]').first.evaluate("(one, value) => { one.value = value }", value)
        press(page)

    return way


def _sent_before(page: Page, locale: str, states: States) -> None:
    _form(name=NAME, email="before@example.org", interpretation="none")(page, locale, states)
    checked = page.locator("main form").first
    number = checked.locator("[name=submission_id]").input_value()
    press(page)
    _form_again(page, locale, number)


def _form_again(page: Page, locale: str, number: str) -> None:
    _open(page, f"/{locale}/meetings/english-meeting/register")
    page.locator("[name=submission_id]").evaluate("(one, value) => { one.value = value }", number)
    answer(page, name="Otherwise", email="before@example.org", interpretation="none")
    press(page)
    press(page)


def _lost_link(page: Page, locale: str, _states: States) -> None:
    _open(page, f"/{locale}/lost-link")
    answer(page, code="222 222", contact="nobody@example.org")
    press(page)


def _nothing_lost(page: Page, locale: str, _states: States) -> None:
    _open(page, f"/{locale}/lost-link")
    press(page)


def _not_me(page: Page, locale: str, states: States) -> None:
    _open(page, f"/{locale}/" + states.not_me.split("/", 4)[4])


def _next(page: Page, locale: str, states: States) -> None:
    _open(page, states.calling.path(locale))
    follow(page, page.locator(".unprinted button"))


def _not_open(page: Page, locale: str, states: States) -> None:
    # Its own each time: it is called off below.
    slug = states.service.meeting(f"closes-{secrets.token_hex(4)}")
    _open(page, f"/{locale}/meetings/{slug}/register")
    answer(page, name=NAME, email="late@example.org", interpretation="none")
    states.service.change_meeting(slug, status=MeetingStatus.CANCELLED)
    press(page)


ALL_ANSWERS = {
    "name": NAME, "email": "someone@gmial.com", "phone": "303 555 0148", "interpretation": "es", "listeners": "2",
    "adults": "2", "children": "3", "attendance": "online", "needs_other": LONG, "question": "?" * 90,
}  # fmt: skip

PAGES: dict[str, Way] = {
    "home": _at(""),
    "series": _at("series/school-safety/"),
    "meeting": _at("meetings/english-meeting/"),
    "meeting in Spanish": _at("meetings/spanish-meeting/"),
    "full meeting": _meeting("full"),
    "quite full meeting": _meeting("quite_full"),
    "meeting with few seats": _meeting("few"),
    "past meeting": _meeting("past"),
    "closed meeting": _meeting("closed"),
    "meeting not yet open": _meeting("not_yet"),
    "cancelled meeting": _meeting("cancelled"),
    "postponed meeting": _meeting("postponed"),
    "form": _at("meetings/english-meeting/register"),
    "form of the waiting list": lambda page, locale, states: _open(page, f"/{locale}/meetings/{states.full}/register"),
    "form with everything wrong": _form(
        name="x" * 150, phone="12", email="rosa", interpretation="other", adults="50", children="many", listeners="0"
    ),
    "form with nothing": _form(),
    "check": _form(**ALL_ANSWERS),
    "check for the waiting list": _form("quite_full", name=NAME, phone="303 555 0148", interpretation="call"),
    "late check": _form("soon", name=NAME, phone="303 555 0148", interpretation="ase"),
    "registration": _registration("coming"),
    "new registration": _registration("coming", "?new=1&held=1&changed=1"),
    "registration by telephone": _registration("calling", "?new=1"),
    "registration on the waiting list": _registration("waiting", "?new=1"),
    "registration withdrawn": _registration("gone"),
    "registration called off": _registration("called_off"),
    "change": _registration("coming", "change"),
    "change with everything wrong": _sent("registration/change", name="", phone="", email="", adults="60"),
    "changed meanwhile": _sent("registration/change", version="0"),
    "another registration": _sent("registration/change", registration="other"),
    "I cannot come": _registration("coming", "withdraw"),
    "delete my data": _registration("coming", "delete"),
    "sent before": _sent_before,
    "not open any more": _not_open,
    "next person": _next,
    "link of a deleted registration": lambda page, locale, states: _open(page, states.erased.path(locale)),
    "no link": _at("registration/"),
    "lost link": _at("lost-link"),
    "lost link with nothing": _nothing_lost,
    "lost link sent": _lost_link,
    "not me": _not_me,
    "privacy": _at("privacy"),
    "accessibility": _at("accessibility"),
    "contact": _at("contact"),
    "no such page": _at("meetings/there-is-none/"),
}
