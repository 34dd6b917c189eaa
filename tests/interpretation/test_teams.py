"""Staff's pages of teams, seats and interpreters: from demand to a booked seat, and the rules behind it."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from registration import clock
from registration.extensions import db
from registration.interpretation import answer, book, offers, profile
from registration.interpretation.models import Assignment, Interpreter, OfferWay, Seat, Team
from registration.interpretation.policy import Profile
from registration.meetings.models import InterpretationService, Mode
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, service_state, state_of, team, told
from tests.pages import Browser, Form, Page
from tests.signing_in import signed_in


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


def team_page(staff: Browser, language: str = "so", slug: str = "english-meeting") -> Page:
    return staff.get(f"/staff/meetings/{meeting(slug).id}/interpretation/{language}/spoken/team")


def form_to(page: Page, ending: str) -> Form:
    """The form of a page whose address ends so."""
    return next(form for form in page.forms() if form.action.endswith(ending))


def test_one_click_from_demand_to_a_team_with_its_rule(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="so")
    page = staff.get(f"/staff/meetings/{meeting().id}/interpretation/")
    link = next(one for one in page.main.all("a") if one.get("aria-label") == "Team: Somali")
    page = staff.get(link.get("href"))
    assert "Simultaneous: one up to 30 minutes, two above. The meeting takes 60. Profile: Court." in page.text
    page = staff.send(page.form("size"))
    assert [row.all("th")[0].text for row in page.root.one("tbody").all("tr")] == ["1", "2"]
    assert service_state() == "looking"
    page = staff.get(f"/staff/meetings/{meeting().id}/interpretation/")
    assert "0 of 2 seats confirmed" in page.text


def test_fewer_needs_a_reason_and_keeps_it(staff: Browser) -> None:
    page = staff.send(team_page(staff).form("size"), size="1")
    assert page.status == 422
    assert "Fewer than the rule says: write why" in page.text
    page = staff.send(page.form("size"), fewer_reason="Only one in the state")
    assert db.session.scalars(select(Team.fewer_reason)).one() == "Only one in the state"


@pytest.mark.parametrize(("kind", "wanted"), [("district", 4), ("court", 8), ("conference", 8)])
def test_the_three_real_meetings_give_so_many_seats(app: Flask, kind: str, wanted: int) -> None:
    profile.choose(Profile(kind), {}, 0, by=None)
    db.session.commit()
    for slug, language, mode in (
        ("english-meeting", "es", "simultaneous"),
        ("english-meeting", "vi", "simultaneous"),
        ("spanish-meeting", "en", "consecutive"),
        ("vietnamese-meeting", "en", "consecutive"),
    ):
        browser = signed_in(app, "coordinator")
        page = team_page(browser, language, slug)
        rule_size = page.form("size").values["size"]
        browser.send(page.form("size"), mode=mode, size=rule_size)
    db.session.rollback()
    assert len(db.session.scalars(select(Seat.id)).all()) == wanted


def test_what_is_unwise_is_said_on_the_page(app: Flask, staff: Browser) -> None:
    team(mode=Mode.CONSECUTIVE)
    assert "The meeting is short for that." in team_page(staff).text


def test_a_seat_is_offered_and_the_offer_taken_back(app: Flask, staff: Browser) -> None:
    hodan, blocked = interpreter(), interpreter("Farah Nur", blocked=True)
    (seat,) = team()
    page = staff.get(f"/staff/seats/{seat}/")
    assert [box.get("value") for box in page.main.all("input", name="interpreter")] == [str(hodan)]
    assert "Farah Nur: Blocked" in page.text
    page = staff.send(page.form("hours"), interpreter=[str(hodan)])
    assert "Asked" in page.text
    assert state_of(hodan) == "offered"
    page = staff.send(form_to(page, "/release"))
    assert (state_of(hodan), len(told("job_withdrawn"))) == ("released", 1)
    page = staff.send(staff.get(f"/staff/seats/{seat}/").form("hours"), interpreter=[str(blocked)])
    assert page.status == 409
    assert "Farah Nur cannot be asked: Blocked" in page.text


def test_who_accepts_among_several_is_confirmed_after_staff_saw_who_is_told(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="so")
    hodan, farah = interpreter(), interpreter("Farah Nur")
    (seat,) = team()
    offers.offer(seat, [hodan, farah], OfferWay.SEVERAL, by=None, now=clock.now())
    db.session.commit()
    answer.accept(assignment_of(farah).id, now=clock.now())
    db.session.commit()
    page = staff.get("/staff/")
    assert "Farah Nur has accepted" in page.text
    assert any(link.get("href").endswith("/so/spoken/team") for link in page.main.all("a"))
    page = staff.send(form_to(team_page(staff), "/confirm"))
    assert page.heading == "Not done yet: who is told what"
    assert "1 family will be told" in page.text
    assert state_of(farah) == "accepted"
    page = staff.send(form_to(page, "/confirm"))
    assert "Confirmed. 1 family is told." in page.text
    assert (state_of(farah), service_state(), len(told("interpreter_confirmed"))) == ("confirmed", "confirmed", 1)
    assert "Farah Nur has accepted" not in staff.get("/staff/").text


def test_an_agency_is_booked_by_hand_with_its_order_number(staff: Browser) -> None:
    agency = interpreter("Words & Co", kind="agency", email=None)
    (seat,) = team()
    page = staff.send(
        staff.get(f"/staff/seats/{seat}/").form("hours"), interpreter=[str(agency)], order_number="PO 77", by_hand="1"
    )
    page = staff.send(page.form("sure"))
    assert "PO 77" in page.text
    assert "Name to follow" in page.text
    assert service_state() == "confirmed"
    page = staff.send(form_to(page, "/name"), sent_name="Ayaan Warsame")
    assert "Ayaan Warsame" in page.text
    assert "PO 77" in page.text
    assert staff.send(form_to(page, "/name"), sent_name="x" * 129).status == 200
    assert assignment_of(agency).sent_name == "Ayaan Warsame"


def test_who_books_by_hand_sees_first_which_families_are_told_and_nothing_is_sent_before(
    app: Flask, staff: Browser
) -> None:
    register(Browser(app), interpretation="so")
    one = interpreter()
    (seat,) = team()
    form = staff.get(f"/staff/seats/{seat}/").form("hours").fill(interpreter=[str(one)], by_hand="1")
    page = staff.send(form)
    assert page.heading == "Not done yet: who is told what"
    assert "1 family will be told" in page.text
    assert "Hodan Ali" in page.text
    assert told("job_confirmed") == told("interpreter_confirmed") == []
    assert service_state() == "looking"
    assert "Booked." in staff.send(page.form("sure")).text
    assert len(told("job_confirmed")) == len(told("interpreter_confirmed")) == 1
    assert state_of(one) == "confirmed"


def test_a_booking_that_completes_no_team_tells_no_family(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="so")
    one, seat = interpreter(), team(2)[0]
    page = staff.send(staff.get(f"/staff/seats/{seat}/").form("hours"), interpreter=[str(one)], by_hand="1")
    assert "No family will be told" in page.text
    assert "Booked." in staff.send(page.form("sure")).text
    assert told("interpreter_confirmed") == []


def test_who_cannot_be_booked_is_refused_before_anything_is_shown(staff: Browser) -> None:
    one, other = interpreter(), interpreter("Ubah Said")
    (seat,) = team()
    form = staff.get(f"/staff/seats/{seat}/").form("hours").fill(interpreter=[str(other)], by_hand="1")
    book.book(seat, one, by=None, now=clock.now())
    db.session.commit()
    page = staff.send(form)
    assert page.status == 409
    assert "Somebody has this seat" in page.text


def test_finding_an_interpreter_costs_the_same_however_many_there_are(app: Flask, staff: Browser) -> None:
    (seat,), near = team(), team(8, "spanish-meeting")
    there = meeting()
    meeting("spanish-meeting", starts_at=there.starts_at, ends_at=there.ends_at)
    first = [interpreter(f"First{number}") for number in range(5)]
    book.book(near[0], first[0], by=None, now=clock.now())
    db.session.commit()
    counted: list[str] = []
    staff.get(f"/staff/seats/{seat}/")
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    staff.get(f"/staff/seats/{seat}/")
    few = len(counted)
    more = [interpreter(f"More{number}") for number in range(45)]
    for one, place in zip(more, near[1:], strict=False):
        book.book(place, one, by=None, now=clock.now())
    db.session.commit()
    # What is published changed by it, and is read again once.
    staff.get(f"/staff/seats/{seat}/")
    counted.clear()
    page = staff.get(f"/staff/seats/{seat}/")
    assert page.text.count("Has a job too near") == 8
    assert len(page.root.all("input", name="interpreter")) == 42
    assert len(counted) == few


def test_an_interpreter_is_written_and_changed(staff: Browser) -> None:
    typed: dict[str, Any] = {
        "name": "Hodan Ali",
        "email": "hodan@interpreters.example.org",
        "directions": "en <> so simultaneous\nen > am consecutive expert",
        "proofs": "Court certificate; 12; 2028-05-31; seen",
        "week": "duty 1 08:00-15:00\n1 17:00-21:00",
        "days": "2027-07-01 2027-07-14",
        "rate": "45.50",
    }
    page = staff.send(staff.get("/staff/interpreters/new").form("directions"), **typed)
    assert page.heading == "Hodan Ali"
    form = page.form("directions")
    assert {name: form.values[name] for name in typed} == typed
    one = db.session.scalars(select(Interpreter)).one()
    assert (one.rate_cents, len(one.pairs), one.credentials[0].verified_by_id is not None) == (4550, 3, True)
    page = staff.send(form, preferred="1")
    assert db.session.scalars(select(Interpreter.preferred)).one()
    page = staff.send(form, name="Hodan Ali Nur")
    assert page.status == 409
    assert "Hodan Ali" in staff.get("/staff/interpreters/?source=en&target=so").text
    assert "Hodan Ali" not in staff.get("/staff/interpreters/?target=vi").text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("directions", "en <> xx"),
        ("directions", "English and Somali"),
        ("directions", "en > en"),
        ("proofs", "; 12"),
        ("proofs", "Court; 1; tomorrow"),
        ("week", "8 10:00-11:00"),
        ("week", "1 11:00-10:00"),
        ("days", "2027-07-14 2027-07-01"),
        ("rate", "a lot"),
        ("time_zone", "Mars/Base"),
    ],
)
def test_a_line_that_cannot_be_read_is_shown_again(staff: Browser, field: str, text: str) -> None:
    page = staff.send(staff.get("/staff/interpreters/new").form("directions"), name="Hodan", **{field: text})
    assert page.status == 422
    assert page.form("directions").values[field] == text
    assert field in {link.get("href").removeprefix("#") for link in page.root.one(class_="errors").all("a")}


def test_the_rules_are_chosen_on_the_settings_page(app: Flask) -> None:
    boss = signed_in(app, "administrator")
    page = boss.get("/staff/settings/interpretation")
    assert page.form("profile").values["profile"] == "court"
    boss.send(page.form("profile"), profile="own", simultaneous_alone="75")
    db.session.rollback()
    assert profile.current().figures.simultaneous_alone == 75
    page = boss.send(boss.get("/staff/settings/interpretation").form("profile"), profile="own", travel="soon")
    assert page.status == 422


def test_a_language_somebody_was_asked_for_is_not_taken_out(staff: Browser) -> None:
    hodan = interpreter()
    (seat,) = team()
    offers.offer(seat, [hodan], OfferWay.ONE, by=None, now=clock.now())
    db.session.commit()
    page = staff.get(f"/staff/meetings/{meeting().id}/interpretation/")
    page = staff.send(form_to(page, "so/spoken/remove"))
    assert page.status == 409
    assert db.session.scalars(select(Assignment.id)).all()
    staff.send(form_to(team_page(staff), "/release"))
    team(slug="spanish-meeting")
    page = staff.get(f"/staff/meetings/{meeting('spanish-meeting').id}/interpretation/")
    assert staff.send(form_to(page, "so/spoken/remove")).status == 200
    left = select(InterpretationService.id).where(InterpretationService.meeting_id == meeting("spanish-meeting").id)
    assert not db.session.scalars(left.where(InterpretationService.language == "so")).all()


FILE = (
    "\ufeffname,email,languages,credentials,rate,blocked\r\n"
    "Hodan Ali,hodan@interpreters.example.org,en <> so|en > am,Court; 12; 2028-05-31; seen,45,no\r\n"
    "=cmd(),farah@interpreters.example.org,en <> so,,,\r\n"
    "'Ubah Said,ubah@interpreters.example.org,en <> xx,,a lot,\r\n"
    "Hodan again,HODAN@interpreters.example.org,en <> so,,,\r\n"
)


def sent(staff: Browser, text: str) -> Page:
    """The page after a file was chosen."""
    where = "/staff/interpreters/import"
    form = next(form for form in staff.get(where).forms() if form.action.endswith(where))
    file = (BytesIO(text.encode()), "interpreters.csv")
    return Page(staff.raw("post", where, data={"csrf_token": form.values["csrf_token"], "file": file}), where)


def test_a_file_is_shown_row_by_row_before_anything_is_added(staff: Browser) -> None:
    shown = sent(staff, FILE)
    assert shown.status == 200
    rows = [row.all("td")[-1].text for row in shown.root.one("tbody").all("tr")]
    assert rows[0] == "Is added"
    assert rows[1] == "A name does not begin with = or @"
    assert "Languages: we cannot read this line: en <> xx" in rows[2]
    assert "Write an amount like this: 45.00" in rows[2]
    assert rows[3] == "Is in the register already"
    assert db.session.scalars(select(Interpreter)).all() == []
    for _ in range(2):
        staff.send(shown.form("sure"))
    one = db.session.scalars(select(Interpreter)).one()
    assert (one.name, one.rate_cents, len(one.pairs), one.blocked, one.on_site) == ("Hodan Ali", 4500, 3, False, True)


@pytest.mark.parametrize("text", ["", "who,what\na,b\n", "name,languages\n" + "a,en > so\n" * 501])
def test_what_is_no_file_of_interpreters_is_refused_in_words(staff: Browser, text: str) -> None:
    page = sent(staff, text)
    assert page.status == 422
    assert page.root.one(class_="errors").all("a")
