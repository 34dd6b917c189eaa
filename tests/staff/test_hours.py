"""Hours: what was planned, told and worked; staff approve it, and that is what is paid."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.interpretation import book, states
from registration.interpretation.day import absence, approving, attending
from registration.interpretation.models import AssignmentEvent, Delivery
from tests.families.steps import meeting
from tests.interpretation.cast import assignment_of, interpreter, state_of, team
from tests.pages import Browser, Form, Page
from tests.signing_in import signed_in

# The meeting takes an hour; an hour of Hodan costs 60 dollars, the way there 15, and two hours are paid at least.
HOUR = timedelta(hours=1)


@pytest.fixture
def done(app: Flask) -> int:
    """Somebody who came ten minutes early and told that it took twenty minutes longer; their number."""
    one = interpreter()
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    number, there = assignment_of(one).id, meeting()
    starts, ends = there.starts_at, there.ends_at
    attending.arrive(number, actor="interpreter", by=None, now=starts - timedelta(minutes=10))
    attending.finish(number, ends + timedelta(minutes=20), "It ran over.", by=None, now=ends + timedelta(minutes=30))
    db.session.commit()
    return one


@pytest.fixture
def untold(app: Flask) -> int:
    """Somebody who was booked and says nothing; their number."""
    one = interpreter("Words & Co", kind="agency", email=None)
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    return one


def after() -> datetime:
    """Two hours after the meeting."""
    return meeting().ends_at + 2 * HOUR


def form_to(page: Page, ending: str) -> Form:
    """The form of a page whose address ends so."""
    return next(form for form in page.forms() if form.action.endswith(ending))


def job(staff: Browser, one: int) -> Page:
    """The page of somebody's hours."""
    return staff.get(f"/staff/hours/{assignment_of(one).id}/")


def paid(one: int) -> tuple[int | None, int | None, int | None]:
    """Minutes approved, minutes paid, cents."""
    row = assignment_of(one)
    return row.approved_minutes, row.paid_minutes, row.payable_cents


def test_what_was_told_is_approved_by_one_press(app: Flask, done: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        page = staff.get("/staff/hours/")
        row = page.root.one("tbody").one("tr")
        assert "20 min longer than planned" in row.text
        assert "Has a note" in row.text
        page = staff.send(form_to(page, "/approve"))
        assert "Approved." in page.text
        assert "No hours wait to be approved." in page.text
        assert "80 min" in staff.get("/staff/hours/?show=approved").root.one("tbody").text
    assert state_of(done) == "completed"
    assert paid(done) == (80, 120, 13500)
    assert assignment_of(done).approved_at == after()


def test_what_is_longer_than_the_minimum_is_paid_as_worked(done: int) -> None:
    row = assignment_of(done)
    approving.approve(row.id, 180, version=row.version, by=None, now=after(), reason="As agreed")
    db.session.commit()
    assert paid(done) == (180, 180, 19500)


def test_from_elsewhere_no_way_is_paid(app: Flask) -> None:
    one = interpreter()
    book.book(team(delivery=Delivery.REMOTE)[0], one, by=None, now=clock.now())
    db.session.commit()
    attending.arrive(assignment_of(one).id, actor="staff", by=None, now=meeting().starts_at)
    db.session.commit()
    row = assignment_of(one)
    approving.approve(row.id, 60, version=row.version, by=None, now=after())
    db.session.commit()
    assert paid(one) == (60, 120, 12000)


def test_other_minutes_need_a_reason_that_the_interpreter_sees(app: Flask, done: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        page = staff.send(form_to(job(staff, done), "/approve"), minutes="60")
        assert page.status == 422
        assert "Other minutes than before: write why" in page.root.one(class_="errors").text
        staff.send(form_to(page, "/approve"), reason="The last part was private")
    assert paid(done)[0] == 60
    reasons = select(AssignmentEvent.reason).where(AssignmentEvent.state == "completed")
    assert db.session.scalars(reasons).all() == ["The last part was private"]


def test_what_was_approved_is_put_right_with_a_reason(app: Flask, done: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        staff.send(form_to(job(staff, done), "/approve"))
        page = job(staff, done)
        assert "Put the approved minutes right" in page.text
        assert staff.send(form_to(page, "/approve"), minutes="90").status == 422
        staff.send(form_to(page, "/approve"), minutes="150", reason="We measured again")
    assert paid(done) == (150, 150, 16500)
    assert state_of(done) == "completed"
    query = select(AuditEntry).where(AuditEntry.action == "hours_approved").order_by(AuditEntry.id)
    facts = [(row.facts["minutes"], row.facts["before"]) for row in db.session.scalars(query)]
    assert facts == [(80, None), (150, 80)]


def test_two_who_approve_at_once_the_second_sees_the_first(app: Flask, done: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        form = form_to(job(staff, done), "/approve").fill(minutes="60", reason="Mine")
        row = assignment_of(done)
        approving.approve(row.id, 80, version=row.version, by=None, now=after())
        db.session.commit()
        page = staff.send(form)
        assert page.status == 409
        assert "Somebody else changed these hours just now" in page.text
        kept = form_to(page, "/approve").values
        assert (kept["minutes"], kept["reason"]) == ("60", "Mine")
        assert paid(done)[0] == 80
        assert staff.send(form_to(page, "/approve")).status == 200
    assert paid(done)[0] == 60


def test_the_same_button_twice_is_once(app: Flask, done: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        form = form_to(staff.get("/staff/hours/"), "/approve")
        staff.send(form)
        assert staff.send(form).status == 200
    query = select(AuditEntry.id).where(AuditEntry.action == "hours_approved")
    assert len(db.session.scalars(query).all()) == 1


def test_staff_write_the_hours_of_who_cannot_and_then_approve_them(app: Flask, untold: int) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        page = staff.get("/staff/hours/")
        assert "Nobody said that they came" in page.text
        page = job(staff, untold)
        assert not [form for form in page.forms() if form.action.endswith("/approve")]
        form = form_to(page, "/times")
        assert (form.values["arrived"], form.values["ended"]) == ("17:30", "18:30")
        page = staff.send(form, arrived="5:40 pm", ended="18:30")
        assert "Now approve the minutes." in page.text
        assert state_of(untold) == "checked_in"
        assert form_to(page, "/approve").values["minutes"] == "50"
        staff.send(form_to(page, "/approve"))
    assert paid(untold)[0] == 50


@pytest.mark.parametrize(
    ("arrived", "ended", "words"),
    [
        ("soon", "18:30", "Arrived at: write a time"),
        ("17:30", "", "Finished at: write a time"),
        ("17:30", "17:20", "These times cannot be."),
        ("17:30", "23:59", "These times cannot be."),
        ("09:00", "18:30", "These times cannot be."),
    ],
)
def test_times_that_cannot_be_are_said_and_kept(app: Flask, untold: int, arrived: str, ended: str, words: str) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        page = staff.send(form_to(job(staff, untold), "/times"), arrived=arrived, ended=ended)
        assert page.status == 422
        assert words in page.root.one(class_="errors").text
        assert form_to(page, "/times").values["arrived"] == arrived
    assert state_of(untold) == "confirmed"


def test_who_was_marked_as_not_come_by_mistake_gets_hours_after_all(app: Flask, untold: int) -> None:
    absence.no_show(assignment_of(untold).id, by=None, now=meeting().starts_at)
    db.session.commit()
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        staff.send(form_to(job(staff, untold), "/times"))
    assert state_of(untold) == "checked_in"


def test_before_it_is_over_nothing_is_approved(app: Flask, done: int) -> None:
    row = assignment_of(done)
    with pytest.raises(approving.NotOver):
        approving.approve(row.id, 60, version=row.version, by=None, now=row.ends_at - HOUR)
    with clock.at(meeting().ends_at - timedelta(minutes=1)):
        staff = signed_in(app, "coordinator")
        assert "No hours wait" in staff.get("/staff/hours/").text
        assert staff.raw("get", f"/staff/hours/{row.id}/").status_code == 404


def test_who_has_not_been_there_is_not_approved(untold: int) -> None:
    row = assignment_of(untold)
    with pytest.raises(states.NotAllowed):
        approving.approve(row.id, 60, version=row.version, by=None, now=after())


def test_it_is_reached_from_the_interpreters(app: Flask, done: int) -> None:
    staff = signed_in(app, "coordinator")
    page = staff.get(staff.get("/staff/interpreters/").link("Hours"))
    assert page.heading == "Hours"
    current = [one.text for one in page.root.all("nav")[0].all("a") if one.get("aria-current")]
    assert current == ["Interpreters"]


def test_the_list_costs_the_same_however_many_there_are(app: Flask, done: int) -> None:
    near = meeting()
    seats = team(8, "spanish-meeting")
    meeting("spanish-meeting", starts_at=near.starts_at, ends_at=near.ends_at)
    people = [interpreter(f"More{number}") for number in range(8)]
    book.book(seats[0], people[0], by=None, now=clock.now())
    db.session.commit()
    with clock.at(after()):
        staff = signed_in(app, "coordinator")
        counted: list[str] = []
        staff.get("/staff/hours/")
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
        staff.get("/staff/hours/")
        few = len(counted)
        with clock.at(near.starts_at - HOUR):
            for seat, one in zip(seats[1:], people[1:], strict=True):
                book.book(seat, one, by=None, now=clock.now())
            db.session.commit()
        staff.get("/staff/hours/")
        counted.clear()
        page = staff.get("/staff/hours/")
        assert len(page.root.one("tbody").all("tr")) == 9
        assert len(counted) == few


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_pages_stand_in_every_language(app: Flask, done: int, locale: str) -> None:
    with clock.at(after()):
        staff = signed_in(app, "coordinator", locale=locale)
        assert staff.get("/staff/hours/").html.get("lang") == locale
        assert job(staff, done).html.get("lang") == locale
