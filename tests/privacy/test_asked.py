"""Nothing is asked, and nothing is kept of a family, that is not on the closed list of asked.py."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import inspect

from registration.config import Defaults
from registration.extensions import db
from registration.families import forget
from registration.families.models import Need, Registration
from registration.families.words import needs
from registration.i18n import SOURCE, gettext, spoken
from tests import catalogues
from tests.families.steps import address, check, register
from tests.pages import Browser, Page
from tests.privacy import asked
from tests.test_translations import TEMPLATE, catalogue_of

LANGUAGES = list(Defaults.LANGUAGES)


def test_every_column_of_a_registration_is_on_the_list_and_somebody_decided_whether_it_is_erased(app: Flask) -> None:
    columns = {column["name"] for column in inspect(db.engine).get_columns("registration")}
    assert columns == asked.ERASED | asked.STAYS
    assert not asked.ERASED & asked.STAYS
    assert set(forget.BLANK) == asked.ERASED
    assert columns == {column.name for column in Registration.__table__.columns}


def test_every_column_of_a_table_about_a_family_is_on_the_list(app: Flask) -> None:
    looked = inspect(db.engine)
    there = {table: {one["name"] for one in looked.get_columns(table)} for table in asked.OF_A_FAMILY}
    assert there == {table: set(names.split()) for table, names in asked.OF_A_FAMILY.items()}


def test_every_table_is_on_the_list_of_those_about_a_family_or_of_the_others(app: Flask) -> None:
    tables = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert tables == asked.NO_FAMILY | set(asked.OF_A_FAMILY) | {"registration"}


def test_no_column_is_named_after_what_is_never_asked(app: Flask) -> None:
    looked = inspect(db.engine)
    names = [one["name"].replace("_", " ") for table in looked.get_table_names() for one in looked.get_columns(table)]
    assert [name for name in names if asked.NEVER[SOURCE].search(name)] == []


def pages(app: Flask, locale: str) -> Iterator[Page]:
    """Every page on which a family is asked something."""
    browser, stranger = Browser(app), Browser(app)
    yield browser.get(address(locale=locale))
    yield check(browser, address(locale=locale))
    register(browser, address(locale=locale))
    for page in ("", "change", "withdraw", "delete"):
        yield browser.get(f"/{locale}/registration/{page}")
    yield stranger.get(f"/{locale}/lost-link")


def fields(page: Page) -> dict[str, set[str]]:
    """The words at each field, by its name; choices of one name are left out."""
    labels = {one.get("for"): one.text for one in page.main.all("label") if one.get("for")}
    found: dict[str, set[str]] = {}
    for control in page.main.all("input", "select", "textarea"):
        words = found.setdefault(control.get("name"), set())
        if control.get("type") not in ("hidden", "radio", "checkbox") and control.get("id") in labels:
            words.add(labels[control.get("id")])
    return found


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_family_is_asked_nothing_that_is_not_on_the_list_in_any_language(app: Flask, locale: str) -> None:
    seen = set()
    for page in pages(app, locale):
        for name, labels in fields(page).items():
            assert name in asked.QUESTIONS or name in asked.NOT_QUESTIONS, f"{name} is not on the list"
            seen.add(name)
            question = asked.QUESTIONS.get(name)
            with spoken(locale):
                words = gettext(question) if question else ""
            assert all(label.startswith(words) for label in labels), (name, labels)
    assert seen >= set(asked.QUESTIONS) - {"contact_language"}


def test_the_groups_and_needs_are_those_on_the_list(app: Flask, browser: Browser) -> None:
    page = browser.get(address())
    assert {one.text for one in page.main.all("legend")} == asked.GROUPS
    assert {words for _, words in needs()} == asked.NEEDS
    assert {name for name, _ in needs()} == {one.value for one in Need}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_sentence_of_any_page_or_mail_speaks_of_what_is_never_asked_but_to_say_so(locale: str) -> None:
    sentences = catalogues.read(TEMPLATE if locale == SOURCE else catalogue_of(locale))
    named = set()
    for message in sentences:
        said = message.id if locale == SOURCE else message.string
        texts = [said] if isinstance(said, str) else list(said or ())
        if any(asked.NEVER[locale].search(text) for text in texts):
            named.add(message.id)
    assert named == asked.SAID
