"""The interpreters of the demo: a register to look at, teams by the rules, nobody told, and nothing twice."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration import clock, demo
from registration.demo_interpreters import LUCIA, REGISTER, load_interpreters
from registration.demo_staff import load_staff
from registration.extensions import db
from registration.families.recount import differences
from registration.interpretation import interpreters, states
from registration.interpretation.commands import demo_interpreter_link
from registration.interpretation.models import Assignment, Interpreter, Offer, Seat, Team
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, Meeting
from tests.conftest import NOW
from tests.families import steps
from tests.pages import Browser

AHEAD = ("english-meeting", "spanish-meeting", "vietnamese-meeting")


@pytest.fixture
def loaded(app: Flask) -> Flask:
    """The demo as the command makes it."""
    load_staff(app.config["LANGUAGES"])
    load_interpreters(NOW)
    return app


def states_of_seats() -> Counter[str]:
    """How the seats of the meetings ahead stand."""
    query = select(Assignment.state).join(Meeting, Meeting.id == Assignment.meeting_id).where(Meeting.slug.in_(AHEAD))
    return Counter(db.session.scalars(query))


def test_the_register_holds_people_of_every_kind(loaded: Flask) -> None:
    found = list(db.session.scalars(select(Interpreter).order_by(Interpreter.id)))
    assert len(found) == len(REGISTER) == len({one.name for one in found}) == len({one.email for one in found})
    assert {one.kind for one in found} == {"staff", "contract", "agency"}
    assert {one.phone for one in found if one.phone}
    assert len({one.phone for one in found}) == len(found)
    spoken = {pair.target for one in found for pair in one.pairs}
    assert spoken >= {"es", "vi", "ar", "am", "so", "ne", "fr", "cmn", "ru", "ase"}
    assert [one.name for one in found if not one.tested] == ["Maribel Ochoa"]
    today = NOW.date()
    ends = [proof.ends_on for one in found for proof in one.credentials if proof.ends_on]
    assert any(day < today + timedelta(days=30) for day in ends)
    assert any(day > today + timedelta(days=300) for day in ends)
    assert [name for _, name, _ in interpreters.unseen_changes()] == ["Lucía Herrera"]


def test_the_three_meetings_have_eight_seats_some_confirmed_one_offered_one_empty(loaded: Flask) -> None:
    seats = db.session.scalar(select(func.count()).select_from(Seat))
    assert seats == 8
    assert states_of_seats() == {states.Assignment.CONFIRMED: 6, states.Assignment.OFFERED: 1}
    query = (
        select(Meeting.slug, InterpretationService.language, InterpretationService.state)
        .join(Meeting, Meeting.id == InterpretationService.meeting_id)
        .join(Team, Team.service_id == InterpretationService.id)
    )
    assert {(slug, language): state for slug, language, state in db.session.execute(query)} == {
        ("english-meeting", "es"): "confirmed",
        ("english-meeting", "vi"): "confirmed",
        ("spanish-meeting", "en"): "looking",
        ("vietnamese-meeting", "en"): "confirmed",
    }
    # An offer is still open when somebody looks at the demo two weeks later.
    assert all(made.expires_at > NOW + timedelta(days=14) for made in db.session.scalars(select(Offer)))


def test_nobody_is_mailed_interpreters_and_families_alike(loaded: Flask, browser: Browser) -> None:
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_loading_it_again_changes_nothing(loaded: Flask) -> None:
    def counts() -> list[int]:
        tables = (Interpreter, Team, Seat, Assignment, Offer)
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = counts()
    load_interpreters(clock.now())
    assert counts() == before
    assert len(interpreters.unseen_changes()) == 1


def test_the_next_season_gets_its_teams_and_families_who_wait_are_told_nothing(loaded: Flask, browser: Browser) -> None:
    later = NOW + timedelta(days=200)
    with clock.at(later):
        demo.load_season(later)
        db.session.commit()
        steps.register(browser, interpretation=["es"])
        load_interpreters(later)
        assert states_of_seats() == {states.Assignment.CONFIRMED: 6, states.Assignment.OFFERED: 1}
        messages = set(db.session.scalars(select(OutboxMessage.message)))
        assert messages == {"confirmation"}
        assert differences() == []


def test_serving_prints_a_link_of_an_interpreter_with_a_job_and_an_offer(loaded: Flask) -> None:
    link = demo_interpreter_link()
    browser = Browser(loaded)
    browser.send(browser.get(str(link)).form("csrf_token"))
    page = browser.get("/interpreter/")
    assert "Lucía Herrera" in page.root.one("details", class_="me").text
    assert db.session.scalars(select(Interpreter.email).where(Interpreter.person_id.is_not(None))).one() == LUCIA


def test_without_such_an_interpreter_no_link_is_printed(app: Flask) -> None:
    assert demo_interpreter_link() is None
