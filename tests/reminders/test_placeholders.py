"""Placeholders: found, refused when mistyped or missing, filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.reminders import placeholders

pytestmark = pytest.mark.no_database


def test_each_is_found_once_in_its_order() -> None:
    assert placeholders.used("{link} {date} {link}") == ["link", "date"]


@pytest.mark.parametrize("typed", ["{dat}", "{Date}", "{ date }", "{}", "{", "}", "{fecha}"])
def test_what_only_looks_like_one_is_named_as_it_was_typed(typed: str) -> None:
    assert placeholders.unknown(f"On {{date}} {typed} at {{place}}") == [typed]


def test_a_language_in_which_one_is_missing_is_named() -> None:
    texts = {"en": "{date} {place}", "es": "{date}", "vi": "{place} {date}"}
    assert placeholders.missing(texts) == {"es": ["place"]}


def test_a_subject_holds_nothing_that_a_family_wrote_and_nothing_that_opens() -> None:
    assert placeholders.unfit_for_subject("{date} {name} {link} {interpreter}") == ["name", "link", "interpreter"]


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    assert placeholders.fill("{name}: {code}", {"name": "{link}", "code": "K7M4XP"}) == "{link}: K7M4XP"


@given(st.text(st.sampled_from("{}abdet \n")))
def test_pieces_put_together_are_the_text(text: str) -> None:
    assert "".join(f"{{{p.text}}}" if p.placeholder else p.text for p in placeholders.pieces(text)) == text
    values = dict.fromkeys(placeholders.NAMES, "")
    assert placeholders.fill(text, values) == "".join(p.text for p in placeholders.pieces(text) if not p.placeholder)


def test_an_empty_line_parts_paragraphs() -> None:
    found = placeholders.paragraphs("One {date}\nstill one\n\n \nTwo\n")
    assert [[piece.text for piece in paragraph] for paragraph in found] == [["One ", "date", "\nstill one"], ["Two"]]
