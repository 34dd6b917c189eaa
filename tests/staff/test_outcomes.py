"""After a meeting staff say what was served: the seats choose, a person decides, and two never overwrite each other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families.models import Event, Outcome, Why
from registration.families.outcomes import Result
from registration.interpretation import book, record, states
from registration.interpretation.models import Assignment
from registration.meetings.models import ServiceState, Way
from registration.staff.outcomes.foreseen import Seen, result
from tests.families.steps import meeting, register, registrations
from tests.interpretation.cast import assignment_of, interpreter, team
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in


def here() -> str:
    return f"/staff/meetings/{meeting().id}/outcome"


@pytest.fixture
def over(app: Flask) -> Iterator[None]:
    """The meeting ended an hour ago."""
    with clock.at(meeting().ends_at + timedelta(hours=1)):
        yield


def chosen(page: Page) -> str:
    return page.form("result-so-spoken").values["result-so-spoken"]


def seen(**changes: Any) -> Seen:
    known: dict[str, Any] = {"state": ServiceState.CONFIRMED, "way": None, "seats": 2, "there": 2, "missed": False}
    return Seen(**(known | changes))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (None, Result(Event.UNMET, Why.NOBODY_FOUND)),
        (seen(), Result(Event.SERVED)),
        (seen(there=1), Result(Event.PARTLY, Why.TOO_FEW)),
        (seen(there=0, missed=True), Result(Event.UNMET, Why.DID_NOT_COME)),
        (seen(there=0), Result(Event.UNMET, Why.NOBODY_FOUND)),
        (seen(seats=0, there=0), Result(Event.SERVED)),
        (seen(seats=0, there=0, state=ServiceState.LOOKING), Result(Event.UNMET, Why.NOBODY_FOUND)),
        (seen(state=ServiceState.ANOTHER_WAY, way=Way.TELEPHONE, there=0), Result(Event.SERVED)),
        (seen(state=ServiceState.ANOTHER_WAY, way=Way.OTHER_MEETING), Result(Event.UNMET, Why.OTHER_MEETING)),
    ],
)
def test_seats_say_what_probably_became_of_a_language(there: Seen | None, expected: Result) -> None:
    assert result(there) == expected


@pytest.fixture
def somali(app: Flask) -> None:
    """A family asks for Somali."""
    register(Browser(app), interpretation="so")


@pytest.fixture
def interpreted(somali: None) -> None:
    """The interpreter was there."""
    one = interpreter()
    book.book(team()[0], one, by=person_with("coordinator"), now=clock.now())
    db.session.commit()
    held = db.session.get_one(Assignment, assignment_of(one).id)
    record.change(held, states.Assignment.CHECKED_IN, "interpreter", now=clock.now())
    db.session.commit()


@pytest.mark.usefixtures("interpreted", "over")
def test_an_interpreter_who_was_there_makes_it_served_with_one_press(app: Flask) -> None:
    staff = signed_in(app, "coordinator")
    page = staff.get(here())
    assert chosen(page) == "served"
    assert "1 of 1 interpreters were there." in page.text
    assert "Saved." in staff.send(page.form("result-so-spoken")).text
    row = db.session.scalars(select(Outcome)).one()
    assert (row.language, row.outcome, row.reason) == ("so", "served", "")


@pytest.mark.usefixtures("somali", "over")
def test_a_result_without_its_reason_is_refused(app: Flask) -> None:
    staff = signed_in(app, "coordinator")
    page = staff.send(staff.get(here()).form("result-so-spoken"), **{"result-so-spoken": "partly"})
    assert page.status == 422
    assert "Say what became of it" in page.text
    assert db.session.scalars(select(Outcome)).all() == []


@pytest.mark.usefixtures("somali", "over")
def test_somebody_else_was_faster_the_choice_stays_and_saving_again_replaces(app: Flask) -> None:
    first, second = signed_in(app, "coordinator"), signed_in(app, "coordinator", email="rae@example.org")
    open_page = second.get(here())
    first.send(first.get(here()).form("result-so-spoken"))
    page = second.send(open_page.form("result-so-spoken"), **{"result-so-spoken": "partly/came_late"})
    assert page.status == 409
    assert chosen(page) == "partly/came_late"
    assert second.send(page.form("result-so-spoken")).status == 200
    db.session.rollback()
    row = db.session.scalars(select(Outcome)).one()
    assert (row.outcome, row.reason, row.version) == ("partly", "came_late", 2)


@pytest.mark.usefixtures("somali")
def test_before_the_meeting_there_is_nothing_to_say(app: Flask) -> None:
    page = signed_in(app, "coordinator").get(here())
    assert "This meeting has not begun" in page.text
    with pytest.raises(AssertionError, match="no form"):
        page.form("result-so-spoken")


@pytest.mark.usefixtures("somali", "over")
def test_the_familys_history_says_who_said_it_and_why(app: Flask) -> None:
    staff = signed_in(app, "coordinator")
    staff.send(staff.get(here()).form("result-so-spoken"), **{"result-so-spoken": "unmet/equipment"})
    page = staff.get(f"/staff/families/{registrations()[0].id}/")
    assert "The equipment did not work." in page.text
    assert "Not served" in page.text


@pytest.mark.usefixtures("somali")
def test_today_asks_after_the_meeting_until_somebody_has_said_it(app: Flask) -> None:
    ends = meeting().ends_at
    with clock.at(ends - timedelta(minutes=1)):
        assert "Say what was served" not in signed_in(app, "coordinator").get("/staff/").text
    with clock.at(ends + timedelta(hours=1)):
        staff = signed_in(app, "coordinator")
        page = staff.get("/staff/")
        assert "1 language: what became of it?" in page.text
        staff.send(staff.get(here()).form("result-so-spoken"))
        assert "Say what was served" not in staff.get("/staff/").text


@pytest.mark.usefixtures("somali")
@pytest.mark.parametrize(("days", "asked"), [(29, True), (31, False)])
def test_today_stops_asking_after_a_month(app: Flask, days: int, asked: bool) -> None:
    with clock.at(meeting().ends_at + timedelta(days=days)):
        page = signed_in(app, "coordinator").get("/staff/")
    assert ("Say what was served" in page.text) is asked
