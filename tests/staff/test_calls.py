"""Calls to make: in the order of their deadlines, with what to say, and what came of each."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families import holder
from registration.families.change import erase, withdraw
from registration.families.messages import CALLS, HOLDS
from registration.families.models import CallResult, PhoneCall, Registration
from registration.mail.letter import Queued
from registration.mail.models import OutboxMessage
from registration.reminders import messages as reminders
from registration.reminders.messages import KINDS
from registration.staff.calls import order
from registration.staff.calls.openings import OPENINGS
from registration.staff.calls.record import NotedMeanwhile, note_call
from registration.staff.calls.script import script, spelled
from registration.staff.calls.waiting import Filter, calls, of_family
from tests.conftest import NOW
from tests.families.steps import address, meeting, messages, register, registrations
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in

PHONE: dict[str, Any] = {"email": "", "phone": "303 555 0148"}


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def family(app: Flask, name: str = "Rosa Méndez", where: str = "english-meeting", **given: Any) -> Registration:
    """A family without email; it reads English unless something else is given."""
    locale = given.pop("locale", "en")
    register(Browser(app), address(where, locale), **({"name": name} | PHONE | given))
    return registrations()[-1]


def names(only: Filter | None = None, most: int = 100) -> list[str]:
    """Whom to call, in order."""
    db.session.rollback()
    return [call.registration.name for call in calls(only or Filter(), clock.now(), most).calls]


def calls_of_mail() -> list[tuple[str, str]]:
    """Messages to families, with their states."""
    return [one for one in messages() if one[0] != "sign_in"]


def noted(registration: Registration, result: CallResult, *ids: int, before: int = 0, note: str = "") -> None:
    """A call about these messages (all that wait, when none is named); committed."""
    waiting = select(OutboxMessage.id).where(
        OutboxMessage.subject_id == registration.id, OutboxMessage.subject_kind == "registration"
    )
    note_call(
        registration.id,
        registration.meeting_id,
        result,
        note,
        message_ids=ids or tuple(db.session.scalars(waiting)),
        noted_before=before,
        person_id=None,
        now=clock.now(),
    )
    db.session.commit()


def test_who_registers_without_email_is_to_be_called(app: Flask) -> None:
    family(app)
    register(Browser(app), name="By Mail")
    assert names() == ["Rosa Méndez"]


def test_who_asks_to_be_called_is_to_be_called_also_with_an_email(app: Flask) -> None:
    register(Browser(app), name="Call Me", phone="303 555 0148", interpretation="call")
    assert names() == ["Call Me"]
    assert sorted(calls_of_mail()) == [("call_me", "call"), ("confirmation", "queued")]


def test_who_changes_to_being_called_or_to_another_number_is_to_be_called_again(app: Flask, browser: Browser) -> None:
    register(browser, phone="303 555 0148")
    assert names() == []
    browser.send(browser.get("/en/registration/change").form("name"), interpretation="call")
    assert names() == ["Ada Okafor"]
    browser.send(browser.get("/en/registration/change").form("name"), children="1")
    assert [message for message, _ in calls_of_mail()].count("call_me") == 1
    browser.send(browser.get("/en/registration/change").form("name"), phone="303 555 0149")
    assert [message for message, _ in calls_of_mail()].count("call_me") == 2


def test_all_others_register_with_as_many_statements_as_before(app: Flask) -> None:
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    register(Browser(app), name="First of the day", email="first@example.org")
    counted.clear()
    register(Browser(app))
    without = len(counted)
    counted.clear()
    register(Browser(app), name="Call Me", email="me@example.org", phone="303 555 0148", interpretation="call")
    assert len(counted) == without + 1


def test_a_family_with_several_messages_is_one_call(app: Flask, browser: Browser) -> None:
    register(browser, **(PHONE | {"interpretation": "call"}))
    browser.send(browser.get("/en/registration/change").form("name"), children="1")
    (call,) = calls(Filter(), NOW, 10).calls
    assert [message.message for message in call.messages] == ["call_me", "confirmation", "changed"]


def test_changes_of_plan_come_first_then_the_nearest_meeting(app: Flask) -> None:
    late = family(app, "Later meeting", "vietnamese-meeting")
    family(app, "Nearer meeting")
    assert names() == ["Nearer meeting", "Later meeting"]
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == late.id)).one()
    assert order.place("moved", message.expires_at or NOW, 1) < order.place("call_me", NOW, 1)


def test_a_call_that_holds_no_longer_is_not_shown_and_is_dropped_when_touched(app: Flask, browser: Browser) -> None:
    register(browser, **PHONE)
    registration = registrations()[0]
    withdraw(registration.id, registration.meeting_id, now=NOW, actor="family")
    db.session.commit()
    (call,) = calls(Filter(), NOW, 10).calls
    assert [message.message for message in call.messages] == ["withdrawn"]
    noted(registration, CallResult.REACHED, call.messages[0].id)
    assert sorted(calls_of_mail()) == [("confirmation", "superseded"), ("withdrawn", "sent")]


def test_nobody_calls_a_family_whose_data_is_deleted_or_whose_meeting_is_over(app: Flask) -> None:
    registration = family(app)
    with clock.at(NOW + timedelta(days=90)):
        assert names() == []
    erase(registration.id, registration.meeting_id, now=NOW)
    db.session.commit()
    assert names() == []


@pytest.mark.parametrize(
    ("result", "state", "error"),
    [
        (CallResult.REACHED, "sent", None),
        (CallResult.MESSAGE_LEFT, "sent", None),
        (CallResult.NO_ANSWER, "call", None),
        (CallResult.WRONG_NUMBER, "failed", "wrong number"),
    ],
)
def test_what_came_of_a_call_is_where_the_message_stands(
    app: Flask, result: CallResult, state: str, error: str | None
) -> None:
    registration = family(app, locale="es")
    noted(registration, result, note="hermana contestó")
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_kind == "registration")).one()
    assert (message.state, message.last_error) == (state, error)
    if state == "sent":
        assert (message.sent_at, message.sent_locale) == (NOW, "es")
    call = db.session.scalars(select(PhoneCall)).one()
    assert (call.result, call.outbox_id, call.note) == (result, message.id, "hermana contestó")
    assert names() == (["Rosa Méndez"] if state == "call" else [])


def test_a_call_noted_by_two_people_at_once_is_noted_once(app: Flask) -> None:
    registration = family(app)
    noted(registration, CallResult.NO_ANSWER)
    with pytest.raises(NotedMeanwhile):
        noted(registration, CallResult.REACHED)
    db.session.rollback()
    noted(registration, CallResult.REACHED, before=1)
    assert len(db.session.scalars(select(PhoneCall)).all()) == 2


def test_notes_of_calls_are_deleted_with_the_answers(app: Flask) -> None:
    registration = family(app)
    noted(registration, CallResult.NO_ANSWER, note="the neighbour answers")
    erase(registration.id, registration.meeting_id, now=NOW)
    db.session.commit()
    assert db.session.scalars(select(PhoneCall.note)).all() == [""]


def test_the_list_is_narrowed_by_meeting_and_language(app: Flask) -> None:
    family(app, "Somali", contact_language="so")
    family(app, "Vietnamese meeting", "vietnamese-meeting")
    assert names(Filter(language="so")) == ["Somali"]
    assert names(Filter(meeting_id=meeting("vietnamese-meeting").id)) == ["Vietnamese meeting"]
    assert names(Filter(meeting("vietnamese-meeting").id, "so")) == []


def test_pages_follow_each_other_without_a_gap_and_without_a_repetition(app: Flask) -> None:
    for number in range(7):
        where = ("english-meeting", "english-meeting", "vietnamese-meeting")[number % 3]
        family(app, f"Family {number}", where, interpretation="call" if number == 5 else "none")
    expected = names()
    assert len(expected) == 7
    found: list[str] = []
    last = None
    for _ in range(7):
        page = calls(Filter(), NOW, 2, last)
        found += [call.registration.name for call in page.calls]
        last = order.read(order.written(page.after)) if page.after else None
        if last is None:
            break
    assert found == expected


def test_the_list_costs_the_same_however_many_wait(app: Flask, staff: Browser) -> None:
    def statements() -> int:
        counted.clear()
        staff.get("/staff/calls/")
        return len(counted)

    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    family(app, "One")
    staff.get("/staff/calls/")
    few = statements()
    for number in range(6):
        family(app, f"More {number}")
    assert statements() == few


def test_every_message_to_a_family_has_words_for_the_telephone() -> None:
    assert set(KINDS) == set(HOLDS) | set(CALLS) | set(reminders.HOLDS)
    # Of the others staff wrote the words themselves.
    assert set(OPENINGS) == set(KINDS) - {"reminder_own", "announcement"}


def queued(message: str, registration: Registration) -> Queued:
    """A message that the family waits for."""
    return Queued(1, message, "registration", registration.id, "", NOW, False)


OWN = ("confirmation", "waiting", "promoted", "changed", "link", "call_me")


@pytest.mark.parametrize("message", [*OWN, "withdrawn"])
def test_the_script_says_in_each_language_what_the_mail_would(app: Flask, message: str) -> None:
    family(app, interpretation="es")
    registration = holder.by_id(registrations()[-1].id)
    assert registration is not None
    scripts = {tag: script(registration, [queued(message, registration)], tag) for tag in ("en", "es", "vi")}
    for tag, one in scripts.items():
        text = " ".join(one.lines)
        assert one.lang == tag
        assert "Rosa Méndez" in text
        assert "2027" in text
        assert spelled(registration.code) in text
    assert len({one.lines[0] for one in scripts.values()}) == 3
    assert len({one.lines[1] for one in scripts.values()}) == 3


def test_needs_and_the_secret_link_are_in_no_script(app: Flask) -> None:
    family(app, needs=["wheelchair"], needs_other="my knee", question="Who decides?")
    registration = holder.by_id(registrations()[-1].id)
    assert registration is not None
    lines = script(registration, [queued(one, registration) for one in OWN], "en").lines
    for words in ("wheelchair", "knee", "who decides", "http", "555-0148"):
        assert words not in " ".join(lines).casefold()


def test_a_code_is_read_letter_by_letter() -> None:
    assert spelled("K7M4XP") == "K 7 M, 4 X P"


@pytest.mark.parametrize(
    ("message", "days", "expected"),
    [("call_me", 30, 14), ("call_me", 10, 0), ("confirmation", 30, 3), ("confirmation", 1, 0), ("moved", 30, 7)],
)
def test_the_deadline_is_some_days_before_the_meeting_or_the_meeting_itself(
    message: str, days: int, expected: int
) -> None:
    starts_at = NOW + timedelta(days=days)
    assert order.deadline(message, starts_at, NOW) == starts_at - timedelta(days=expected)


def test_an_address_that_says_no_place_begins_at_the_beginning() -> None:
    for text in ("", "x", "1-2", "1-99999999999999999-1", "1-a-2"):
        assert order.read(text) is None


def call_page(staff: Browser, registration: Registration, query: str = "") -> Page:
    """The page of one call."""
    return staff.get(f"/staff/families/{registration.id}/call{query}")


def press(staff: Browser, page: Page, result: str, **answers: Any) -> Page:
    """Note a call."""
    form = page.form("noted_before").fill(**answers)
    form.values.add("result", result)
    return staff.post(form.action, form.values)


def test_staff_see_whom_to_call_read_the_script_and_note_what_came_of_it(app: Flask, staff: Browser) -> None:
    registration = family(app, locale="es")
    page = staff.get("/staff/calls/")
    assert "Rosa Méndez" in page.text
    assert page.root.one("main").all("a", href="tel:+13035550148")
    call = staff.get(page.link("Make this call"))
    assert "You are registered." in call.text
    assert {one.get("lang") for one in call.root.all("section", class_="panel")} == {"en", "es"}
    done = press(staff, call, "reached", note="all clear")
    assert done.heading == "Calls to make"
    assert "No call waits" in done.text
    family_page = staff.get(f"/staff/families/{registration.id}/")
    assert "all clear" in family_page.text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.called")).one()
    assert entry.facts == {"result": "reached", "told": 1}


def test_a_language_without_a_catalogue_gets_the_english_script_and_a_telephone_interpreter(
    app: Flask, staff: Browser
) -> None:
    page = call_page(staff, family(app, contact_language="so"))
    assert "Use an interpreter on the telephone: Somali" in page.text
    assert [one.get("lang") for one in page.root.all("section", class_="panel")] == ["en"]


def test_the_same_button_pressed_twice_is_one_call_and_another_one_is_shown_first(app: Flask, staff: Browser) -> None:
    registration = family(app)
    page = call_page(staff, registration)
    press(staff, page, "no_answer")
    assert press(staff, page, "no_answer").status == 200
    other = signed_in(app, "coordinator", email="other@staff.example.org")
    late = press(other, page_of(other, registration, 0), "reached", note="mine")
    assert late.status == 409
    assert "Somebody noted a call" in late.text
    assert "mine" in late.text
    db.session.rollback()
    assert len(db.session.scalars(select(PhoneCall)).all()) == 1
    assert press(other, late, "reached").status == 200
    db.session.rollback()
    assert [row.result for row in db.session.scalars(select(PhoneCall))] == ["no_answer", "reached"]


def page_of(staff: Browser, registration: Registration, noted_before: int) -> Page:
    """The page of a call as it was before others noted theirs."""
    page = call_page(staff, registration)
    for control in page.root.all("input", name="noted_before"):
        control.attributes["value"] = str(noted_before)
    return page


def test_a_call_about_something_else_is_noted_without_a_message(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    registration = registrations()[0]
    done = press(staff, call_page(staff, registration), "reached", note="asked about parking")
    assert done.heading == "Ada Okafor"
    db.session.rollback()
    call = db.session.scalars(select(PhoneCall)).one()
    assert (call.outbox_id, call.note, call.person_id) == (None, "asked about parking", person_with("coordinator").id)
    assert calls_of_mail() == [("confirmation", "queued")]


def test_a_wrong_result_or_an_old_form_notes_nothing_and_keeps_the_note(app: Flask, staff: Browser) -> None:
    registration = family(app)
    page = call_page(staff, registration)
    wrong = press(staff, page, "eaten by a dog", note="typed")
    assert wrong.status == 422
    assert "typed" in wrong.text
    form = page.form("noted_before")
    form.values["csrf_token"] = "old"
    form.values.add("result", "reached")
    assert staff.post(form.action, form.values).status == 422
    db.session.rollback()
    assert db.session.scalars(select(PhoneCall)).all() == []


def test_a_sheet_of_paper_has_every_call_and_room_for_its_result(app: Flask, staff: Browser) -> None:
    family(app)
    page = staff.get("/staff/calls/sheet")
    for words in ("Rosa Méndez", "(303) 555-0148", "Reached", "Message left", "No answer", "Wrong number"):
        assert words in page.text


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_pages_stand_in_every_language(app: Flask, locale: str) -> None:
    registration = family(app, contact_language="so")
    person = signed_in(app, "coordinator", locale=locale)
    for page in (person.get("/staff/calls/"), person.get("/staff/calls/sheet"), call_page(person, registration)):
        assert page.html.get("lang") == locale
        assert "Rosa Méndez" in page.text


def test_nothing_to_tell_is_no_call(app: Flask) -> None:
    register(Browser(app))
    registration = holder.by_id(registrations()[0].id)
    assert registration is not None
    assert of_family(registration, NOW) is None
