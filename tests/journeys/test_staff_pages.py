"""Every page of staff, found on the map of addresses: accessible, in both directions, on a phone and a desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.journeys.installation import Installation
from tests.journeys.looking import Scheme, axe_faults, measured, too_wide
from tests.journeys.staff import Desk

pytestmark = pytest.mark.browser
Office = Callable[..., Page]

EVERYTHING = ("administrator", "coordinator", "greeter")
TONGUES = ("en", "ar-XB", "en-XA")
WIDTHS = (320, 1280)


@dataclass(frozen=True)
class At:
    """A page: its endpoint, what fills the gaps of its address otherwise than the desk, and what is asked of it."""

    endpoint: str
    gaps: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    draft: bool = False


def _plan(kind: str) -> At:
    return At("staff.change_plan", {"kind": kind})


# A page a line; some stand in several states.
PAGES: dict[str, At] = {
    "today": At("staff.today"),
    "meetings": At("staff.meetings"),
    "drafts": At("staff.meetings", asked={"show": "draft", "q": "e"}),
    "meeting": At("staff.meeting"),
    "counts on paper": At("staff.tally"),
    "families": At("staff.families"),
    "families narrowed": At("staff.families", asked={"q": "nguyen", "language": "vi", "only": "waiting"}),
    "find a family": At("staff.find_family", asked={"q": "nguyen"}),
    "family": At("staff.family"),
    "family on paper": At("staff.family_print"),
    "register a family": At("staff.register_family"),
    "change answers": At("staff.family_change"),
    "cannot come": At("staff.family_withdraw"),
    "delete a family": At("staff.family_erase"),
    "give a family its data": At("staff.family_data"),
    "own words": At("staff.family_language", {"registration_id": "own_words"}),
    "note on a language": At("staff.family_note"),
    "not me": At("staff.family_not_me", {"registration_id": "not_me"}),
    "calls": At("staff.calls"),
    "calls on paper": At("staff.calls_sheet"),
    "call": At("staff.family_call", {"registration_id": "own_words"}),
    "interpretation": At("staff.interpretation"),
    "decide": At("staff.interpretation_decide"),
    "team": At("staff.team"),
    "find an interpreter": At("staff.seat"),
    "what interpreters read": At("staff.briefing"),
    "questions of families": At("staff.questions"),
    "a job in danger": At("staff.help_job"),
    "what was served": At("staff.outcomes_of_meeting"),
    "hours": At("staff.hours"),
    "hours of a job": At("staff.job_hours", {"assignment_id": "over"}),
    "interpreters": At("staff.interpreters"),
    "new interpreter": At("staff.new_interpreter"),
    "interpreter": At("staff.interpreter"),
    "statement of an interpreter": At("staff.interpreter_statement"),
    "interpreters from a file": At("staff.import_interpreters"),
    "rules of interpretation": At("staff.rules"),
    "plan": At("staff.plan"),
    "another room": _plan("room"),
    "moved": _plan("moved"),
    "now online": _plan("online"),
    "postponed": _plan("postponed"),
    "cancelled": _plan("cancelled"),
    "door sign": At("staff.door_sign"),
    "online access": At("staff.online_access"),
    "removals": At("staff.removals", asked={"name": "a"}),
    "new meeting": At("staff.new_meeting"),
    "edit": At("staff.edit_meeting"),
    "edit a draft": At("staff.edit_meeting", draft=True),
    "texts": At("staff.texts", asked={"language": "vi"}),
    "texts of a draft": At("staff.texts", asked={"language": "es"}, draft=True),
    "texts of a series": At("staff.series_texts", asked={"language": "es"}),
    "texts of a place": At("staff.place_texts", asked={"language": "es"}),
    "texts of the district": At("staff.district_texts"),
    "preview": At("staff.preview"),
    "publish": At("staff.publish", draft=True),
    "published": At("staff.publish"),
    "duplicate": At("staff.duplicate"),
    "duplicate a series": At("staff.duplicate_series", asked={"weeks": "4"}),
    "all series": At("staff.series"),
    "new series": At("staff.new_series"),
    "series": At("staff.one_series"),
    "places": At("staff.places"),
    "new place": At("staff.new_place"),
    "place": At("staff.place"),
    "messages": At("staff.mail"),
    "failed messages": At("staff.mail", asked={"state": "failed"}),
    "message": At("staff.message", asked={"language": "vi"}),
    "reminders of a meeting": At("staff.reminders"),
    "reminders of a series": At("staff.series_reminders"),
    "all reminders": At("staff.all_reminders"),
    "new reminder": At("staff.new_reminder"),
    "new reminder of a series": At("staff.new_series_reminder"),
    "reminder": At("staff.reminder"),
    "reminder that went out": At("staff.reminder_run"),
    "announcements": At("staff.announcements"),
    "new announcement": At("staff.new_announcement"),
    "announcement": At("staff.announcement"),
    "write an announcement": At("staff.edit_announcement"),
    "families of an announcement": At("staff.announcement_families"),
    "people": At("staff.people"),
    "invite": At("staff.invite"),
    "person": At("staff.person"),
    "deactivate": At("staff.person_deactivate"),
    "record": At("staff.audit"),
    "settings": At("staff.settings"),
    "languages": At("staff.catalogues"),
    "profile": At("accounts.profile"),
    "second step": At("accounts.set_up"),
    "sign out": At("accounts.sign_out"),
}
IN_THE_FAMILYS_LANGUAGE = {"family on paper"}
# Not pages: frames within a page, pictures, and what leads on at once.
NO_PAGES = {
    "staff.preview_page",
    "staff.message_preview",
    "staff.announcement_preview",
    "staff.reminder_preview",
    "staff.family_code",
    "staff.interpretation_add",
    "staff.material_file",
    "staff.interpreter_statement_csv",
}
# Only for who lost a telephone; its journey looks at it.
ELSEWHERE = {"staff.person_reset"}


def _address(desk: Desk, page: At) -> str:
    gaps: dict[str, object] = dict(desk.gaps)
    rows = ("registration_id", "assignment_id")
    gaps |= {name: desk.row(which) for name, which in page.gaps.items() if name in rows}
    gaps |= {name: value for name, value in page.gaps.items() if name not in rows}
    gaps |= {"meeting_id": desk.draft} if page.draft else {}
    urls = desk.service.app.url_map.bind("localhost")
    (arguments,) = {frozenset(r.arguments) for r in desk.service.app.url_map.iter_rules(page.endpoint)}
    return urls.build(page.endpoint, {name: gaps[name] for name in arguments}) + "?" + urlencode(page.asked)


def _open(office: Office, desk: Desk, name: str, locale: str, width: int, scheme: Scheme) -> Page:
    page = office(*EVERYTHING, locale=locale, width=width, scheme=scheme)
    answer = page.goto(_address(desk, PAGES[name]))
    assert answer
    assert answer.status == 200, f"{page.url}: {answer.status}"
    if name not in IN_THE_FAMILYS_LANGUAGE:
        assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "ar-XB" else "ltr")
    return page


def _right(page: Page, where: str) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    found = axe_faults(page) + too_wide(page, (width,)) + measured(page)
    assert found == [], f"{page.url} {where}\n" + "\n".join(found)


def test_the_walk_passes_every_page_of_staff(service: Installation) -> None:
    rules = [rule for rule in service.app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]
    pages = {rule.endpoint for rule in rules if "GET" in (rule.methods or set())}
    walked = {page.endpoint for page in PAGES.values() if page.endpoint.startswith("staff.")}
    assert walked | NO_PAGES | ELSEWHERE == pages
    assert walked & (NO_PAGES | ELSEWHERE) == set()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_staff_is_right_on_a_desk_and_mirrored_in_the_dark_on_a_small_phone(
    office: Office, desk: Desk, name: str
) -> None:
    for locale, width, scheme in (("en", 1280, "light"), ("ar-XB", 320, "dark")):
        page = _open(office, desk, name, locale, width, scheme)  # type: ignore[arg-type]
        _right(page, f"{locale} {width} {scheme}")
        page.context.close()


@pytest.mark.faults
@pytest.mark.parametrize("locale", TONGUES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_staff_is_right_in_every_direction_length_scheme_and_width(
    office: Office, desk: Desk, name: str, locale: str
) -> None:
    page = _open(office, desk, name, locale, 320, "light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            _right(page, f"{locale} {width} {scheme}")


PLANTED = {
    "label:": "document.querySelector('.filters label').remove()",
    "the page is": "document.querySelector('main h1').style.cssText = 'inline-size: 90rem'",
    "small target": "document.querySelector('.filters button').style.cssText = 'min-height: 0; padding: 0'",
    "color-contrast": "document.querySelector('main .lead').style.color = '#eee'",
    "aria-allowed": "document.querySelector('main th').setAttribute('aria-checked', 'true')",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_the_walk_sees_a_fault_that_is_planted(office: Office, desk: Desk, fault: str) -> None:
    page = _open(office, desk, "families", "en", 1280, "light")
    page.evaluate(PLANTED[fault])
    with pytest.raises(AssertionError, match=fault):
        _right(page, "planted")
