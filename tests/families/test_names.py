"""Names are what people say they are: any script, one word or many; what would harm a reader is left out."""

import unicodedata

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from registration.families.forms import RegistrationForm
from tests.families.steps import register, the_only
from tests.pages import Browser

# Joiners, and signs that are format characters by category but do show.
SHOWN = "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
NAMES = [
    "Rosa Méndez Xol",
    "Sukarno",
    "O",
    "nguyễn thị hoa",
    "MacDonald de la Cruz-O'Brien",
    "محمد علي",
    "רחל לוי",
    "ኣበበ በቂላ",
    "王小明",
    "မောင်မောင်",
    "राम बहादुर",
    "Зоя Ґалаґан",
    "Jean‑Luc 3rd",
    "👩‍👧 Ana",
    "n" * 128,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_and_shown_as_it_was_written(browser: Browser, name: str) -> None:
    page = register(browser, name=name)
    assert the_only().name == name
    assert any(element.text == name for element in page.main.all("bdi"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Rosa \t Méndez\n Xol ", "Rosa Méndez Xol"),
        ("Rosa\u0000 Xol\u0007", "Rosa Xol"),
        ("\u202eloX asoR\u202c", "loX asoR"),
        ("Rosa\u2067 Xol\u2069", "Rosa Xol"),
        ("Rosa\u00a0Xol", "Rosa Xol"),
    ],
)
def test_control_characters_and_turns_of_direction_are_left_out(browser: Browser, typed: str, kept: str) -> None:
    register(browser, name=typed)
    assert the_only().name == kept


def test_marks_that_a_script_needs_within_a_word_stay(browser: Browser) -> None:
    # Zero-width joiners shape Persian and Indic words; they turn nothing.
    register(browser, name="علی\u200cرضا क्\u200dष")
    assert the_only().name == "علی\u200cرضا क्\u200dष"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(typed=st.text(max_size=140))
def test_whatever_is_typed_becomes_a_line_that_can_be_stored_and_shown(app: Flask, typed: str) -> None:
    with app.test_request_context():
        kept = RegistrationForm(formdata=MultiDict({"name": typed})).name.data
    assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in SHOWN]
    assert kept == " ".join(kept.split())
    # Nothing that shows is lost: what is left of the typed text, space aside, is all there in its order.
    meant = "".join(c for c in typed if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    assert "".join(c for c in kept if unicodedata.category(c) != "Cf" and not c.isspace()) == "".join(meant.split())


@pytest.mark.parametrize("blank", ["\u200b", "\u3164", "\u200b\u2060", "\ufeff ", "\u200d", "…", "\u2800"])
def test_a_name_that_shows_no_letter_is_refused(browser: Browser, blank: str) -> None:
    page = browser.get("/en/meetings/english-meeting/register")
    answer = browser.send(page.form("submission_id"), name=blank, email="ana@example.org", interpretation="none")
    assert answer.status == 422
    assert "Write the name we should use for you" in answer.main.text


def test_joiners_outside_words_go_and_a_zero_width_space_never_hides_in_a_name(browser: Browser) -> None:
    register(browser, name="\u200dRosa\u200b Mén\u00addez\u200c")
    assert the_only().name == "Rosa Méndez"
