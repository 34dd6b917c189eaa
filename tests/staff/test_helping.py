"""The screen for a job in danger: everything that can still help, and nobody told by itself."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.interpretation import book
from registration.interpretation.day import calling_off
from registration.interpretation.day.models import Alarm
from registration.interpretation.day.watch import watch
from registration.mail.models import OutboxMessage
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, service_state, state_of, team, told
from tests.pages import Browser, Form, Page
from tests.signing_in import signed_in


@pytest.fixture
def missing(app: Flask) -> int:
    """Somebody who is booked, on whom a family counts, and who is not there at the call time; their number."""
    register(Browser(app), interpretation="so", listeners="2")
    one = interpreter()
    booked(team()[0], one)
    return one


def booked(seat: int, one: int) -> None:
    """Give a seat to somebody; committed."""
    book.book(seat, one, by=None, now=clock.now())
    db.session.commit()


def call_time() -> datetime:
    """When interpreters are to be there."""
    return meeting().starts_at - timedelta(minutes=15)


def raise_alarms() -> int:
    """What the loop does at that time."""
    raised = watch(clock.now())
    db.session.commit()
    return raised


def address(one: int) -> str:
    """The screen for somebody's job."""
    return f"/staff/jobs/{assignment_of(one).id}/help"


def form_to(page: Page, ending: str) -> Form:
    """The form of a page whose address ends so."""
    return next(form for form in page.forms() if form.action.endswith(ending))


def open_alarms() -> list[str]:
    """What is open."""
    db.session.rollback()
    return list(db.session.scalars(select(Alarm.danger).where(Alarm.settled_at.is_(None)).order_by(Alarm.id)))


def how_settled() -> list[str]:
    """What settled the others."""
    db.session.rollback()
    return list(db.session.scalars(select(Alarm.how).where(Alarm.settled_at.is_not(None)).order_by(Alarm.id)))


def press(staff: Browser, one: int, ending: str) -> Page:
    """The page after a button of the screen."""
    return staff.send(form_to(staff.get(address(one)), ending))


def test_the_screen_says_who_when_and_how_many_count_on_it(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        assert raise_alarms() == 1
        page = signed_in(app, "coordinator").get(address(missing))
    assert page.heading == "What can still help"
    assert page.link("Call Hodan Ali") == "tel:+13035550177"
    assert "Has not said that they are there" in page.text
    figures = [one.text for one in page.root.one("dl", class_="figures").all("dd")]
    assert figures == ["1", "2"]
    assert "None of them is told by itself." in page.text


def test_they_are_there_settles_it(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        raise_alarms()
        page = press(signed_in(app, "coordinator"), missing, "/arrived")
    assert "they are there" in page.text
    assert state_of(missing) == "checked_in"
    assert (open_alarms(), how_settled()) == ([], ["arrived"])


def test_they_did_not_come_frees_the_seat_and_tells_no_family(app: Flask, missing: int) -> None:
    before = len(told("interpreter_looking"))
    with clock.at(call_time()):
        raise_alarms()
        page = press(signed_in(app, "coordinator"), missing, "/missing")
    assert state_of(missing) == "no_show"
    assert service_state() == "looking"
    assert how_settled() == ["did_not_come"]
    assert "No family is told." in page.text
    assert len(told("interpreter_looking")) == before
    actions = select(AuditEntry.action).where(AuditEntry.action == "assignment_missed")
    assert len(db.session.scalars(actions).all()) == 1


def test_nobody_is_missing_before_the_call_time(app: Flask, missing: int) -> None:
    with clock.at(call_time() - timedelta(minutes=1)):
        staff = signed_in(app, "coordinator")
        page = staff.get(address(missing))
        assert not [form for form in page.forms() if form.action.endswith("/missing")]
        forged = page.form("csrf_token").values["csrf_token"]
        page = staff.post(address(missing).replace("/help", "/missing"), {"csrf_token": forged})
    assert "It stands otherwise by now" in page.text
    assert state_of(missing) == "confirmed"


def test_several_who_fit_are_asked_by_one_press(app: Flask, missing: int) -> None:
    first, second = interpreter("Ubah Said"), interpreter("Ali Nur")
    with clock.at(call_time()):
        staff = signed_in(app, "coordinator")
        page = press(staff, missing, "/missing")
        form = form_to(page, f"/seats/{assignment_of(missing).seat_id}/")
        assert sorted(form.values.getlist("interpreter")) == sorted([str(first), str(second)])
        form.values.add("ask", "1")
        page = staff.post(form.action, form.values)
        assert page.status == 303 or "/help" in page.address
    assert (state_of(first), state_of(second)) == ("offered", "offered")
    assert "Asked just now: Ali Nur, Ubah Said" in page.text


def test_somebody_who_says_yes_by_telephone_is_booked_while_it_goes_on(app: Flask, missing: int) -> None:
    other = interpreter("Ubah Said", email=None)
    with clock.at(call_time()):
        raise_alarms()
        press(signed_in(app, "coordinator"), missing, "/missing")
    with clock.at(meeting().starts_at + timedelta(minutes=10)):
        staff = signed_in(app, "coordinator")
        page = staff.get(address(missing))
        assert "It has begun, so nobody is asked by mail." in page.text
        page = staff.send(form_to(page, f"/seats/{assignment_of(missing).seat_id}/"))
        assert page.heading == "Not done yet: who is told what"
        page = staff.send(page.form("sure"))
        assert "Ubah Said has the seat now" in page.text
    assert state_of(other) == "confirmed"
    assert service_state() == "confirmed"


def test_who_is_ill_is_replaced_and_the_alarm_is_settled_by_it(app: Flask, missing: int) -> None:
    other = interpreter("Ubah Said", email=None)
    number = assignment_of(missing).id
    calling_off.ill(number, now=clock.now())
    db.session.commit()
    assert open_alarms() == ["ill"]
    staff = signed_in(app, "coordinator")
    page = staff.get(f"/staff/jobs/{number}/help")
    assert "Is ill and gave the job back" in page.text
    page = staff.send(form_to(page, f"/seats/{assignment_of(missing).seat_id}/"))
    staff.send(page.form("sure"))
    assert state_of(other) == "confirmed"
    assert (open_alarms(), how_settled()) == ([], ["replaced"])
    assert "Somebody else has the seat." in staff.get(f"/staff/jobs/{number}/help").text


def test_who_comes_late_after_somebody_else_took_the_seat_does_not_get_it_back(app: Flask, missing: int) -> None:
    other = interpreter("Ubah Said")
    with clock.at(call_time()):
        staff = signed_in(app, "coordinator")
        token = press(staff, missing, "/missing").form("csrf_token").values["csrf_token"]
        booked(assignment_of(missing).seat_id, other)
        page = staff.get(address(missing))
        assert not [form for form in page.forms() if form.action.endswith("/arrived")]
        page = staff.post(address(missing).replace("/help", "/arrived"), {"csrf_token": token})
    assert "It stands otherwise by now" in page.text
    assert (state_of(missing), state_of(other)) == ("no_show", "confirmed")


def test_who_comes_late_is_there_and_families_read_what_they_read_before(app: Flask, missing: int) -> None:
    before = len(told("interpreter_confirmed"))
    with clock.at(call_time()):
        staff = signed_in(app, "coordinator")
        press(staff, missing, "/missing")
        assert service_state() == "looking"
        press(staff, missing, "/arrived")
    assert state_of(missing) == "checked_in"
    assert service_state() == "confirmed"
    assert len(told("interpreter_confirmed")) == before


def test_who_works_only_online_or_is_too_far_away_could_help_from_there(app: Flask, missing: int) -> None:
    interpreter("Far Away", on_site=False)
    interpreter("Wrong Language", pairs=(("en", "vi"), ("vi", "en")))
    page = signed_in(app, "coordinator").get(address(missing))
    section = next(one for one in page.root.all("section") if "From elsewhere, online" in one.text)
    assert "Far Away" in section.text
    assert "Wrong Language" not in page.text


def test_other_ways_are_chosen_beforehand_and_told_only_after_a_look(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        staff = signed_in(app, "coordinator")
        page = press(staff, missing, "/missing")
        decide = staff.get(page.link("An interpreter by telephone"))
        values = decide.form("state").values
        assert (values["state"], values["way"]) == ("another_way", "telephone")
        page = staff.send(decide.form("state"))
        assert page.heading == "Not done yet: who is told what"
        assert told("interpreter_another_way") == []
        staff.send(page.form("sure"), tell="1")
    assert len(told("interpreter_another_way")) == 1


def test_another_meeting_of_the_series_in_the_language_is_offered(app: Flask, missing: int) -> None:
    there = meeting("vietnamese-meeting")
    booked(team(1, "vietnamese-meeting")[0], interpreter("Ubah Said"))
    staff = signed_in(app, "coordinator")
    page = staff.get(address(missing))
    link = next(one for one in page.root.all("a") if f"other={there.id}" in one.get("href"))
    values = staff.get(link.get("href")).form("state").values
    assert (values["way"], values["other"]) == ("other_meeting", str(there.id))


def test_team_mates_stand_there_with_their_numbers(app: Flask) -> None:
    first, second = interpreter(), interpreter("Ubah Said", phone="+13035550188")
    for seat, one in zip(team(2), (first, second), strict=True):
        booked(seat, one)
    page = signed_in(app, "coordinator").get(address(first))
    section = next(one for one in page.root.all("section") if "Others of the team" in one.text)
    assert "Ubah Said" in section.text
    assert section.one("a").get("href") == "tel:+13035550188"


def test_staff_say_what_settled_it(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        raise_alarms()
        staff = signed_in(app, "coordinator")
        page = press(staff, missing, "/settle")
        assert page.status == 422
        assert "Choose what settled it" in page.root.one(class_="errors").text
        page = staff.send(form_to(page, "/settle"), how="reached")
        assert "The alarm is settled." in page.text
        assert "Reached. They are on their way." in page.text
        assert "Trần Văn Minh" in page.main.text
    assert (open_alarms(), how_settled()) == ([], ["reached"])
    assert state_of(missing) == "confirmed"


def test_letting_go_and_a_change_of_plan_settle_it(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        raise_alarms()
        book.release(assignment_of(missing).id, "", by=None, now=clock.now())
        db.session.commit()
    assert how_settled() == ["released"]


def test_it_costs_the_same_however_many_there_are(app: Flask, missing: int) -> None:
    staff = signed_in(app, "coordinator")
    counted: list[str] = []
    interpreter("First One")
    staff.get(address(missing))
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    where = address(missing)
    counted.clear()
    staff.get(where)
    few = len(counted)
    for number in range(20):
        interpreter(f"More{number}")
        register(Browser(app), interpretation="so", email=f"more{number}@example.org", name=f"More {number}")
    staff.get(where)
    counted.clear()
    page = staff.get(where)
    assert len(counted) <= few
    assert [one for one in counted if one.split(" ")[0] in ("INSERT", "UPDATE", "DELETE")] == []
    assert "21" in page.root.one("dl", class_="figures").text


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_screen_stands_in_every_language(app: Flask, missing: int, locale: str) -> None:
    interpreter("Ubah Said")
    interpreter("Far Away", on_site=False)
    with clock.at(call_time()):
        raise_alarms()
        staff = signed_in(app, "coordinator", locale=locale)
        page = staff.get(address(missing))
        assert page.html.get("lang") == locale
        press(staff, missing, "/missing")
        assert staff.get(address(missing)).status == 200


def test_no_mail_goes_to_families_from_this_screen_alone(app: Flask, missing: int) -> None:
    with clock.at(call_time()):
        raise_alarms()
        before = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.subject_kind == "registration")).all()
        press(signed_in(app, "coordinator"), missing, "/missing")
    after = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.subject_kind == "registration")).all()
    assert before == after
