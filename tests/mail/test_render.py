"""Texts of mails in the family's language, and the frame they stand in."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, TemplateNotFound

from registration import i18n
from registration.mail.kept import error_text, without_links
from registration.mail.render import linked, one_line, render
from tests.mail.example import ARABIC, VIETNAMESE


@pytest.fixture(autouse=True)
def example_templates(bare_app: Flask) -> None:
    """The message `example`, which uses every building block."""
    beside = FileSystemLoader(Path(__file__).parent / "templates")
    assert bare_app.jinja_loader is not None
    bare_app.jinja_loader = ChoiceLoader([bare_app.jinja_loader, beside])


def test_language_and_direction_stand_on_the_page_and_on_its_wrapper(bare_app: Flask) -> None:
    for tag, direction, facts in (("vi", "ltr", VIETNAMESE), ("ar-XB", "rtl", ARABIC)):
        html = render("example", tag, **facts).html
        speaking = [element for element in re.findall(r"<[^>]+>", html) if f' lang="{tag}"' in element]
        assert [element.split()[0] for element in speaking] == ["<html", "<div"]
        assert all(f' dir="{direction}"' in element for element in speaking)
    assert i18n.speaking() == "en", "the language ends with the mail"


def test_styles_are_on_the_elements_and_dark_rules_are_kept(bare_app: Flask) -> None:
    html = render("example", "vi", **VIETNAMESE).html
    assert re.search(r'<a href="https://meetings.example.org/vi/r/[^"]+" style="[^"]*background: ?#0b5161', html)
    assert "@media (prefers-color-scheme: dark)" in html
    sizes = [int(size) for size in re.findall(r"font-size: ?(\d+)px", html.split("</style>")[1])]
    assert sizes
    # Besides the tile, whose words stand beside it in full, and cells that only keep a distance.
    assert {size for size in sizes if size < 16} == {1, 14}


def test_the_code_is_copied_in_one_piece(bare_app: Flask) -> None:
    html = render("example", "vi", **VIETNAMESE).html
    (figures,) = re.findall(r"<bdi[^>]*>(<span.*?)</bdi>", html)
    assert re.sub(r"<[^>]*>", "", figures) == "T7C2PH"


def test_what_a_person_wrote_is_escaped_in_html_and_plain_in_text(bare_app: Flask) -> None:
    rendered = render("example", "vi", **(VIETNAMESE | {"hello": "Chào <b>O'Brien & Ana</b>,"}))
    assert "&lt;b&gt;O'Brien &amp; Ana&lt;/b&gt;" in rendered.html.replace("&#39;", "'")
    assert rendered.text.startswith("Chào <b>O'Brien & Ana</b>,\n\n")


def test_the_text_says_all_that_the_html_says(bare_app: Flask) -> None:
    rendered = render("example", "vi", **VIETNAMESE)
    assert rendered.subject == VIETNAMESE["subject"]
    for said in (
        "T7C2PH",
        "17:00–18:30",
        "860 Federal Boulevard",
        "303 555 0100",
        VIETNAMESE["link"],
        "Đây không phải",
    ):
        assert said in rendered.text
    assert "\n\n\n" not in rendered.text
    assert not re.search(r"[ \t]\n", rendered.text)


def test_a_subject_is_one_line_and_keeps_its_no_break_spaces() -> None:
    assert one_line("\n 5:00\u202fPM \n  mùa\u00a0xuân\n") == "5:00\u202fPM mùa\u00a0xuân"


def test_a_missing_template_says_its_name(bare_app: Flask) -> None:
    with pytest.raises(TemplateNotFound, match=r"mail/nothing/subject\.txt"):
        render("nothing", "en")


def test_what_is_kept_opens_nothing() -> None:
    token = "dG9rZW4~1~c2ln"
    text = f"See (https://meetings.example.org/vi/r/{token}), or HTTPS://x.org/y. Token {token}."
    assert without_links(text, [token, f"https://meetings.example.org/vi/r/{token}"]) == "See (…), or … Token …."
    assert error_text(f"550 <hoa@example.org>\n  unknown {token}", [token]) == "550 <…> unknown …"
    assert len(error_text("x" * 1000)) == 300


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See Https://example.org/mapa, now", ["https://example.org/mapa"]),
        ("https://example.org/a!", ["https://example.org/a"]),
        ("(https://example.org/x_(y))", ["https://example.org/x_(y)"]),
        ("www.example.org. Or ana@example.org;", ["http://www.example.org", "mailto:ana@example.org"]),
        ("javascript:alert(1) //x.org 5.30 p.m.", []),
    ],
)
def test_addresses_in_staffs_words_become_links_without_the_punctuation_after_them(text: str, links: list[str]) -> None:
    pieces = list(linked(text))
    assert [href for _, href in pieces if href] == links
    assert "".join(words for words, _ in pieces) == text
