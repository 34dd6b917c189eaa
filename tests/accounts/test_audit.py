"""The record: what may stand in it, and how it is read."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registration import clock
from registration.accounts import audit
from registration.accounts.models import Actor, AuditEntry, Person
from registration.extensions import db
from registration.meetings.published import content
from registration.staff.audit import words
from registration.staff.audit.found import PAGE
from registration.staff.plan.plans import Kind
from tests.conftest import NOW
from tests.families.steps import meeting, register, the_only
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in

ROOT = Path(__file__).parents[2] / "registration"


@pytest.fixture
def reader(app: Flask) -> Browser:
    """An administrator who reads the record."""
    return signed_in(app, "administrator")


def rows(page: Page) -> list[str]:
    """The entries of a page, in words."""
    return [row.text for row in page.root.one("tbody").all("tr")] if page.root.all("tbody") else []


def done(action: str, person: Person | None = None, kind: str = "meeting", **more: Any) -> AuditEntry:
    """Let something be recorded."""
    entry = audit.record(action, object_kind=kind, object_id=more.pop("object_id", 1), person=person, **more)
    db.session.commit()
    return entry


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Rosa Méndez"},
        {"name": "Rosa"},
        {"email": "rosa@example.org"},
        {"phone": "+13035550148"},
        {"phone": "3035550148"},
        {"note": "a child who cannot climb stairs"},
        {"Rosa Méndez": 1},
        {"fields": ["name", "Rosa Méndez"]},
        {"before": {"name": "Rosa"}},
        {"share": 0.5},
        {"at": NOW},
    ],
)
def test_names_contacts_and_sentences_cannot_be_recorded(app: Flask, facts: dict[str, Any]) -> None:
    with pytest.raises(audit.NotForTheRecord) as refused:
        audit.record("meeting_edited", object_kind="meeting", object_id=1, facts=facts)
    assert "Rosa" not in str(refused.value)


def test_fields_tags_counts_and_yes_or_no_can_be_recorded(app: Flask) -> None:
    facts = {
        "fields": ["starts_at", "place_id"],
        "language": "zh-Hans",
        "told": 3,
        "late": True,
        "state": "another_way",
        "way": None,
    }
    entry = done("plan_moved", facts=facts)
    assert entry.facts == facts
    assert entry.actor == Actor.SYSTEM


def test_who_did_it_is_a_person_a_family_or_the_program(app: Flask, reader: Browser) -> None:
    person = person_with("coordinator")
    assert done("meeting_edited", person).actor == Actor.PERSON
    assert done("family.withdrawn", actor=Actor.FAMILY).actor == Actor.FAMILY
    shown = rows(reader.get("/staff/audit/?kind=meeting"))
    assert "A family Cancelled for a family" in shown[0]
    assert person.name in shown[1]


def test_people_meetings_and_families_are_named_and_what_is_gone_is_numbered(app: Flask, reader: Browser) -> None:
    register(Browser(app))
    held, family, luis = meeting(), the_only(), person_with("greeter")
    nameless = person_with("interpreter")
    nameless.name = ""
    for kind, number in (
        ("person", luis.id),
        ("person", nameless.id),
        ("meeting", held.id),
        ("series", held.series_id),
        ("registration", family.id),
        ("place", 4711),
    ):
        done("meeting_edited", nameless, kind=kind, object_id=number, meeting_id=held.id)
    shown = rows(reader.get("/staff/audit/?action=meeting_edited"))[::-1]
    title = content("en").meeting(held.id).title.text
    assert f"Person Luis Ortega {title}" in shown[0]
    assert f"Person {nameless.email}" in shown[1]
    assert shown[2].count(title) == 1
    assert f"Meeting {title}" in shown[2]
    assert f"Series {content('en').series(held.series_id).title}" in shown[3]
    assert f"Registration {family.code}" in shown[4]
    assert "Place 4711" in shown[5]
    assert all(f"{nameless.email} Changed a meeting" in one for one in shown)
    assert "Person Luis Ortega" in reader.get(f"/staff/audit/?kind=person&object={luis.id}").text


def test_every_kind_of_change_of_plan_has_words() -> None:
    assert {f"plan_{kind}" for kind in Kind} <= set(words.ACTIONS)


def test_the_record_is_narrowed_by_what_the_address_says(app: Flask, reader: Browser) -> None:
    minh, luis = person_with("coordinator"), person_with("greeter")
    done("meeting_edited", minh, meeting_id=1)
    done("meeting_published", minh, object_id=2, meeting_id=2)
    with clock.at(NOW + timedelta(days=2)):
        done("mail_retried", luis, kind="messages", object_id=None)
    expected = {
        f"person={minh.id}&kind=meeting": 2,
        f"person={luis.id}&kind=messages": 1,
        "action=meeting_published": 1,
        "kind=meeting": 2,
        "kind=meeting&object=2": 1,
        "meeting=1": 1,
        "from=2027-03-31": 1,
        "to=2027-03-30&kind=meeting": 2,
        "from=2027-03-30&to=2027-03-30&kind=messages": 0,
        "person=999": 0,
    }
    for query, count in expected.items():
        assert len(rows(reader.get(f"/staff/audit/?{query}"))) == count, query


@pytest.mark.parametrize(
    "query",
    [
        "person=x&object=-1&meeting=99999999999999999999",
        "from=yesterday&to=0001-01-01",
        "from=9999-12-31&to=9999-12-31",
        "before=x&action=%27%3B--",
        "before=99999999999999999999",
        "person=%D9%A1",
    ],
)
def test_what_cannot_be_read_in_the_address_is_left_out(reader: Browser, query: str) -> None:
    assert reader.get(f"/staff/audit/?{query}").status == 200


def test_older_entries_are_on_the_next_page_and_none_twice(app: Flask, reader: Browser) -> None:
    for number in range(PAGE * 2):
        audit.record("meeting_edited", object_kind="meeting", object_id=number)
    db.session.commit()
    first = reader.get("/staff/audit/?kind=meeting")
    second = reader.get(first.link("Older"))
    assert len(rows(first)) == len(rows(second)) == PAGE
    assert not set(rows(first)) & set(rows(second))
    assert "Older" not in second.main.text.split("Details")[-1]
    assert rows(reader.get(second.link("Newest"))) == rows(first)


@pytest.mark.parametrize("tag", ["en", "es", "vi"])
def test_the_record_is_read_in_every_language(app: Flask, tag: str) -> None:
    done("meeting_edited", person_with("coordinator"), meeting_id=1)
    page = signed_in(app, "administrator", locale=tag).get("/staff/audit/")
    assert page.html.get("lang") == tag
    assert (words.ACTIONS["meeting_edited"]() in page.text) is (tag == "en")


# Functions that hand an action on to the record, and the record's own.
RECORDING = ("record", "_record", "_decided", "on_record")


def recorded() -> dict[str, str]:
    """Actions that the program records, each with where."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in RECORDING:
                said = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                # Some say only what was done, to the subject that their module is named after.
                named = [action if action in words.ACTIONS else f"{path.stem}.{action}" for action in said]
                found |= dict.fromkeys(named, f"{path.name}:{node.lineno}")
    return found


def test_every_action_that_is_recorded_has_words() -> None:
    assert {action: where for action, where in recorded().items() if action not in words.ACTIONS} == {}
    assert "person_deactivated" in recorded()
