"""An interpreter who is signed in: offers, jobs, briefing, the day; only their own, and no family's data."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Demand, Registration, ReleasedQuestion
from registration.interpretation import answer, book, offers, states
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent, MaterialKind
from registration.interpretation.day.models import Alarm
from registration.interpretation.models import AssignmentEvent, Delivery, OfferWay
from registration.meetings.models import OnlineAccess
from registration.meetings.published import touch
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, link_of, named, service_state, state_of, team
from tests.pages import Browser, Form, Page
from tests.signing_in import person_with, signed_in

HODAN = "hodan@interpreters.example.org"
# What one family gave: none of it stands on a page of an interpreter.
CANARY: dict[str, Any] = {
    "name": "Canary Quetzal Ixim",
    "email": "canary@families.example.org",
    "phone": "303 555 0191",
    "needs": ["captions", "wheelchair"],
    "needs_other": "Canary cannot climb stairs",
    "question": "Will Canary Quetzal lose his place?",
    "interpretation": "so",
    "listeners": "3",
}
SECRETS = ("Canary", "Quetzal", "canary@", "555-0191", "5550191", "wheelchair", "climb", "lose his place", "dialect of")


@pytest.fixture
def hodan(app: Flask) -> int:
    """Somebody in the register, who has an account."""
    return interpreter()


@pytest.fixture
def own(app: Flask, hodan: int) -> Browser:
    """Her browser."""
    return signed_in(app, "interpreter", email=HODAN)


def booked(one: int, size: int = 1, **given: Any) -> list[int]:
    """Somebody in the first seat of a team; gives the seats."""
    seats = team(size, **given)
    book.book(seats[0], one, by=None, now=clock.now())
    db.session.commit()
    return seats


def offered(*people: int, way: OfferWay = OfferWay.ONE, **given: Any) -> None:
    """A seat offered."""
    (seat,) = team(**given)
    offers.offer(seat, people, way, by=None, now=clock.now())
    db.session.commit()


def address(one: int) -> str:
    """The page of somebody's newest job."""
    return f"/interpreter/jobs/{assignment_of(one).id}/"


def action(page: Page, end: str, **values: str) -> Form:
    """The form that leads to an address with this end, and holds these values."""
    return next(
        form
        for form in page.forms()
        if form.action.endswith(end) and all(form.values.get(name) == value for name, value in values.items())
    )


def brief(**given: Any) -> None:
    """What staff write for interpreters of the English meeting."""
    db.session.add(Briefing(meeting_id=meeting().id, **given))
    db.session.commit()


def material(**given: Any) -> int:
    """A file of the English meeting, for Somali unless said otherwise."""
    known: dict[str, Any] = {"language": "so", "kind": MaterialKind.SLIDES.value, "title": "The slides"}
    known |= {"file_name": "slides.pdf", "media_type": "application/pdf", "size": 9, "added_at": clock.now()}
    row = Material(**{"meeting_id": meeting().id, **known, **given})
    db.session.add(row)
    db.session.flush()
    if row.size is not None:
        db.session.add(MaterialContent(material_id=row.id, data=b"%PDF-1.7\n"))
    db.session.commit()
    return row.id


def test_signing_in_leads_an_interpreter_to_the_jobs_and_staff_to_today(app: Flask, hodan: int) -> None:
    own = signed_in(app, "interpreter", email=HODAN)
    assert own.get("/sign-in").heading == "My jobs"
    assert signed_in(app, "coordinator", "interpreter").get("/sign-in").heading == "Today"
    assert signed_in(app).get("/sign-in").heading == "My profile"


def test_who_is_not_in_the_register_reads_whom_to_ask(app: Flask) -> None:
    page = signed_in(app, "interpreter", email="else@example.org").get("/interpreter/")
    assert page.heading == "We do not find you among the interpreters"
    assert "else@example.org" in page.text
    assert "Ask a coordinator" in page.text


def test_an_address_that_two_share_is_nobodys_until_staff_say_whose(app: Flask, hodan: int) -> None:
    other = interpreter("Farah Nur", email=HODAN)
    own = signed_in(app, "interpreter", email=HODAN)
    assert own.get("/interpreter/").heading == "We do not find you among the interpreters"
    named(other).person_id = person_with("interpreter", email=HODAN).id
    db.session.commit()
    assert own.get("/interpreter/").heading == "My jobs"


def test_staff_who_interpret_get_to_both(app: Flask) -> None:
    both = signed_in(app, "coordinator", "interpreter")
    staff = both.get("/staff/")
    assert both.get(staff.link("My jobs")).status == 200
    own = both.get("/interpreter/")
    assert both.get(own.link("Staff")).heading == "Today"
    assert "Meetings" not in own.root.one("nav").text
    profile = signed_in(app, "interpreter").get("/profile")
    assert profile.root.one("nav").text.startswith("My jobs")


def test_the_jobs_stand_under_offers_next_and_unfinished(own: Browser, hodan: int) -> None:
    booked(hodan)
    offered(hodan, slug="vietnamese-meeting")
    page = own.get("/interpreter/")
    heads = [head.text for head in page.main.all("h2")]
    assert heads == ["1 offer waits for you", "Next", "More"]
    offer, ahead = page.main.all("li", class_="job")
    assert "Vietnamese ↔ Somali" in offer.text
    assert "Answer by Wednesday" in offer.text
    assert "This job: $" in offer.text
    assert "English ↔ Somali Be there at 5:15 PM Confirmed" in ahead.text
    assert "Simultaneous. You work alone." in ahead.text
    with clock.at(meeting().ends_at + timedelta(minutes=1)):
        own = signed_in(own.client.application, "interpreter", email=HODAN)
        late = own.get("/interpreter/")
    assert [head.text for head in late.main.all("h2")] == ["Next", "Tell us when you finished", "More"]


def test_an_offer_shows_what_an_offer_needs_and_neither_contact_nor_files_nor_links(own: Browser, hodan: int) -> None:
    brief(contact_name="Ana Ruiz", contact_phone="+13035550117", agenda="First the principal", equipment="25 headsets")
    material()
    meeting(online=True)
    db.session.add(OnlineAccess(meeting_id=meeting().id, language="so", link="https://video.example.org/j/1"))
    offered(hodan)
    page = own.get(address(hodan))
    for words in ("Please answer by", "$60.00 an hour", "At least 120 minutes are paid.", "If we cancel", "Recording"):
        assert words in page.text
    for secret in ("Ana Ruiz", "555-0117", "First the principal", "25 headsets", "The slides", "video.example.org"):
        assert secret not in page.response.text


def test_an_offer_is_accepted_by_the_account(own: Browser, hodan: int) -> None:
    offered(hodan)
    page = own.send(action(own.get(address(hodan)), "/answer", answer="accept"))
    assert "Thank you. The job is yours." in page.text
    assert (state_of(hodan), service_state()) == ("confirmed", "confirmed")
    event = db.session.scalars(select(AssignmentEvent).where(AssignmentEvent.state == "accepted")).one()
    assert (event.actor, event.person_id) == ("interpreter", person_with("interpreter", email=HODAN).id)


def test_an_offer_is_declined_with_a_reason(own: Browser, hodan: int) -> None:
    offered(hodan)
    page = own.send(action(own.get(address(hodan)), "/answer", answer="decline"), reason="A wedding")
    assert "You have said no" in page.text
    assert state_of(hodan) == "declined"
    assert own.get("/interpreter/").main.all("li", class_="job") == []


def test_what_is_refused_says_why_and_how_it_stands(own: Browser, hodan: int) -> None:
    farah = interpreter("Farah Nur")
    offered(hodan, farah, way=OfferWay.SEVERAL)
    page = own.get(address(hodan))
    answer.accept(assignment_of(farah).id, now=clock.now())
    db.session.commit()
    refused = own.send(action(page, "/answer", answer="accept"))
    assert refused.status == 409
    assert "Somebody else was faster" in refused.text
    other = meeting("vietnamese-meeting", starts_at=meeting().starts_at, ends_at=meeting().ends_at)
    booked(hodan, slug=other.slug)
    (seat,) = team(language="am")
    named(hodan).pairs[0].target = "am"
    db.session.commit()
    made = offers.send(seat, named(hodan), meeting(), OfferWay.ONE, 8, by=None, now=clock.now())
    db.session.commit()
    page = own.get(f"/interpreter/jobs/{made.assignment_id}/")
    refused = own.send(action(page, "/answer", answer="accept"))
    assert refused.status == 409
    assert "You are booked elsewhere at that time" in refused.text


def test_the_briefing_has_everything_a_professional_needs(own: Browser, hodan: int) -> None:
    farah = interpreter("Farah Nur", phone="+13035550178")
    seats = booked(hodan, 2)
    book.book(seats[1], farah, by=None, now=clock.now())
    db.session.commit()
    brief(
        contact_name="Ana Ruiz",
        contact_phone="+13035550117",
        equipment="25 headsets. The district brings them.",
        arrival="Ask for Ana at the desk",
        agenda="First the principal",
        glossary="lockdown = xirid",
    )
    number = material()
    material(title="The letter", kind=MaterialKind.SIGHT_TRANSLATION.value, size=None, language="")
    material(title="Only for Amharic", language="am")
    material(title="The handout", link="https://example.org/handout", size=None)
    db.session.add(
        Demand(
            meeting_id=meeting().id, language="so", modality="spoken",
            families=9, listeners=17, families_online=2, listeners_online=4,
        )
    )  # fmt: skip
    db.session.commit()
    page = own.get(address(hodan))
    for words in (
        "Be there at 5:15 PM", "Mountain Daylight Time", "Come in at the north door", "Parking is free",
        "Ask for Ana at the desk", "You and Farah Nur", "You take turns of 20 to 30 minutes.",
        "Questions go the other way.", "Simultaneous", "Listeners: 17. Families: 9.", "In the room: 13. Online: 4.",
        "25 headsets. The district brings them.", "First the principal", "lockdown = xirid",
        "Document to translate aloud Expected by", "Ana Ruiz (303) 555-0117", "Recording", "$60.00 an hour",
        "If we cancel", "Code",
    ):  # fmt: skip
        assert words in page.text, words
    assert "Only for Amharic" not in page.text
    assert page.link("(303) 555-0117") == "tel:+13035550117"
    assert page.link("The handout") == "https://example.org/handout"
    assert page.link("The slides") == f"{address(hodan)}files/{number}"
    assert page.link("Open the map").startswith("https://")


def test_the_order_number_stands_on_the_page_of_the_job(own: Browser, hodan: int) -> None:
    (seat,) = team()
    book.book(seat, hodan, by=None, now=clock.now(), order_number="2027-0412")
    db.session.commit()
    assert "2027-0412" in own.get(address(hodan)).text


def test_team_mates_are_called_from_the_day_before_and_only_once_all_is_certain(own: Browser, hodan: int) -> None:
    farah = interpreter("Farah Nur", phone="+13035550178")
    seats = booked(hodan, 2)
    assert "You and 1 more interpreter, not known yet" in own.get(address(hodan)).text
    book.book(seats[1], farah, by=None, now=clock.now())
    db.session.commit()
    # 10 May at half past five in Denver; its day before begins at midnight there.
    near = meeting().starts_at - timedelta(hours=41, minutes=30)
    for at, shown in ((near - timedelta(minutes=1), False), (near, True)):
        with clock.at(at):
            own = signed_in(own.client.application, "interpreter", email=HODAN)
            page = own.get(address(hodan))
        assert "You and Farah Nur" in page.text
        assert ("(303) 555-0178" in page.text) is shown


def test_online_the_way_of_the_interpreted_language_is_shown_else_that_of_everybody(own: Browser, hodan: int) -> None:
    meeting(online=True)
    (seat,) = team(delivery=Delivery.REMOTE)
    book.book(seat, hodan, by=None, now=clock.now())
    touch()
    db.session.commit()
    for language, code in (("", "11111"), ("am", "22222"), ("so", "33333")):
        there = OnlineAccess(meeting_id=meeting().id, language=language, link=f"https://video.example.org/j/{code}")
        there.passcode = code
        db.session.add(there)
        db.session.commit()
        page = own.get(address(hodan))
        assert page.link("Join online").endswith("33333" if language == "so" else "11111")
        assert "Be online at 5:15 PM" in page.text
        assert "22222" not in page.text


def test_questions_are_read_only_once_staff_release_them(browser: Browser, own: Browser, hodan: int) -> None:
    register(browser, **CANARY)
    booked(hodan)
    assert "Questions that came in" not in own.get(address(hodan)).text
    family = db.session.scalars(select(Registration)).one()
    words = "Does a child lose a place?"
    db.session.add(ReleasedQuestion(registration_id=family.id, meeting_id=meeting().id, text=words, at=clock.now()))
    db.session.commit()
    assert words in own.get(address(hodan)).text


def test_a_changed_room_is_seen_and_online_is_answered(own: Browser, hodan: int) -> None:
    booked(hodan)
    for asks, said in (("room", "yes"), ("remote", "yes"), ("remote", "no")):
        assignment_of(hodan).asks = asks
        db.session.commit()
        assert "Please answer: the plan has changed" in own.get("/interpreter/").text
        own.send(action(own.get(address(hodan)), "/answer", answer=said))
        state = "declined" if said == "no" else "confirmed"
        assert (state_of(hodan), assignment_of(hodan).asks) == (state, None)


def test_what_is_owed_for_a_job_that_is_off_is_said(own: Browser, hodan: int) -> None:
    booked(hodan)
    with clock.at(meeting().starts_at - timedelta(hours=20)):
        book.release(assignment_of(hodan).id, "", by=None, now=clock.now())
        db.session.commit()
    page = own.get(address(hodan))
    assert "You are not needed any more" in page.text
    assert "You are paid $120.00." in page.text


def test_ill_asks_first_and_only_the_button_gives_the_job_back(own: Browser, hodan: int) -> None:
    farah = interpreter("Farah Nur")
    booked(hodan)
    sure = own.get(own.get(address(hodan)).link("I am ill"))
    assert "Your job is given to somebody else. Staff are told now." in sure.text
    assert state_of(hodan) == "confirmed"
    page = own.send(action(sure, "/ill"))
    assert "Given back: you are ill" in page.text
    assert "We ask 1 other interpreter now." in page.text
    assert (state_of(hodan), state_of(farah), service_state()) == ("declined", "offered", "looking")
    assert own.get(f"{address(hodan)}ill").heading == "English ↔ Somali"
    assert db.session.scalars(select(Alarm.danger)).all() == ["ill"]


def test_the_day_arrived_finished_and_the_overtime_is_said(app: Flask, own: Browser, hodan: int) -> None:
    booked(hodan)
    there = meeting()
    assert "On the day, tell us here that you have arrived. You can do so from 2:30 PM." in own.get(address(hodan)).text
    with clock.at(there.starts_at - timedelta(minutes=10)):
        own = signed_in(app, "interpreter", email=HODAN)
        page = own.send(action(own.get(address(hodan)), "/arrived"))
        assert "Staff see that you have arrived" in page.text
        assert [form for form in page.forms() if form.action.endswith("/finished")] == []
    with clock.at(there.ends_at + timedelta(hours=1)):
        own = signed_in(app, "interpreter", email=HODAN)
        form = action(own.get(address(hodan)), "/finished")
        assert form.values["ended"] == "18:30"
        page = own.send(form, ended="18:45", note="The booth was dark")
        assert "You finished at 6:45 PM" in page.text
        assert "That is 15 minutes longer than planned." in page.text
        assert "Staff check the time" in own.get("/interpreter/").text
        again = own.send(action(page, "/finished"), ended="18:40")
        assert "That is 10 minutes longer than planned." in again.text
    assert (state_of(hodan), assignment_of(hodan).note) == ("checked_in", "The booth was dark")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Write when you finished"),
        ("late", "Write the time like this"),
        ("25:00", "Write the time like this"),
        ("17:00", "Write a time between 5:30 PM and 7:30 PM"),
        ("19:45", "Write a time between 5:30 PM and 7:30 PM"),
    ],
)
def test_a_wrong_time_is_said_at_its_field(app: Flask, own: Browser, hodan: int, typed: str, words: str) -> None:
    booked(hodan)
    with clock.at(meeting().ends_at + timedelta(hours=1)):
        own = signed_in(app, "interpreter", email=HODAN)
        page = own.send(action(own.get(address(hodan)), "/finished"), ended=typed, note="Dark")
    assert page.status == 422
    assert words in page.root.one("div", class_="errors").text
    form = action(page, "/finished")
    assert (form.values.get("ended", ""), form.values["note"]) == (typed, "Dark")
    assert assignment_of(hodan).ended_at is None


def test_too_early_to_arrive_is_refused_and_says_from_when(own: Browser, hodan: int) -> None:
    booked(hodan)
    own.get(address(hodan))
    token = action(own.get(address(hodan)), "/note").values["csrf_token"]
    page = own.post(f"{address(hodan)}arrived", {"csrf_token": token})
    assert page.status == 409
    assert "from 3 hours before the start until the end" in page.text
    assert state_of(hodan) == "confirmed"


def test_a_note_to_staff_is_written_before_the_day(own: Browser, hodan: int) -> None:
    booked(hodan)
    page = own.send(action(own.get(address(hodan)), "/note"), note="I bring my own headset")
    assert action(page, "/note").values["note"] == "I bring my own headset"
    assert assignment_of(hodan).note == "I bring my own headset"


def test_what_is_approved_says_what_is_paid_and_can_not_be_changed(app: Flask, own: Browser, hodan: int) -> None:
    booked(hodan)
    done = assignment_of(hodan)
    done.state, done.ended_at = states.Assignment.COMPLETED.value, done.ends_at
    done.approved_minutes, done.paid_minutes, done.payable_cents = 60, 120, 13500
    db.session.commit()
    with clock.at(meeting().ends_at + timedelta(days=1)):
        own = signed_in(app, "interpreter", email=HODAN)
        page = own.get(address(hodan))
        assert "120 minutes are paid." in page.text
        assert "You are paid $135.00." in page.text
        token = action(page, "/note").values["csrf_token"]
        refused = own.post(f"{address(hodan)}finished", {"csrf_token": token, "ended": "18:00", "note": ""})
    assert refused.status == 409


@pytest.mark.parametrize("end", ["", "answer", "arrived", "finished", "note", "ill", "files/1"])
def test_a_job_of_somebody_else_is_not_there(app: Flask, own: Browser, hodan: int, end: str) -> None:
    farah = interpreter("Farah Nur")
    booked(farah)
    material()
    method = "get" if end in ("", "files/1") else "post"
    theirs, none = f"{address(farah)}{end}", f"/interpreter/jobs/987654/{end}"
    first, second = own.raw(method, theirs), own.raw(method, none)
    assert first.status_code == second.status_code == 404
    assert state_of(farah) == "confirmed"


def test_what_was_never_offered_is_not_there(own: Browser, hodan: int) -> None:
    booked(hodan)
    assignment_of(hodan).state = states.Assignment.PROPOSED.value
    db.session.commit()
    assert own.raw("get", address(hodan)).status_code == 404


def test_a_file_is_for_who_has_said_yes_in_its_language_and_is_never_shown_inline(own: Browser, hodan: int) -> None:
    number, other = material(), material(language="am")
    missing = material(size=None)
    elsewhere = material(meeting_id=meeting("spanish-meeting").id, language="")
    offered(hodan)
    assert own.raw("get", f"{address(hodan)}files/{number}").status_code == 404
    answer.accept(assignment_of(hodan).id, now=clock.now())
    db.session.commit()
    found = own.raw("get", f"{address(hodan)}files/{number}")
    assert (found.status_code, found.data) == (200, b"%PDF-1.7\n")
    assert found.headers["Content-Disposition"] == "attachment; filename=slides.pdf"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"] == "no-store"
    for gone in (other, missing, elsewhere, 987654):
        assert own.raw("get", f"{address(hodan)}files/{gone}").status_code == 404
    book.release(assignment_of(hodan).id, "", by=None, now=clock.now())
    db.session.commit()
    assert own.raw("get", f"{address(hodan)}files/{number}").status_code == 404


def test_looking_changes_nothing(own: Browser, hodan: int) -> None:
    booked(hodan)
    before = len(db.session.scalars(select(AssignmentEvent)).all())
    for method in ("get", "head"):
        for path in ("/interpreter/", address(hodan), f"{address(hodan)}ill", link_of(hodan), f"{link_of(hodan)}/ill"):
            assert own.raw(method, path).status_code == 200
    assert (state_of(hodan), len(db.session.scalars(select(AssignmentEvent)).all())) == ("confirmed", before)


def test_without_the_token_nothing_is_done(own: Browser, hodan: int) -> None:
    booked(hodan)
    with clock.at(meeting().starts_at):
        own = signed_in(own.client.application, "interpreter", email=HODAN)
        for end in ("answer", "arrived", "finished", "note", "ill"):
            page = own.post(f"{address(hodan)}{end}", {"answer": "decline", "note": "x", "ended": "17:31"})
            assert page.status == 422, end
    assert (state_of(hodan), assignment_of(hodan).note) == ("confirmed", "")


def test_the_mails_link_gives_the_job_back_too_and_leads_to_the_briefing(browser: Browser, hodan: int) -> None:
    booked(hodan)
    page = browser.get(link_of(hodan))
    assert page.link("Sign in for the briefing").endswith(f"/sign-in?next={address(hodan)}")
    sure = browser.get(page.link("I am ill"))
    assert "Your job is given to somebody else. Staff are told now." in sure.text
    assert state_of(hodan) == "confirmed"
    done = browser.send(action(sure, "/ill"))
    assert done.heading == "You are not coming. Staff know it."
    assert state_of(hodan) == "declined"
    assert browser.get(f"{link_of(hodan)}/ill").heading == "You are not coming. Staff know it."


def walked(app: Flask, hodan: int) -> Iterator[tuple[str, str]]:
    """Every page that an interpreter can open in the states of a job, with what it says."""
    booked(hodan)
    offered(hodan, slug="vietnamese-meeting")
    waiting = assignment_of(hodan).id
    held = waiting - 1
    there = meeting()
    for at in (clock.now(), there.starts_at - timedelta(hours=1), there.ends_at + timedelta(minutes=1)):
        with clock.at(at):
            own = signed_in(app, "interpreter", email=HODAN)
            for rule in app.url_map.iter_rules():
                if rule.endpoint.startswith("interpreter.") and "GET" in (rule.methods or ()):
                    if rule.arguments - {"assignment_id"}:
                        continue
                    for number in (held, waiting) if rule.arguments else (0,):
                        path = app.url_map.bind("localhost").build(
                            rule.endpoint, {"assignment_id": number} if number else {}, "GET"
                        )
                        yield f"{at:%d %H:%M} {path}", own.raw("get", path).text
    yield "by mail", Browser(app).get(link_of(hodan)).response.text


def test_no_page_of_an_interpreter_holds_a_familys_data(app: Flask, browser: Browser, hodan: int) -> None:
    for slug in ("english-meeting", "vietnamese-meeting"):
        register(browser, f"/en/meetings/{slug}/register", **CANARY)
    for row in db.session.scalars(select(Registration)):
        row.dialect_note = "dialect of the coast"
    db.session.commit()
    pages = dict(walked(app, hodan))
    assert len(pages) > 10
    assert any("Listeners: 3." in text for text in pages.values())
    assert {name: secret for name, text in pages.items() for secret in SECRETS if secret in text} == {}


def test_the_role_alone_opens_the_pages(app: Flask) -> None:
    assert Role.INTERPRETER not in person_with("coordinator").roles
    assert signed_in(app, "coordinator").raw("get", "/interpreter/").status_code == 403
