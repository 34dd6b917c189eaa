"""Libraries speak English when something is wrong; families never read it. Each is made to complain, in Vietnamese.

Of the libraries in use these can complain about what a family sends: WTForms (numbers), Flask-WTF (the token of a
form), email-validator, phonenumbers, Werkzeug (addresses, methods, sizes, broken requests).
"""

import re
from functools import lru_cache

import pytest
from flask import Flask

from tests import catalogues, visible
from tests.pages import Browser, Page
from tests.test_translations import TRANSLATED, catalogue_of
from tests.walk import ROSA, Walk

pytestmark = pytest.mark.one_database

FORM = "/vi/meetings/english-meeting/register"
# Words that stand in nearly every English sentence, and are words in neither Spanish nor Vietnamese.
ENGLISH = re.compile(
    r"\b(the|is|are|was|not|your|you|please|this|that|we|and|of|must|field|valid|invalid|required|integer|value|token|"
    r"missing|address|number|there|with|for|should|could|server|request|method|allowed|found|page|large|bad|went)\b",
    re.IGNORECASE,
)

EMAILS = [
    "rosa", "rosa@", "@example.org", "rosa@example", "rosa@@example.org", "ro..sa@example.org", ".rosa@example.org",
    "rosa m@example.org", "rosa@exa mple.org", "rosa@-example.org", "rosa@exam_ple.org", "rosa@example.org.",
    "rosa@xn--.org", "rosa@localhost", "rosa@[127.0.0.1]", "rosa@example.invalid", f"rosa@{'e' * 64}.org",
    '"rosa"@example.org', "Rosa <rosa@example.org>", "rosa@example..org", "ros\u2028a@example.org",
]  # fmt: skip
PHONES = ["12", "rosa", "+", "+999 123 4567", "911", "303 555", "0" * 30, "303 555 0148 0148 0148"]
NUMBERS = ["two", "1.5", "-1", "21", "½", "²", "1e3", "0x1", "9" * 5000, "٩٩"]


def said_wrong(page: Page) -> list[str]:
    """The words at the fields of a page."""
    words = [one.one("span").text for one in page.main.all("p", class_="error") if one.all("span")]
    summary = page.main.all("div", class_="errors")
    return words + [link.text for each in summary for link in each.all("a")]


def ours(words: str) -> bool:
    """Whether a text is a sentence of the Vietnamese catalogue, its placeholders filled in somehow."""
    return any(pattern.fullmatch(words) for pattern in _sentences())


@lru_cache
def _sentences() -> list[re.Pattern[str]]:
    forms = [each.string for each in catalogues.read(catalogue_of("vi")) if each.id and isinstance(each.string, str)]
    return [re.compile(".+".join(re.escape(part) for part in re.split(r"%\(\w+\)s", form))) for form in forms]


def english(page: Page) -> list[str]:
    """Lines of a page in which English words stand, except where the page says that they are English."""
    found = []
    for where, pieces in visible.lines(page):
        own = [piece.words for piece in pieces if not _marked(piece)]
        if ENGLISH.search(" ".join(own)):
            found.append(f"{where}: {' '.join(' '.join(own).split())}")
    return found


def _marked(piece: visible.Piece) -> bool:
    element = visible.nearest(piece.element, "lang")
    return element is not None and element.name != "html" and element.get("lang") == "en"


WRONG = {"email": EMAILS, "phone": PHONES, "adults": NUMBERS, "children": NUMBERS, "listeners": NUMBERS}


@pytest.mark.parametrize("field", sorted(WRONG))
def test_what_a_library_finds_wrong_is_said_in_vietnamese(browser: Browser, field: str) -> None:
    form = browser.get(FORM).form("submission_id")
    for value in WRONG[field]:
        page = browser.send(form, **(ROSA | {field: value}))
        said = said_wrong(page)
        assert (page.status, bool(said)) == (422, True), value
        assert [words for words in said if not ours(words)] == [], value
        assert english(page) == [], value


@pytest.mark.parametrize("token", ["", "nonsense", "IjEi.aaaa.bbbb", None])
def test_a_form_with_a_bad_token_comes_back_in_vietnamese(browser: Browser, token: str | None) -> None:
    form = browser.get(FORM).form("submission_id").fill(**ROSA)
    if token is None:
        del form.values["csrf_token"]
    else:
        form.values["csrf_token"] = token
    page = browser.post(form.action, form.values)
    assert page.status == 422
    assert page.main.all("input", name="name")[0].get("value") == ROSA["name"]
    assert english(page) == []


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("get", "/vi/nothing", {}, 404),
        ("get", "/vi/meetings/nothing/", {}, 404),
        ("get", "/vi/r/nothing", {}, 404),
        ("post", "/vi/contact", {}, 405),
        ("delete", "/vi/", {}, 405),
        ("post", FORM, {"data": {"question": "x" * 300_000}}, 413),
        ("post", FORM, {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"}, 422),
    ],
)
def test_what_werkzeug_refuses_is_said_in_vietnamese(
    app: Flask, method: str, path: str, options: dict[str, object], status: int
) -> None:
    # A reader whose browser asks for English, on a Vietnamese address: the address says which language.
    reader = Browser(app, **{"Accept-Language": "en"})
    page = Page(reader.raw(method, path, **options), path)
    assert (page.status, page.html.get("lang")) == (status, "vi")
    assert english(page) == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_no_page_in_another_language_holds_english(app: Flask, tag: str) -> None:
    found = {name: english(page) for name, page in Walk(app, tag).steps()}
    assert not (leaks := visible.report(found)), leaks


def test_english_in_a_page_is_seen(browser: Browser) -> None:
    page = browser.get("/en/")
    assert "h1: Community meetings with your schools" in english(page)
    assert not ours("Not a valid integer value.")
    assert ours("Người lớn: xin ghi một con số từ 1 đến 20.")
