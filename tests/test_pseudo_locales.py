"""Every page and mail in two languages that do not exist: words without a catalogue and turned data stand out."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import languages
from registration.extensions import db
from registration.families.messages import HOLDS, build
from registration.families.models import Attendance, Registration, Status
from registration.mail.letter import Letter, Queued
from registration.meetings.models import Meeting, TranslatedText
from registration.meetings.published import touch
from tests import visible
from tests.conftest import NOW
from tests.families.news import CHANGES, ROOM, STATES, announce, replan
from tests.families.test_messages import letter_of
from tests.pages import Element, Page, _Tree
from tests.pseudo import pseudo, write_catalogues
from tests.walk import ROSA, Walk

pytestmark = pytest.mark.one_database

TEMPLATE = Path(__file__).parent.parent / "translations" / "messages.pot"
ACCENTED, TURNED = "en-XA", "ar-XB"
# Mails carry one line in English, for the front desk.
DESK = "For the front desk:"
# What characters set apart, where no element can (Unicode 9: left-to-right isolate).
ISOLATED = re.compile("\u2066[^\u2069]*\u2069")


@pytest.fixture(scope="session")
def pseudo_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogues of both."""
    folder = tmp_path_factory.mktemp("translations")
    write_catalogues(TEMPLATE, folder)
    return folder


@pytest.fixture
def app_settings(pseudo_catalogues: Path) -> dict[str, object]:
    """An installation that offers both."""
    return {"EXTRA_TRANSLATIONS": str(pseudo_catalogues), "LANGUAGES": ["en", "es", "vi", ACCENTED, TURNED]}


def staff_write(tag: str, change: Callable[[str], str]) -> None:
    """Give every text of staff in `tag` too."""
    rows = db.session.scalars(select(TranslatedText).where(TranslatedText.locale == "en")).all()
    for row in rows:
        text = "\n".join(change(line) for line in row.text.split("\n"))
        db.session.add(TranslatedText(owner=row.owner, owner_id=row.owner_id, field=row.field, locale=tag, text=text))
    touch()
    db.session.commit()


# Accented English.


def unasked(words: str, known: list[str]) -> str:
    """What of a line came from no catalogue: letters without accents, or outside brackets; empty when all is well."""
    rest = visible.without(words, known)
    if re.search("[A-Za-z]", rest):
        return rest
    return outside if re.search(r"[^\W\d_]", outside := _outside_brackets(rest)) else ""


def _outside_brackets(text: str) -> str:
    while (shorter := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
        text = shorter
    return text


def leaks(page: Page, known: list[str]) -> list[str]:
    """Lines of a page that no catalogue was asked for."""
    if page.html.get("lang") != ACCENTED:
        return [f"the page is in {page.html.get('lang')}"]
    found = []
    for where, pieces in visible.lines(page):
        # Data is taken out of each piece first: two names beside each other could be read as a third.
        words = "".join(visible.without(piece.words, known) for piece in pieces)
        if unasked(words, known):
            found.append(f"{where}: {' '.join(''.join(piece.words for piece in pieces).split())}")
    return found


def test_every_word_of_every_page_comes_from_a_catalogue(app: Flask) -> None:
    staff_write(ACCENTED, pseudo)
    pages = dict(Walk(app, ACCENTED).steps())
    known = visible.data(ACCENTED)
    found = visible.report({name: leaks(page, known) for name, page in pages.items()})
    assert not found, found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (pseudo("Register"), False),
        (pseudo("The meeting is in %(language)s.").replace("%(language)s", "Spanish"), False),
        ("Monday, May 3, 2027, " + pseudo("Online"), False),
        ("Register", True),
        (pseudo("Register") + " for it", True),
        (pseudo("Register").strip("[]"), True),
        (pseudo("You asked after %(day)s").replace("%(day)s", "a while"), True),
    ],
)
def test_words_that_no_catalogue_was_asked_for_stand_out(words: str, found: bool) -> None:
    assert bool(unasked(words, ["Monday, May 3, 2027", "Spanish"])) == found


# Right to left.


def misplaced(page: Page, known: list[str], foreign: list[str]) -> list[str]:
    """Texts in another language that do not say so, and data that would be shown back to front."""
    if (page.html.get("lang"), page.html.get("dir")) != (TURNED, "rtl"):
        return [f"the page is in {page.html.get('lang')}, {page.html.get('dir')}"]
    found = []
    for where, pieces in visible.lines(page):
        for words, element in pieces:
            if element.name == "head":
                continue  # a title or an attribute cannot say in which language a part of it is
            says = visible.nearest(element, "lang")
            own = says is None or says.get("lang") == TURNED
            if own and re.search("[A-Za-z]", visible.without(words, known)):
                found.append(f"{where} has no lang: {' '.join(words.split())}")
            if not own and says is not None and not says.get("dir"):
                found.append(f"{where} has lang without dir: {' '.join(words.split())}")
            direction = visible.nearest(element, "dir")
            if (
                any(one in ISOLATED.sub("", words) for one in foreign)
                and direction is not None
                and direction.get("dir") == "rtl"
            ):
                found.append(f"{where} is turned: {' '.join(words.split())}")
    return found


def test_pages_from_right_to_left_say_what_is_in_another_language(app: Flask) -> None:
    pages = dict(Walk(app, TURNED).steps())
    known = visible.data(TURNED)
    found = visible.report({name: misplaced(page, known, visible.left_to_right()) for name, page in pages.items()})
    assert not found, found


def test_the_language_switch_says_the_language_and_direction_of_each_name(app: Flask) -> None:
    switch = Walk(app, TURNED).get("").root.one("nav", class_="languages")
    links = {link.get("hreflang"): (link.get("lang"), link.get("dir")) for link in switch.all("a")}
    assert links == {tag: (tag, languages.direction(tag)) for tag in app.config["LANGUAGES"]}


# Mails.


@pytest.fixture
def registration(app: Flask, request: pytest.FixtureRequest) -> Registration:
    """A family that reads the language that the test names."""
    tag = request.param
    if tag == ACCENTED:
        staff_write(tag, pseudo)
    Walk(app, tag).register(**(ROSA | {"interpretation": ["so", "call"]}))
    return db.session.scalars(select(Registration)).one()


def letter(registration: Registration, message: str) -> Letter:
    """The mail, as it would go out now."""
    if message in CHANGES or message in STATES:
        _happens(message, registration)
        written = letter_of(registration, message)
    else:
        if message == "way_in":
            registration.attendance = Attendance.ONLINE.value
        registration.status = {"waiting": Status.WAITING, "withdrawn": Status.WITHDRAWN}.get(message, Status.REGISTERED)
        db.session.commit()
        written = build(Queued(1, message, "registration", registration.id, str(registration.version), NOW, False))
    assert isinstance(written, Letter)
    return written


def _happens(message: str, registration: Registration) -> None:
    """Let that happen of which the message tells, with whatever staff write in the family's language too."""
    meeting = db.session.get_one(Meeting, registration.meeting_id)
    if message in STATES:
        announce(message, meeting, "so")
    else:
        parts: dict[str, Any] = {"reason": {}}
        if message == "room_changed":
            parts["room"] = ROOM | {registration.locale: pseudo(ROOM["en"])}
        replan(CHANGES[message], meeting, **parts)
    db.session.commit()


def text_leaks(text: str, known: list[str]) -> list[str]:
    """Lines of a text that no catalogue was asked for."""
    return [line for line in text.splitlines() if not line.startswith(DESK) and unasked(line, known)]


def html_leaks(html: str, known: list[str]) -> list[str]:
    """The same for a mail's HTML, its one English line aside."""
    tree = _Tree()
    tree.feed(html)
    found = []
    for element in _spoken(tree.root):
        words = " ".join(one for one in element.content if isinstance(one, str))
        if unasked(words, known):
            found.append(words.strip())
    return found


def _spoken(element: Element) -> Iterator[Element]:
    for one in element.content:
        if isinstance(one, Element) and one.name != "style" and one.get("lang") != "en":
            yield one
            yield from _spoken(one)


@pytest.mark.parametrize("message", sorted(HOLDS))
@pytest.mark.parametrize("registration", [ACCENTED], indirect=True)
def test_every_word_of_every_mail_comes_from_a_catalogue(registration: Registration, message: str) -> None:
    written, known = letter(registration, message), visible.data(ACCENTED)
    assert not unasked(written.subject, known)
    assert text_leaks(written.text, known) == []
    assert html_leaks(written.html, known) == []
    described = b"".join(each.data for each in written.attachments).decode().replace("\r\n ", "")
    calendar = re.findall(r"^(?:SUMMARY|DESCRIPTION|LOCATION)[^:]*:(.*)$", described, re.MULTILINE)
    assert [line for line in calendar if unasked(line.strip().replace("\\,", ","), known)] == []


@pytest.mark.parametrize("message", sorted(HOLDS))
@pytest.mark.parametrize("registration", [TURNED], indirect=True)
def test_every_mail_runs_in_the_direction_of_its_language(registration: Registration, message: str) -> None:
    tree = _Tree()
    tree.feed(letter(registration, message).html)
    directed = [tree.root.one("html"), tree.root.one("div", class_="ground")]
    assert [(each.get("lang"), each.get("dir")) for each in directed] == [(TURNED, "rtl")] * 2
