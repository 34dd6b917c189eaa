"""A family that asks gets everything that is held about it, in its language, and that it did is recorded."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families import holder
from registration.families.models import Registration
from registration.privacy import held
from tests.conftest import NOW
from tests.families.steps import address, register, the_only
from tests.pages import Browser, Form, Page
from tests.privacy.canary import SUNG, hits, sing
from tests.signing_in import NAMES, signed_in


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def form_to(page: Page, what: str) -> Form:
    """The form that makes the file or the page."""
    (found,) = [form for form in page.forms() if form.action.endswith(what)]
    return found


def asked(staff: Browser, number: int) -> Page:
    """The page on which staff choose, as the family's page leads to it."""
    return staff.get(staff.get(f"/staff/families/{number}/").link("Give this family its data"))


def file_of(staff: Browser, number: int) -> dict[str, Any]:
    """The file as a program reads it."""
    form = form_to(asked(staff, number), "/data.json")
    answer = staff.raw("post", form.action, data=form.values)
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="registration-')
    assert answer.headers["Cache-Control"] == "no-store"
    return json.loads(answer.data)  # type: ignore[no-any-return]


def test_the_file_holds_all_that_is_held_and_nothing_that_opens_anything(app: Flask, staff: Browser) -> None:
    written, called = sing(app)
    first, second = file_of(staff, written), file_of(staff, called)
    own = first["registration"]
    assert (own["name"], own["email"], own["phone"]) == ("Zeisig Fabiola Ruiz", SUNG["email"], "+13035559481")
    assert (own["question"], own["needs_other"], own["dialect_note"]) == (
        "zeisig question?",
        "zeisig chair",
        "zeisig note",
    )
    assert [one["language"] for one in first["interpretation_requests"]] == ["es", "und", "en"]
    assert first["interpretation_requests"][1]["own_words"] == "zeisig dialect"
    assert [one["message"] for one in first["messages"]] == ["confirmation", "changed"]
    assert "Zeisig Fabiola" in first["messages"][0]["sent_text"]
    assert first["question_for_interpreters"][0]["text"] == "zeisig released"
    assert [(one["result"], one["note"]) for one in second["calls"]] == [("no_answer", "zeisig call")]
    assert [one["action"] for one in first["record"]] == ["family.noted", "question_released", "family.changed"]
    db.session.rollback()
    row = db.session.get_one(Registration, written)
    text = json.dumps(first)
    assert not [secret for secret in (row.public_id, row.submission_id, row.answers_hash) if secret in text]


def test_the_page_is_in_the_familys_language_and_names_nobody_of_the_staff(app: Flask, staff: Browser) -> None:
    register(Browser(app), address(locale="es"), **SUNG)
    staff.send(staff.get(f"/staff/families/{the_only().id}/note").form("note"), note="zeisig note")
    page = staff.send(form_to(asked(staff, the_only().id), "/data.html"))
    assert page.html.get("lang") == "es"
    for word in ("Zeisig Fabiola", "zeisig@example.org", "(303) 555-9481", "zeisig dialect", "zeisig chair",
                 "zeisig question?", "zeisig note"):  # fmt: skip
        assert word in page.main.text
    assert NAMES["coordinator"] not in page.main.text


@pytest.mark.parametrize("what", ["json", "html"])
def test_giving_data_out_is_recorded_without_any_of_it(app: Flask, staff: Browser, what: str) -> None:
    register(Browser(app), **SUNG)
    form = form_to(asked(staff, the_only().id), f"/data.{what}")
    staff.raw("post", form.action, data=form.values)
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.data_given")).one()
    assert (entry.object_id, entry.facts) == (the_only().id, {"format": "json" if what == "json" else "page"})
    assert hits(repr(entry.facts).encode()) == 0
    assert "Data given to the family" in staff.get(f"/staff/families/{the_only().id}/").text


def test_a_form_that_was_open_for_too_long_gives_nothing_out(app: Flask, staff: Browser) -> None:
    register(Browser(app), **SUNG)
    form = form_to(asked(staff, the_only().id), "/data.json")
    assert staff.raw("post", form.action, data={}).status_code == 422
    db.session.rollback()
    assert not db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.data_given")).all()


def test_of_a_family_whose_data_is_deleted_nothing_is_given_out(app: Flask, staff: Browser) -> None:
    browser = Browser(app)
    register(browser, **SUNG)
    browser.send(browser.get("/en/registration/delete").form("registration"))
    assert staff.raw("get", f"/staff/families/{the_only().id}/data").status_code == 404


def test_every_table_that_hangs_on_a_registration_is_in_the_file(app: Flask) -> None:
    hanging = {
        table.name
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("registration", "interpretation_request")
    }
    known = {"interpretation_request", "interpretation_event", "phone_call", "released_question", "registration_word"}
    assert hanging == known, "add the table to privacy/held.py, to families/forget.py, and here"
    register(Browser(app), **SUNG)
    family = holder.by_id(the_only().id)
    assert family is not None
    found = held.held_about(family, NOW)
    assert {"interpretation_requests", "calls", "question_for_interpreters", "search_words"} <= set(found)
