"""The questions of the form: what passes, and what is wrong in words."""

from typing import Any

import pytest
from flask import Flask

from registration.families.models import Need
from tests.families.steps import ADA, address, check, errors, register, registrations, requests_of, the_only
from tests.pages import Browser

NAME = "Write the name we should use for you"
REACH = "Give a phone number or an email, so that we can reach you"
PHONE = "Write the phone number with its area code, for example \u2066303 555 0148\u2069"
EMAIL = "Write the email like this: name@example.org"
SAY = "Say whether you need an interpreter"
LIST = "Choose a language from the list, or write it in your own words"
SHORTER = "Another language or dialect: please shorten this to 128 characters or fewer."
EITHER = "Choose either a language or “No, I do not need an interpreter”, not both"
WHICH = "Write which language you need"
CALL = "Give a phone number, so that we can call you"

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": None}, "name", NAME),
    ({"name": "   "}, "name", NAME),
    ({"name": "\u202e\u0000"}, "name", NAME),
    ({"name": "n" * 129}, "name", "Name: please shorten this to 128 characters or fewer."),
    ({"email": None}, "phone", REACH),
    ({"email": "ada"}, "email", EMAIL),
    ({"email": "ada@"}, "email", EMAIL),
    ({"email": "ada@example"}, "email", EMAIL),
    ({"email": "dương@example.org"}, "email", EMAIL),
    ({"email": "ada@example.org, eve@example.org"}, "email", EMAIL),
    ({"email": "ada@example.org\nBcc: eve@example.org"}, "email", EMAIL),
    ({"phone": "12"}, "phone", PHONE),
    ({"phone": "555 0148"}, "phone", PHONE),
    ({"phone": "call me"}, "phone", PHONE),
    ({"phone": "ada@example.org"}, "phone", PHONE),
    ({"interpretation": None}, "interpretation", SAY),
    ({"interpretation": ["", ""]}, "interpretation", SAY),
    ({"interpretation": "klingon"}, "interpretation", LIST),
    ({"interpretation": "zh-Hans"}, "interpretation", LIST),
    ({"interpretation": ["es", "vi", "ar", "so", "am", "ru", "fr"]}, "interpretation", LIST),
    ({"interpretation": ["none", "es"]}, "interpretation", EITHER),
    ({"interpretation": "none", "other_language": "Mam"}, "interpretation", EITHER),
    ({"interpretation": "other"}, "other_language", WHICH),
    ({"interpretation": "call"}, "phone", CALL),
    ({"listeners": "0"}, "listeners", "Interpreter: please write a number from 1 to 20."),
    ({"listeners": "many"}, "listeners", "Interpreter: please write a number, for example 2."),
    ({"adults": "1_0"}, "adults", "Adults: please write a number, for example 2."),
    ({"adults": "1 0"}, "adults", "Adults: please write a number, for example 2."),
    ({"adults": "+2"}, "adults", "Adults: please write a number, for example 2."),
    ({"adults": "2.0"}, "adults", "Adults: please write a number, for example 2."),
    ({"adults": "two"}, "adults", "Adults: please write a number, for example 2."),
    ({"adults": "-1"}, "adults", "Adults: please write a number from 0 to 20."),
    ({"adults": "21"}, "adults", "Adults: please write a number from 0 to 20."),
    ({"adults": "0"}, "adults", "Write how many people come, at least 1"),
    ({"adults": "15", "children": "6"}, "adults", "At most 20 people can register together. Please call us."),
    ({"adults": "9" * 4000}, "adults", "Adults: please write a number from 0 to 20."),
    ({"children": "1.5"}, "children", "Children: please write a number, for example 2."),
    ({"attendance": "on_the_roof"}, "attendance", "This meeting is not held that way. Choose another one."),
    ({"needs": "a_drum"}, "needs", "Choose from the list, or write what you need in your own words"),
    ({"needs_other": "x" * 1001}, "needs_other", "Other needs: please shorten this to 1000 characters or fewer."),
    ({"question": "x" * 2001}, "question", "Your question: please shorten this to 2000 characters or fewer."),
    ({"other_language": "x" * 129, "interpretation": None}, "other_language", SHORTER),
    ({"childcare_children": "21"}, "childcare_children", "Childcare: please write a number from 0 to 20."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "field", "words"), WRONG)
def test_a_wrong_answer_is_named_in_words_and_nothing_typed_is_lost(
    browser: Browser, given: dict[str, Any], field: str, words: str
) -> None:
    page = check(browser, **given)
    assert page.status == 422
    assert errors(page) == {field: words}
    assert page.root.one("title").text.startswith("Error: ")
    assert words in page.main.text.split(words, 1)[1], "the words stand in the summary and at the field"
    values = page.form("submission_id").values
    assert values["name"] == " ".join(str((ADA | given)["name"] or "").split()).replace("\u202e", "").replace("\0", "")
    for name in ("needs_other", "question", "listeners", "phone", "email"):
        if given.get(name) and "\n" not in given[name]:
            assert values[name] == given[name]
    assert registrations() == []


def test_an_empty_form_names_the_three_things_it_needs(browser: Browser) -> None:
    page = check(browser, name=None, email=None, interpretation=None)
    assert errors(page) == {"name": NAME, "phone": REACH, "interpretation": SAY}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("303 555 0148", "+13035550148"),
        ("(303) 555-0148", "+13035550148"),
        ("1-303-555-0148", "+13035550148"),
        ("+1 303.555.0148", "+13035550148"),
        ("303 555 0148 ext. 12", "+13035550148;ext=12"),
        ("3035550148x12", "+13035550148;ext=12"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+84 24 3825 5555", "+842438255555"),
        ("٣٠٣ ٥٥٥ ٠١٤٨", "+13035550148"),
    ],
)
def test_a_phone_number_is_read_in_any_format(browser: Browser, typed: str, kept: str) -> None:
    register(browser, phone=typed)
    assert the_only().phone == kept


def test_a_number_with_an_extension_can_be_changed_again(browser: Browser) -> None:
    register(browser, phone="303 555 0148 ext. 12", email=None)
    page = browser.get("/en/registration/change")
    assert browser.send(page.form("name"), adults=2).status == 200
    assert the_only().phone == "+13035550148;ext=12"


@pytest.mark.parametrize("typed", ["ada@example.org", "ADA+school@Example.ORG", "ada@bücher.example"])
def test_an_email_is_kept_as_it_was_written_and_found_in_any_case(browser: Browser, typed: str) -> None:
    register(browser, email=typed)
    found = the_only()
    assert found.email is not None
    assert found.email_folded == typed.casefold().replace("bücher", "xn--bcher-kva")
    assert found.email.partition("@")[0] == typed.partition("@")[0]


@pytest.mark.parametrize("typed", ["ada@gmial.com", "ada@gmail.con", "ada@hotmial.com"])
def test_a_likely_slip_in_an_email_is_pointed_out_and_not_refused(browser: Browser, typed: str) -> None:
    page = check(browser, email=typed)
    assert page.status == 200
    assert f"ada@{'hotmail' if 'hot' in typed else 'gmail'}.com" in page.main.text
    browser.send(page.form("submission_id"))
    assert the_only().email == typed


def test_blank_listeners_and_blank_adults_are_one(browser: Browser) -> None:
    register(browser, interpretation="es", listeners="", adults="", children="")
    found = the_only()
    assert (found.adults, found.children) == (1, 0)
    assert requests_of(found) == [("es", "spoken", 1)]


def test_children_may_come_with_no_adult_when_that_is_said(browser: Browser) -> None:
    register(browser, adults="0", children="2")
    assert (the_only().adults, the_only().children) == (0, 2)


def test_twenty_people_may_come(browser: Browser) -> None:
    register(browser, adults="15", children="5")
    assert the_only().party == 20


def test_numbers_are_read_in_other_digits(browser: Browser) -> None:
    register(browser, adults="٣", interpretation="ar", listeners="٢")
    assert the_only().adults == 3
    assert requests_of(the_only()) == [("ar", "spoken", 2)]


def test_several_languages_and_a_sign_language_are_several_requests(browser: Browser) -> None:
    register(browser, interpretation=["mam", "es", "ase"], listeners="2")
    assert sorted(requests_of(the_only())) == [("ase", "sign", 2), ("es", "spoken", 2), ("mam", "spoken", 2)]


def test_own_words_are_a_request_of_their_own(browser: Browser) -> None:
    page = register(browser, interpretation=["es", "other"], other_language="Q'anjob'al de Santa Eulalia")
    assert requests_of(the_only()) == [("es", "spoken", 1), ("und", "spoken", 1)]
    assert "Q'anjob'al de Santa Eulalia" in page.main.text


def test_own_words_without_the_choice_other_count_too(browser: Browser) -> None:
    register(browser, interpretation=None, other_language="Mam")
    assert requests_of(the_only()) == [("und", "spoken", 1)]


def test_not_sure_is_a_call_to_make_and_no_demand(browser: Browser) -> None:
    page = register(browser, interpretation="call", phone="303 555 0148")
    assert the_only().call_me
    assert requests_of(the_only()) == []
    assert "We will call you about the interpreter" in page.main.text


def test_the_language_of_the_meeting_is_no_demand_and_the_page_says_so(browser: Browser) -> None:
    page = check(browser, interpretation="en")
    assert "You do not need an interpreter for this language." in page.main.text
    browser.send(page.form("submission_id"))
    assert requests_of(the_only()) == []


def test_captions_are_a_request_in_the_language_of_the_meeting(browser: Browser) -> None:
    register(browser, needs=[Need.CAPTIONS, Need.WHEELCHAIR], needs_other="A seat near the door")
    assert requests_of(the_only()) == [("en", "captions", 1)]
    assert (the_only().needs, the_only().needs_other) == (["captions", "wheelchair"], "A seat near the door")


def test_a_form_without_its_token_keeps_what_was_typed_and_registers_when_sent_again(app: Flask) -> None:
    family = Browser(app)
    page = family.post(address(), ADA | {"question": "Why?", "checked": "yes", "submission_id": "expired-form"})
    assert page.status == 422
    form = page.form("submission_id")
    assert (form.values["name"], form.values["question"]) == (ADA["name"], "Why?")
    assert form.values["submission_id"] == "expired-form"
    assert "Please send this page again" in page.main.text
    assert registrations() == []
    family.send(family.send(form).form("submission_id"))
    assert the_only().question == "Why?"


def test_a_form_that_is_far_too_long_is_refused_in_words(browser: Browser) -> None:
    page = browser.post(address(), {"question": "x" * 300_000})
    assert page.status == 413
    assert page.heading == "That was too long"
