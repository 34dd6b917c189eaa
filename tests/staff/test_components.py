"""The frame of staff's pages and its components: what they say without being looked at."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, current_app, get_template_attribute

from registration import i18n
from registration.accounts import guard
from registration.accounts.roles import Role
from registration.assets import STATIC
from registration.families.models import Modality, Status
from registration.mail.models import State
from registration.meetings.models import ServiceState
from registration.staff import areas
from tests.pages import Browser, Element, Form, Page, parse
from tests.staff import showing

COMPONENTS = sorted((Path(__file__).parents[2] / "templates" / "components" / "staff").glob("*.html"))


# The page of all components is a route of its own.
pytestmark = [pytest.mark.own_app, pytest.mark.one_database]


@pytest.fixture
def shown(app: Flask) -> Page:
    """The page with all components, in English."""
    showing.install(app)
    return Browser(app).get("/en/demonstration/")


def view() -> str:
    """A page."""
    return ""


def links(app: Flask, path: str, *roles: Role) -> list[tuple[str, bool]]:
    """(words, current) of the header's links for a person with `roles` on the page at `path`."""
    with app.test_request_context(path):
        person = SimpleNamespace(roles=frozenset(roles))
        return [(area.text, area.current) for area in areas.staff_areas(person)]


def signing_out(page: Page) -> list[Form]:
    """The forms that sign somebody out."""
    return [form for form in page.forms() if [button.text for button in form.buttons] == ["Sign out"]]


def component(file: str, name: str, *given: object, **named: object) -> Element:
    """What a macro writes in a page."""
    macro = get_template_attribute(f"components/staff/{file}.html", name)
    with current_app.test_request_context():
        return parse(str(macro(*given, **named)))


@pytest.fixture
def own_areas(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application whose header has three areas, whatever else is built."""
    words = {"tests.today": "Today", "tests.meetings": "Meetings", "tests.mail": "Messages", "tests.gone": "Gone"}
    monkeypatch.setattr(areas, "HOME", "tests.today")
    monkeypatch.setattr(areas, "AREAS", [(e, lambda w=w: w) for e, w in words.items()])
    app.add_url_rule("/tests/", "tests.today", guard.requires()(view))
    app.add_url_rule("/tests/meetings/", "tests.meetings", guard.requires(Role.COORDINATOR)(view))
    app.add_url_rule("/tests/mail/", "tests.mail", view)
    return app


def test_the_header_shows_what_somebody_may_open_and_what_is_there(own_areas: Flask) -> None:
    assert links(own_areas, "/tests/", Role.GREETER) == [("Today", True)]
    assert links(own_areas, "/tests/", Role.COORDINATOR) == [("Today", True), ("Meetings", False)]


def test_the_area_of_a_page_below_it_is_current_and_only_that(own_areas: Flask) -> None:
    for path in ("/tests/meetings/", "/tests/meetings/7/families/"):
        assert links(own_areas, path, Role.COORDINATOR) == [("Today", False), ("Meetings", True)]
    assert links(own_areas, "/tests/meetings-of-others/", Role.COORDINATOR)[1] == ("Meetings", False)


def test_a_call_belongs_to_the_calls_although_it_stands_below_a_family(app: Flask) -> None:
    said = {"/staff/families/7/call": "Calls", "/staff/families/7/": "Families", "/staff/calls/": "Calls"}
    for path, words in said.items():
        assert [text for text, current in links(app, path, *Role) if current] == [words]


def test_nobody_is_shown_no_area(own_areas: Flask) -> None:
    with own_areas.test_request_context("/tests/"):
        assert areas.staff_areas(None) == []


@pytest.mark.parametrize(("who", "signs_out"), [("nobody", False), ("halfway", True)])
def test_pages_of_signing_in_stand_in_the_same_frame_without_areas(app: Flask, who: str, signs_out: bool) -> None:
    showing.install(app)
    page = Browser(app).get(f"/en/demonstration/?who={who}")
    assert page.root.one(class_="band").all("nav") == []
    assert bool(signing_out(page)) is signs_out


def test_signing_out_is_a_post_with_a_token(shown: Page) -> None:
    (form,) = signing_out(shown)
    assert form.element.get("method") == "post"
    assert form.values["csrf_token"]


def test_what_was_said_is_read_aloud_once_and_wrong_things_at_once(app: Flask) -> None:
    macro = get_template_attribute("components/staff/frame.html", "said")
    page = parse("".join(str(macro(*given)) for given in (("Saved",), ("No", "bad"), ("So", "odd"))))
    assert [(one.get("role"), one.text) for one in page.all(class_="said")] == [
        ("status", "Saved"),
        ("alert", "No"),
        ("status", "So"),
    ]


def test_every_component_says_what_it_takes() -> None:
    for path in COMPONENTS:
        for macro in re.finditer(r"(.*)\n\{%-? macro (\w+)", path.read_text(encoding="utf-8")):
            assert macro[1].endswith("#}") or macro[2] in ("summary", "blank"), f"{path.name}: {macro[2]}"


def test_every_component_is_on_the_page_that_shows_them() -> None:
    demonstration = (showing.FOLDER / "demonstration.html").read_text(encoding="utf-8")
    macros = {name for path in COMPONENTS for name in re.findall(r"macro (\w+)", path.read_text(encoding="utf-8"))}
    within = {"todo", "bar", "small_tile", "sort_head", "summary"}
    assert {name for name in macros - within if not re.search(rf"\b{name}\(", demonstration)} == set()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("modality", Modality),
        ("service", ServiceState),
        ("mail", State),
        ("registration", Status),
        ("text_state", ("missing", "draft", "reviewed", "stale")),
        ("service", ("asked",)),
    ],
)
@pytest.mark.parametrize("tag", ["en", "es", "vi"])
def test_every_state_has_an_icon_and_words_of_its_own(app: Flask, name: str, values: Any, tag: str) -> None:
    with i18n.spoken(tag):
        chips = [component("states", name, value).one(class_="chip") for value in values]
    assert all(chip.all("use") and chip.text for chip in chips)
    assert len({chip.text for chip in chips}) == len(chips)


def test_a_table_says_how_it_is_sorted_and_what_each_folded_cell_is(shown: Page) -> None:
    table = shown.main.all("table")[0]
    heads = table.all("th", role="columnheader")
    assert [head.get("aria-sort") for head in heads] == ["ascending", "", "", "", ""]
    assert all(cell.get("data-label") for cell in table.all("td"))
    assert all(row.all("th", scope="row") for row in table.one("tbody").all("tr"))


def test_a_filter_is_removed_by_a_link_that_says_so(shown: Page) -> None:
    assert [chip.text for chip in shown.main.one(class_="active").all("a")] == [
        "Remove: Language",
        "Remove: Xol",
        "Remove all",
    ]


def test_a_deadline_is_read_aloud_and_the_verb_says_of_what(shown: Page) -> None:
    first = shown.main.all(class_="todo")[0]
    assert first.one(class_="tile").text == "Due Wed 5 May"
    assert first.one("a").get("aria-label") == "See the offer: An offer runs out at 5:00 PM"


def test_each_drawing_is_hidden_or_named_and_has_words_beside_it(shown: Page) -> None:
    drawings = [svg for svg in shown.root.all("svg") if "icon" not in svg.get("class").split()]
    assert len(drawings) > 20
    for svg in drawings:
        named = svg.get("role") == "img" and svg.all("title") and svg.all("desc")
        assert named or svg.get("aria-hidden") == "true"
    assert shown.main.all("desc")[0].text == "147 registrations in all. Most: 22 on May 2."
    rows = shown.main.all(class_="demand")[0].all("li")
    assert rows[0].one(class_="words").text == "1,204 families, 1,620 listeners 2 of 2 seats confirmed"


def test_the_same_numbers_stand_in_the_table_below_the_days(shown: Page) -> None:
    days = showing.content("en")["few"]
    cells = shown.main.all("table")[1].all("td", role="cell")
    assert [cell.text for cell in cells] == [bar.text for bar in days.bars]


def test_each_half_of_a_translation_says_its_language(shown: Page) -> None:
    rows = shown.main.all(class_="translation")
    assert [(row.one(class_="source").get("lang"), row.one("textarea").get("lang")) for row in rows[:2]] == [
        ("en", "vi"),
        ("en", "ar"),
    ]
    assert rows[1].one("textarea").get("aria-invalid") == "true"
    assert rows[2].one("input").get("lang") == "es"


def test_what_somebody_typed_reaches_no_page_as_markup(app: Flask) -> None:
    bad = "<b>'\""
    page = component("todo", "todos", [{"what": bad, "why": bad, "href": "/", "verb": bad, "tile": None}])
    assert page.one("h3").text == bad
    assert component("records", "known", [{"label": bad, "value": bad}]).one("dt").text == bad
    row = component("translation", "translation", "a", "A", bad, "en", "ltr", "English", bad, "es", "ltr", "Spanish")
    assert row.one("textarea").text == bad


def test_the_style_sheet_of_staff_is_small_and_knows_no_left_and_right() -> None:
    written = (STATIC / "staff.css").read_text(encoding="utf-8")
    assert len(gzip.compress(written.encode(), 9)) <= 3500
    assert re.findall(r"(?<![-\w])(?:left|right|(?:margin|padding|border)-(?:left|right)|!important)\b", written) == []
    assert written.count("{") == written.count("}")


def test_the_areas_that_are_built_are_let_in_to_by_a_guard(app: Flask) -> None:
    built = [endpoint for endpoint, _ in areas.AREAS if endpoint in app.view_functions]
    assert areas.HOME in built
    assert [endpoint for endpoint in built if not hasattr(app.view_functions[endpoint], guard.ROLES)] == []
    # A name that no view answers to is a link that nobody ever sees; settings come last.
    assert {endpoint for endpoint, _ in areas.AREAS} - set(built) <= {"staff.settings"}
