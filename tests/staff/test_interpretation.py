"""Interpretation by hand: what is decided stands on the pages at once; who asked is told once, after staff saw what."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families.models import InterpretationEvent
from registration.families.recount import differences
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, Meeting, ServiceState, Way
from tests.families.news import decide, meeting_in
from tests.families.steps import address, meeting, register
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


def here(rest: str = "", slug: str = "english-meeting") -> str:
    return f"/staff/meetings/{meeting(slug).id}/interpretation/{rest}"


def families(app: Flask, language: str = "so") -> None:
    """Three who ask for a language: one reads English, one Vietnamese, one Spanish and has no email."""
    register(Browser(app), interpretation=language)
    register(Browser(app), address(locale="vi"), email="hoa@example.org", interpretation=language)
    register(Browser(app), address(locale="es"), email="", phone="303 555 0144", interpretation=language)


def told(message: str) -> list[tuple[str, str]]:
    """State and occurrence of each row of a message."""
    db.session.rollback()
    query = select(OutboxMessage.state, OutboxMessage.occurrence).where(OutboxMessage.message == message)
    return [(row.state, row.occurrence) for row in db.session.execute(query.order_by(OutboxMessage.subject_id))]


def service(language: str = "so", slug: str = "english-meeting") -> InterpretationService | None:
    db.session.rollback()
    query = select(InterpretationService).join(Meeting, Meeting.id == InterpretationService.meeting_id)
    return db.session.scalar(query.where(Meeting.slug == slug, InterpretationService.language == language))


def foreseen(staff: Browser, rest: str = "so/spoken", **chosen: Any) -> Page:
    """The page that shows who will be told what."""
    return staff.send(staff.get(here(rest)).form("state"), **chosen)


def events() -> list[tuple[str, str, int | None]]:
    db.session.rollback()
    query = select(InterpretationEvent).order_by(InterpretationEvent.id)
    return [(row.event, row.actor, row.person_id) for row in db.session.scalars(query)]


def test_asked_and_decided_stand_side_by_side(app: Flask, staff: Browser) -> None:
    families(app)
    page = staff.get(here())
    row = next(one for one in page.main.all("tr") if "Somali" in one.text)
    assert "Asked" in row.text
    assert row.all("td")[0].text.startswith("3 families, 3 listeners")
    spanish = next(one for one in page.main.all("tr") if "Spanish" in one.text)
    assert "Confirmed" in spanish.text
    assert "Nobody asks for it now" in spanish.text


def test_who_will_be_told_what_is_shown_first_and_nothing_is_done(app: Flask, staff: Browser) -> None:
    families(app)
    page = foreseen(staff, state="confirmed", mode="consecutive")
    assert page.heading == "Not done yet: who is told what"
    assert "3 families will be told" in page.text
    rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in page.root.one("tbody").all("tr")}
    assert rows == {
        "English": ["1", "0"], "Español Spanish": ["0", "1"], "Tiếng Việt Vietnamese": ["1", "0"],
    }  # fmt: skip
    assert "ABC234: Your interpreter is confirmed" in page.text
    assert "Su intérprete está confirmado" in page.text
    assert "Đã có thông dịch viên cho quý vị" in page.text
    assert service() is None
    assert told("interpreter_confirmed") == []
    assert events() == []
    assert "Soomaali" not in Browser(app).get("/en/meetings/english-meeting/").text


def test_a_confirmation_is_told_once_by_mail_or_call_and_stands_on_every_page(app: Flask, staff: Browser) -> None:
    families(app)
    family = Browser(app)
    register(family, address(locale="es"), email="rosa@example.org", interpretation="so")
    page = staff.send(foreseen(staff, state="confirmed", mode="consecutive").form("sure"))
    assert "Done. 4 families are told." in page.text
    made = service()
    assert made is not None
    occurrence = f"{made.id}:1"
    states = [("queued", occurrence), ("queued", occurrence), ("call", occurrence), ("queued", occurrence)]
    assert told("interpreter_confirmed") == states
    me = person_with("coordinator").id
    assert events() == [("confirmed", "staff", me)] * 4
    assert "Soomaali" in Browser(app).get("/en/meetings/english-meeting/").text
    assert "Intérprete confirmado" in family.get("/es/registration/").text
    later = Browser(app)
    register(later, email="late@example.org", interpretation="so")
    assert "Interpreter confirmed. The interpreter speaks after each person." in later.get("/en/registration/").text
    assert len(told("interpreter_confirmed")) == 4
    assert differences() == []


def test_a_double_click_decides_and_tells_once(app: Flask, staff: Browser) -> None:
    families(app)
    form = foreseen(staff, state="confirmed", mode="consecutive").form("sure")
    staff.send(form)
    again = staff.send(form)
    assert again.status == 200
    assert "No family is told" in again.text
    assert len(told("interpreter_confirmed")) == 3
    assert len(events()) == 3


def test_nobody_is_told_of_looking_unless_it_is_chosen(app: Flask, staff: Browser) -> None:
    families(app)
    staff.send(foreseen(staff, state="confirmed", mode="consecutive").form("sure"))
    page = foreseen(staff, state="looking")
    assert "They are not told unless you tick the box." in page.text
    assert "No family is told" in staff.send(page.form("sure")).text
    assert told("interpreter_looking") == []
    assert [event for event, *_ in events()] == ["confirmed"] * 3 + ["looking"] * 3
    staff.send(foreseen(staff, state="confirmed", mode="consecutive").form("sure"))
    chosen = foreseen(staff, state="looking").form("sure")
    staff.send(chosen, tell="1")
    assert [state for state, _ in told("interpreter_looking")] == ["queued", "queued", "call"]


def test_another_way_names_the_meeting_to_go_to(app: Flask, staff: Browser) -> None:
    family = Browser(app)
    register(family, address(locale="vi"), email="rosa@example.org", interpretation="es")
    spanish = meeting_in("es")
    page = foreseen(staff, "es/spoken", state="another_way", way="other_meeting", other=str(spanish.id))
    assert "1 family will be told" in page.text
    staff.send(page.form("sure"))
    own = family.get("/vi/registration/")
    assert "Buổi họp bằng tiếng Tây Ban Nha" in own.text
    assert own.link("Buổi họp bằng tiếng Tây Ban Nha").endswith("/vi/meetings/spanish-meeting/")
    assert [state for state, _ in told("interpreter_another_way")] == ["queued"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"state": ""}, "Choose what is decided"),
        ({"state": "another_way"}, "Choose the other way"),
        ({"state": "another_way", "way": "other_meeting"}, "Choose the other meeting"),
    ],
)
def test_a_decision_that_is_not_whole_is_asked_again(staff: Browser, chosen: dict[str, str], words: str) -> None:
    form = staff.get(here("es/spoken")).form("state")
    for name, value in chosen.items():
        form.values.setlist(name, [value])
    page = staff.send(form)
    assert page.status == 422
    assert words in page.root.one(class_="errors").text


def test_the_second_of_two_editors_sees_what_the_first_decided(app: Flask, staff: Browser) -> None:
    families(app)
    mine = foreseen(staff, state="confirmed", mode="consecutive").form("sure")
    held = meeting()
    decide(held, "so", ServiceState.ANOTHER_WAY, way=Way.TELEPHONE)
    db.session.commit()
    page = staff.send(mine)
    assert page.status == 409
    assert "Somebody else decided just now" in page.text
    assert "An interpreter by telephone" in page.text
    form = page.form("state")
    assert (form.values["state"], form.values["mode"]) == ("confirmed", "consecutive")
    assert told("interpreter_confirmed") == []
    staff.send(staff.send(form).form("sure"))
    assert len(told("interpreter_confirmed")) == 3


def test_a_language_nobody_asks_for_can_be_offered_and_taken_out(app: Flask, staff: Browser) -> None:
    page = staff.get(here("add?language=am"))
    form = page.form("state")
    assert "checked" in form.element.one(name="standing").attributes
    page = staff.send(form, state="confirmed")
    assert "No family will be told" in page.text
    staff.send(page.form("sure"))
    made = service("am")
    assert made is not None
    assert made.standing
    assert "አማርኛ" in Browser(app).get("/en/meetings/english-meeting/").text
    row = next(one for one in staff.get(here()).forms() if "/am/spoken/remove" in one.action)
    assert "It is taken out." in staff.send(row).text
    assert service("am") is None
    assert "አማርኛ" not in Browser(app).get("/en/meetings/english-meeting/").text
    assert "It is taken out." in staff.send(row).text


def test_what_somebody_asks_for_is_not_taken_out(app: Flask, staff: Browser) -> None:
    row = next(one for one in staff.get(here()).forms() if "/es/spoken/remove" in one.action)
    register(Browser(app), interpretation="es")
    page = staff.send(row)
    assert page.status == 409
    assert "Spanish was not taken out" in page.text
    assert service("es") is not None


def test_the_last_family_that_withdraws_cancels_no_service(app: Flask, staff: Browser) -> None:
    family = Browser(app)
    register(family, interpretation="so")
    staff.send(foreseen(staff, state="confirmed", mode="whispered").form("sure"))
    family.send(family.get("/en/registration/withdraw").form("registration"))
    made = service()
    assert made is not None
    assert (made.state, made.mode) == ("confirmed", "whispered")
    assert "Nobody asks for it now. Whether it stays, you decide." in staff.get(here()).text


def test_captions_and_sign_languages_are_decided_alike(app: Flask, staff: Browser) -> None:
    family = Browser(app)
    register(family, interpretation=["ase"], needs=["captions"])
    staff.send(foreseen(staff, "en/captions", state="confirmed").form("sure"))
    staff.send(foreseen(staff, "ase/sign", state="another_way", way="remote").form("sure"), tell="1")
    own = family.get("/en/registration/").text
    assert "Captions confirmed. You read what is said." in own
    assert "An interpreter helps you on a screen." in own
    assert len(told("interpreter_confirmed")) == 1
    assert len(told("interpreter_another_way")) == 1
    assert staff.raw("get", here("ase/spoken")).status_code == 404


def test_requests_that_stand_no_longer_get_no_event_and_no_message(app: Flask, staff: Browser) -> None:
    gone = Browser(app)
    register(gone, interpretation="so")
    gone.send(gone.get("/en/registration/withdraw").form("registration"))
    decide(meeting(), "so", ServiceState.CONFIRMED)
    db.session.commit()
    assert [event for event, *_ in events()] == ["withdrawn"]
    assert told("interpreter_confirmed") == []


def test_a_decision_stands_in_the_record_without_words_of_families(app: Flask, staff: Browser) -> None:
    families(app)
    staff.send(foreseen(staff, state="confirmed", mode="consecutive").form("sure"))
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "interpretation_set")).one()
    assert entry.meeting_id == meeting().id
    assert entry.facts == {
        "language": "so", "mode": "consecutive", "state": "confirmed", "way": None, "families_told": 3,
    }  # fmt: skip


def test_an_old_form_is_asked_again_with_what_was_chosen(staff: Browser) -> None:
    form = staff.get(here("es/spoken")).form("state")
    form.values["csrf_token"] = "old"
    page = staff.send(form, state="looking")
    assert page.status == 422
    assert "Nothing was done yet" in page.text
    assert page.form("state").values["state"] == "looking"


def test_a_get_changes_nothing(app: Flask, staff: Browser) -> None:
    count = select(func.count()).select_from(InterpretationService)
    before = db.session.scalar(count)
    for rest in ("", "am/spoken", "add?language=am", "en/captions"):
        assert staff.get(here(rest)).status == 200
    db.session.rollback()
    assert db.session.scalar(count) == before
    assert staff.raw("get", here("en/spoken")).status_code == 404
    assert staff.raw("get", "/staff/meetings/99999999999/interpretation/").status_code == 404


def test_a_service_of_another_meeting_is_not_touched(app: Flask) -> None:
    register(Browser(app), interpretation="so")
    register(Browser(app), address("spanish-meeting"), email="b@example.org", interpretation="so")
    decide(meeting(), "so", ServiceState.CONFIRMED)
    db.session.commit()
    assert service("so", "spanish-meeting") is None
    assert len(told("interpreter_confirmed")) == 1
