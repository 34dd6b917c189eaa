"""Today: what needs somebody about interpreters."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from registration import clock
from registration.extensions import db
from registration.interpretation import answer, book, offers
from registration.interpretation.briefing.models import MaterialKind
from registration.interpretation.briefing.write import Wanted, Words, add, keep
from registration.interpretation.day import attending, calling_off
from registration.interpretation.day.watch import watch
from registration.interpretation.models import OfferWay, OwnChange
from registration.meetings.models import TranslatedText
from registration.meetings.published import touch
from registration.staff.today.due import Found, due
from registration.staff.today.interpreting import (
    AlarmRow,
    ChangeRow,
    DemandRow,
    FilesRow,
    HoursRow,
    Interpreting,
    OfferRow,
)
from registration.staff.today.things import Kind, MeetingRow, Policy
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, team
from tests.pages import Browser, Page
from tests.signing_in import signed_in

POLICY = Policy(tell_by_days=3, spoken_notice_days=14, signed_notice_days=28)
STARTS = NOW + timedelta(days=30)
MEETING = MeetingRow(1, STARTS, published=True, held=True)
OFF = MeetingRow(1, STARTS, published=True, held=False)
ALARM = AlarmRow(7, 1, "ill", "Hodan Ali", "so", "spoken", NOW)
SOMALI = DemandRow(1, "so", "spoken", families=3, listeners=5, late=0, arranged=False)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def kinds(now: datetime = NOW, meeting_row: MeetingRow = MEETING, **rows: Any) -> list[tuple[Kind, datetime]]:
    """What there is to do about interpreters, and by when."""
    found = Found([meeting_row], interpreting=Interpreting(**rows))
    return [(todo.kind, todo.by) for todo in due(found, POLICY, now)]


# The pure part


def test_a_job_in_danger_stands_before_everything_else() -> None:
    # What was due two days ago comes after what endangers a job just now.
    late = STARTS - timedelta(days=1)
    found = Found([MEETING], [SOMALI], interpreting=Interpreting(alarms=[replace(ALARM, at=late)]))
    assert [todo.kind for todo in due(found, POLICY, late)] == [Kind.ALARM, Kind.UNMET_NEAR]


def test_nothing_of_a_meeting_that_is_off_or_over_is_in_danger() -> None:
    assert kinds(meeting_row=OFF, alarms=[ALARM]) == []
    assert kinds(meeting_row=MeetingRow(2, STARTS, True, True), alarms=[ALARM]) == []


@pytest.mark.parametrize(("ahead", "wanted"), [(DAY, True), (DAY + timedelta(seconds=1), False), (-HOUR, False)])
def test_an_offer_is_looked_at_a_day_before_it_ends(ahead: timedelta, wanted: bool) -> None:
    rows = [OfferRow(1, "so", "spoken", "Hodan Ali", NOW + ahead)]
    assert kinds(offers=rows) == ([(Kind.OFFER_EXPIRES, NOW + ahead)] if wanted else [])


@pytest.mark.parametrize(("missing", "no_contact", "wanted"), [(2, False, True), (0, True, True), (0, False, False)])
def test_files_and_a_contact_are_due_on_the_day_that_staff_said(missing: int, no_contact: bool, wanted: bool) -> None:
    by = STARTS - timedelta(days=7)
    rows = [FilesRow(1, by, missing, no_contact)]
    assert kinds(files=rows) == ([(Kind.FILES_MISSING, by)] if wanted else [])
    assert kinds(meeting_row=OFF, files=rows) == []


def test_changes_of_many_interpreters_are_one_thing_to_do_the_oldest_counts() -> None:
    rows = [ChangeRow(number, f"Somebody {number}", NOW - number * HOUR) for number in range(4)]
    assert kinds(changes=rows) == [(Kind.OWN_CHANGE, NOW - 3 * HOUR + timedelta(days=3))]
    assert len(kinds(changes=rows[:3])) == 3


def test_hours_are_one_thing_to_do_three_days_after_the_oldest() -> None:
    assert kinds(hours=HoursRow(2, NOW - DAY)) == [(Kind.HOURS, NOW + timedelta(days=2))]
    assert kinds(hours=HoursRow(0, None)) == []


@pytest.mark.parametrize("late", [0, 3])
def test_close_to_the_day_another_way_is_to_be_offered_whoever_asked_when(late: int) -> None:
    row = DemandRow(1, "so", "spoken", 3, 5, late, arranged=False)
    near = STARTS - timedelta(days=3)
    before = due(Found([MEETING], [row]), POLICY, near - timedelta(seconds=1))
    assert [todo.kind for todo in before] == [Kind.LATE if late else Kind.NO_INTERPRETER]
    assert [(todo.kind, todo.by) for todo in due(Found([MEETING], [row]), POLICY, near)] == [(Kind.UNMET_NEAR, near)]
    arranged = DemandRow(1, "so", "spoken", 3, 5, late, arranged=True)
    assert due(Found([MEETING], [arranged]), POLICY, near) == []


# The page


@pytest.fixture
def settled(app: Flask) -> Flask:
    """A district where all that the demo leaves open is settled."""
    db.session.execute(update(TranslatedText).values(source_hash=None))
    touch()
    db.session.commit()
    return app


def today(app: Flask, at: datetime = NOW) -> Page:
    """The first screen of a coordinator at a moment."""
    with clock.at(at):
        return signed_in(app, "coordinator").get("/staff/")


def todos(page: Page) -> list[str]:
    """What there is to do, in order."""
    return [one.one("h3").text for one in page.root.all("li", class_="todo")]


def opened(app: Flask, page: Page, verb: str, at: datetime = NOW) -> str:
    """The heading of the page that a thing to do leads to."""
    with clock.at(at):
        return signed_in(app, "coordinator").get(page.link(verb)).heading


def booked(name: str = "Hodan Ali") -> int:
    """Somebody booked for the meeting in English, with somebody to call on the day."""
    one = interpreter(name)
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    keep(meeting().id, Words(contact_name="Ana Ruiz"), version=0, by=None, now=NOW)
    db.session.commit()
    return one


def test_who_is_not_there_stands_first_and_leads_to_what_can_help(settled: Flask) -> None:
    booked()
    at = meeting().starts_at - timedelta(minutes=15)
    watch(at)
    db.session.commit()
    page = today(settled, at)
    assert todos(page)[0] == "Hodan Ali is not there"
    assert opened(settled, page, "See what can help", at) == "What can still help"


def test_who_is_ill_stands_first_days_ahead(settled: Flask) -> None:
    calling_off.ill(assignment_of(booked()).id, now=clock.now())
    db.session.commit()
    assert todos(today(settled))[0] == "Hodan Ali is ill"


def test_an_offer_that_ends_soon_without_an_answer_stands_there(settled: Flask) -> None:
    one = interpreter()
    offers.offer(team()[0], [one], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    page = today(settled)
    assert todos(page) == ["Hodan Ali has not answered"]
    assert "Somali" in page.main.text
    assert opened(settled, page, "See the offer") == "Team: Somali"
    answer.decline(assignment_of(one).id, "", now=NOW)
    db.session.commit()
    assert todos(today(settled)) == []


def test_files_that_are_expected_and_a_missing_contact_stand_there_until_they_are_here(settled: Flask) -> None:
    book.book(team()[0], interpreter(), by=None, now=clock.now())
    db.session.commit()
    page = today(settled)
    assert todos(page) == ["Interpreters do not know whom to call on the day"]
    assert "Apr 26" in page.root.one("p", class_="tile").text or "26" in page.root.one("p", class_="tile").text
    assert opened(settled, page, "See what they read") == "For the interpreters"
    add(meeting().id, Wanted(MaterialKind.SLIDES, "Slides"), by=None, now=NOW)
    db.session.commit()
    page = today(settled)
    assert todos(page) == ["1 file for interpreters is missing"]
    assert "They also do not know whom to call." in page.text
    there = meeting().id
    keep(there, Words(contact_phone="+13035550148"), version=0, by=None, now=NOW)
    add(there, Wanted(MaterialKind.SLIDES, "Other", link="https://example.org"), by=None, now=NOW)
    db.session.commit()
    assert "They also do not know whom to call." not in today(settled).text


def test_what_an_interpreter_changed_stands_there(settled: Flask) -> None:
    one = interpreter()
    db.session.add(OwnChange(interpreter_id=one, at=NOW, field="phone", before="", after="+13035550188"))
    db.session.commit()
    page = today(settled)
    assert todos(page) == ["Hodan Ali changed something"]
    assert page.link("See the changes").endswith(f"/staff/interpreters/{one}/")


def test_hours_wait_to_be_approved(settled: Flask) -> None:
    one = booked()
    attending.arrive(assignment_of(one).id, actor="staff", by=None, now=meeting().starts_at)
    db.session.commit()
    at = meeting().ends_at + HOUR
    page = today(settled, at)
    assert "Hours of 1 job wait" in todos(page)
    assert opened(settled, page, "Approve hours", at) == "Hours"


def test_unmet_need_close_to_the_day_offers_another_way(settled: Flask) -> None:
    register(Browser(settled), interpretation="so")
    at = meeting().starts_at - timedelta(days=2)
    page = today(settled, at)
    assert todos(page) == ["Still nobody: Somali"]
    assert "Offer another way: from elsewhere, by telephone, or another meeting." in page.text
    assert opened(settled, page, "Choose another way", at) == "Interpretation: Somali"


def test_it_costs_the_same_however_many_interpreters_and_alarms_there_are(settled: Flask) -> None:
    at = meeting().starts_at - timedelta(minutes=15)
    seats, there = team(8), meeting().id
    people = [interpreter(f"Somebody{number}") for number in range(8)]

    def happen(some: list[tuple[int, int]]) -> None:
        for seat, one in some:
            book.book(seat, one, by=None, now=clock.now())
            db.session.add(OwnChange(interpreter_id=one, at=NOW, field="phone", before="", after="1"))
            db.session.flush()
        add(there, Wanted(MaterialKind.SLIDES, "Slides"), by=None, now=NOW)
        watch(at)
        db.session.commit()

    pairs = list(zip(seats, people, strict=True))
    happen(pairs[:1])
    with clock.at(at):
        staff = signed_in(settled, "coordinator")
        counted: list[str] = []
        staff.get("/staff/")
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
        staff.get("/staff/")
        few = len(counted)
        happen(pairs[1:])
        staff.get("/staff/")
        counted.clear()
        page = staff.get("/staff/")
        assert len([one for one in todos(page) if one.endswith("is not there")]) == 8
        assert len(counted) == few
        assert [one for one in counted if one.split(" ")[0] in ("INSERT", "UPDATE", "DELETE")] == []
    assert db.session.scalars(select(OwnChange.id)).all()


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_all_of_it_stands_in_every_language(settled: Flask, locale: str) -> None:
    one = booked()
    register(Browser(settled), interpretation="am")
    there, at = meeting().id, meeting().starts_at - timedelta(minutes=15)
    db.session.add(OwnChange(interpreter_id=one, at=NOW, field="phone", before="", after="1"))
    add(there, Wanted(MaterialKind.SLIDES, "Slides"), by=None, now=NOW)
    watch(at)
    db.session.commit()
    with clock.at(at):
        page = signed_in(settled, "coordinator", locale=locale).get("/staff/")
    assert page.html.get("lang") == locale
    assert len(todos(page)) == 4
