"""One family's page, and everything a family can do done on its behalf."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families.change import not_me
from registration.families.models import InterpretationEvent, PhoneCall, Registration
from registration.families.recount import differences
from registration.mail.models import OutboxMessage
from tests.conftest import NOW
from tests.families.steps import errors, meeting, messages, register, registrations, requests_of, the_only
from tests.pages import Browser, Form, Page
from tests.signing_in import person_with, signed_in

MIXTECO: dict[str, Any] = {"interpretation": "other", "other_language": "Mixteco de Tlaxiaco"}


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def page_of(staff: Browser, what: str = "", registration: Registration | None = None) -> Page:
    """The page of a family (the only one, when none is named), or one below it."""
    return staff.get(f"/staff/families/{(registration or the_only()).id}/{what}")


def told() -> list[tuple[str, str]]:
    """Messages to families, with their states."""
    return [one for one in messages() if one[0] != "sign_in"]


def form_to(page: Page, end: str) -> Form:
    """The form that goes to an address that ends so."""
    return next(form for form in page.forms() if form.action.endswith(end))


def actions() -> list[str]:
    """What the record says was done to families."""
    db.session.rollback()
    query = select(AuditEntry.action).where(AuditEntry.object_kind == "registration").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def blank(staff: Browser, slug: str = "english-meeting") -> Page:
    """The form by which staff register a family."""
    return staff.get(f"/staff/meetings/{meeting(slug).id}/register")


ROSA: dict[str, Any] = {"name": "Rosa Méndez", "phone": "303 555 0148", "interpretation": ["es"], "listeners": "2"}


def fill(page: Page, **given: Any) -> Form:
    """The form with ROSA's answers but for those given."""
    form = page.form("page_language")
    for name, value in (ROSA | given).items():
        form.values.setlist(name, [] if value is None else value if isinstance(value, list) else [str(value)])
    return form


# By telephone


def test_staff_register_a_family_that_calls(app: Flask, staff: Browser) -> None:
    page = staff.send(fill(blank(staff), contact_language="es", page_language="es"))
    registration = the_only()
    assert page.heading == "Rosa Méndez"
    assert registration.code in page.text
    assert (registration.status, registration.locale, registration.contact_language) == ("registered", "es", "es")
    assert registration.registered_by_id == person_with("coordinator").id
    assert requests_of(registration) == [("es", "spoken", 2)]
    assert actions() == ["family.registered"]
    assert "Registered by staff" in page.text
    assert differences() == []


def test_who_hears_it_on_the_telephone_is_not_called_about_it(app: Flask, staff: Browser) -> None:
    staff.send(fill(blank(staff)))
    assert told() == [("confirmation", "sent")]
    assert [row.result for row in db.session.scalars(select(PhoneCall))] == ["reached"]
    staff.send(fill(blank(staff), name="Not on the line", told=None))
    assert told()[1:] == [("confirmation", "call")]


def test_mail_of_staff_does_not_count_against_the_limit_of_an_address(app: Flask, staff: Browser) -> None:
    for number in range(5):
        staff.send(fill(blank(staff), name=f"Family {number}", email="shared@example.org"))
    assert told() == [("confirmation", "queued")] * 5


def test_a_double_click_registers_once_and_other_answers_are_kept(app: Flask, staff: Browser) -> None:
    form = fill(blank(staff))
    staff.send(form)
    assert staff.send(form).status == 200
    assert len(registrations()) == 1
    assert actions() == ["family.registered"]
    form.values["adults"] = "3"
    other = staff.send(form)
    assert other.status == 409
    staff.send(other.form("submission_id"))
    assert [row.adults for row in registrations()] == [1, 3]
    assert differences() == []


def test_wrong_answers_are_said_at_their_fields_and_kept(app: Flask, staff: Browser) -> None:
    page = staff.send(fill(blank(staff), name="", phone="12", page_language="xx"))
    assert page.status == 422
    assert {"name", "phone", "page_language"} <= set(errors(page))
    assert page.form("page_language").values["phone"] == "12"
    assert registrations() == []


def test_a_language_we_do_not_write_needs_a_telephone_and_the_pages_are_in_the_other_one(
    app: Flask, staff: Browser
) -> None:
    wrong = staff.send(fill(blank(staff), phone="", email="r@example.org", contact_language="so", page_language="vi"))
    assert set(errors(wrong)) == {"contact_language"}
    staff.send(fill(blank(staff), contact_language="so", page_language="vi", told=None))
    assert (the_only().contact_language, the_only().locale) == ("so", "vi")
    assert told() == [("confirmation", "call")]


@pytest.mark.parametrize("columns", [{"closes_at": NOW - timedelta(days=1)}, {"opens_at": NOW + timedelta(days=1)}])
def test_staff_register_also_before_it_opens_and_after_it_has_closed_even_when_it_is_full(
    app: Flask, staff: Browser, columns: dict[str, Any]
) -> None:
    meeting(**columns)
    staff.send(fill(blank(staff), attendance="in_person"))
    meeting(capacity=1)
    page = blank(staff)
    assert "by themselves" in page.text
    staff.send(fill(page, name="Waits", attendance="in_person"))
    assert [row.status for row in registrations()] == ["registered", "waiting"]
    assert differences() == []


@pytest.mark.parametrize(
    "columns",
    [{"status": "cancelled"}, {"status": "postponed"}, {"ends_at": NOW, "starts_at": NOW - timedelta(hours=1)}],
)
def test_nobody_is_registered_for_a_meeting_that_is_over_or_not_held(
    app: Flask, staff: Browser, columns: dict[str, Any]
) -> None:
    form = fill(blank(staff))
    meeting(**columns)
    assert staff.send(form).status == 409
    assert blank(staff).status == 409
    assert registrations() == []


def test_nobody_is_registered_for_a_draft(app: Flask, staff: Browser) -> None:
    meeting(published_at=None)
    assert blank(staff).status == 404


# The page


def test_the_page_shows_answers_requests_messages_and_history(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="es", needs=["wheelchair"], question="Who decides?")
    page = page_of(staff)
    for words in ("Ada Okafor", the_only().code, "Spanish", "A place for a wheelchair", "Who decides?", "Registered"):
        assert words in page.text
    assert "You are registered" in page.text


def test_greeters_see_a_family_without_messages_history_and_buttons(app: Flask) -> None:
    register(Browser(app))
    page = page_of(signed_in(app, "greeter"))
    assert page.heading == "Ada Okafor"
    assert the_only().code in page.text
    for words in ("Messages", "History", "Calls", "Change answers", "Print code", "Delete the data"):
        assert words not in page.main.text


def test_a_family_that_is_not_there_is_not_found(app: Flask, staff: Browser) -> None:
    assert staff.get("/staff/families/999/").status == 404


# Change


def test_staff_change_answers_and_the_record_names_the_fields_only(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="es")
    page = staff.send(page_of(staff, "change").form("version"), adults="3", children="1")
    assert "The changes are saved." in page.text
    assert (the_only().adults, the_only().children, the_only().locale) == (3, 1, "en")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.changed")).one()
    assert entry.facts == {"fields": ["adults", "children"]}
    assert "Answers changed by staff" in page.text
    assert told() == [("confirmation", "queued"), ("changed", "queued")]
    assert differences() == []


def test_requests_that_staff_change_say_who_ended_them(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="es")
    staff.send(page_of(staff, "change").form("version"), interpretation=["so"])
    db.session.rollback()
    ended = db.session.scalars(select(InterpretationEvent)).one()
    assert (ended.event, ended.actor, ended.person_id) == ("withdrawn", "staff", person_with("coordinator").id)
    assert differences() == []


def test_staff_and_family_never_overwrite_each_other(app: Flask, staff: Browser, browser: Browser) -> None:
    register(browser)
    theirs = browser.get("/en/registration/change").form("name")
    ours = page_of(staff, "change").form("version")
    browser.send(theirs, adults="2")
    late = staff.send(ours, adults="5", children="1")
    assert late.status == 409
    assert "2 adults" in late.text
    assert "5 adults, 1 child" in late.text
    assert the_only().adults == 2
    staff.send(late.form("version"))
    assert the_only().adults == 5
    again = browser.send(theirs, adults="9")
    assert again.status == 409
    assert the_only().adults == 5
    assert differences() == []


def test_a_change_without_room_keeps_the_seats_and_says_so(app: Flask, staff: Browser) -> None:
    register(Browser(app), attendance="in_person")
    meeting(capacity=2)
    page = staff.send(page_of(staff, "change").form("version"), adults="5")
    assert page.status == 422
    assert "no room" in page.text
    assert the_only().adults == 1
    assert differences() == []


def test_an_old_form_changes_nothing(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    for what in ("change", "withdraw", "resend", "seen", "note", "not-me", "delete", "call"):
        where = f"/staff/families/{the_only().id}/{what}"
        answer = staff.raw("post", where, data={"csrf_token": "old", "version": "1", "adults": "9"})
        assert answer.status_code in (303, 422), what
    assert (the_only().adults, the_only().status, the_only().erased_at) == (1, "registered", None)
    assert told() == [("confirmation", "queued")]


# Cannot come, the link again, delete


def test_staff_say_that_a_family_cannot_come_twice_is_once(app: Flask, staff: Browser) -> None:
    meeting(capacity=1)
    register(Browser(app), attendance="in_person")
    register(Browser(app), name="Waits", email="w@example.org", attendance="in_person")
    first = registrations()[0]
    form = page_of(staff, "withdraw", first).form("told")
    staff.send(form)
    page = staff.send(form)
    assert [row.status for row in registrations()] == ["withdrawn", "registered"]
    assert actions() == ["family.withdrawn"]
    assert "Withdrawn by staff" in page.text
    assert [message for message, _ in told()] == ["confirmation", "waiting", "promoted", "withdrawn"]
    assert differences() == []


@pytest.mark.parametrize(("given", "state"), [({}, "queued"), ({"email": "", "phone": "303 555 0148"}, "call")])
def test_the_link_is_sent_again_by_mail_or_as_a_call_once_a_minute(
    app: Flask, staff: Browser, given: dict[str, Any], state: str
) -> None:
    register(Browser(app), **given)
    form = form_to(page_of(staff), "/resend")
    staff.send(form)
    staff.send(form)
    assert told()[1:] == [("link", state)]


def test_no_link_goes_to_an_address_whose_owner_said_this_is_not_me(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    form = form_to(page_of(staff), "/resend")
    not_me(the_only(), NOW)
    db.session.commit()
    assert "Nothing was sent" in staff.send(form).text
    assert len(told()) == 1


def test_the_data_of_a_family_is_deleted_on_its_behalf(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="es")
    staff.send(form_to(page_of(staff, "delete"), "/delete"))
    erased = page_of(staff)
    assert "Ada" not in erased.text
    assert erased.heading == "A family whose data was deleted"
    assert the_only().erased_at is not None
    assert page_of(staff, "change").status == 404
    assert differences() == []


# Language, note, shared address, "this is not me"


def test_own_words_become_a_language(app: Flask, staff: Browser) -> None:
    register(Browser(app), **MIXTECO)
    choose = staff.get(page_of(staff).link("Choose the language"))
    assert "Mixteco de Tlaxiaco" in choose.text
    wrong = staff.send(choose.form("language"), language="")
    assert wrong.status == 422
    page = staff.send(choose.form("language"), language="mfs")
    assert "Now we look for an interpreter" in page.text
    assert requests_of(the_only()) == [("und", "spoken", 1), ("mfs", "sign", 1)]
    assert "Mixteco de Tlaxiaco" in page.text
    again = staff.send(choose.form("language"), language="es")
    assert "settled already" in again.text
    assert len(requests_of(the_only())) == 2
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.mapped")).one()
    assert entry.facts == {"language": "mfs"}
    assert differences() == []


def test_own_words_for_the_language_of_the_meeting_end_with_words(app: Flask, staff: Browser) -> None:
    register(Browser(app), **MIXTECO)
    choose = staff.get(page_of(staff).link("Choose the language"))
    page = staff.send(choose.form("language"), language="en")
    assert "The meeting is in English. This family needs no interpreter for it." in page.text
    assert "Understood as a language" in page.text
    assert differences() == []


def test_a_private_note_is_never_on_the_familys_page(app: Flask, staff: Browser, browser: Browser) -> None:
    register(browser, interpretation="es")
    page = staff.send(page_of(staff, "note").form("note"), note="from Juxtlahuaca")
    assert "from Juxtlahuaca" in page.text
    assert "Juxtlahuaca" not in browser.get("/en/registration/").text


def test_two_notes_at_once_never_overwrite_each_other(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    first, second = page_of(staff, "note"), page_of(staff, "note")
    staff.send(first.form("note"), note="mine")
    late = staff.send(second.form("note"), note="yours")
    assert late.status == 409
    assert "mine" in late.text
    assert "yours" in late.text
    assert the_only().dialect_note == "mine"
    staff.send(late.form("note"), note="mine and yours")
    assert the_only().dialect_note == "mine and yours"


def test_a_shared_address_is_looked_at_once(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    register(Browser(app), name="Cousin")
    second = registrations()[1]
    page = staff.send(form_to(page_of(staff, "", second), "/seen"))
    assert registrations()[1].same_address_seen_at == NOW
    assert "Another family gave the same email" not in page.text
    assert actions() == ["family.address_seen"]


def doubted() -> None:
    """The owner of the only address says: this is not me."""
    not_me(the_only(), NOW)
    db.session.commit()


def decide(staff: Browser, decision: str, **answers: Any) -> Page:
    """Settle it."""
    form = page_of(staff, "not-me").form("note").fill(**answers)
    form.values.add("decision", decision)
    return staff.post(form.action, form.values)


def test_this_is_not_me_ends_with_a_withdrawal_that_nobody_is_told_of(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    doubted()
    assert "this is not me" in page_of(staff).text
    decide(staff, "withdraw")
    assert the_only().status == "withdrawn"
    assert told() == [("confirmation", "queued")]
    assert differences() == []


def test_this_is_not_me_ends_with_a_call_that_says_it_was_them(app: Flask, staff: Browser) -> None:
    register(Browser(app), phone="303 555 0148")
    doubted()
    page = decide(staff, "keep", note="a son answered the mail")
    assert (the_only().not_me_at, the_only().status) == (None, "registered")
    assert "a son answered the mail" in page.text
    assert [row.result for row in db.session.scalars(select(PhoneCall))] == ["reached"]
    assert page_of(staff, "not-me").heading == "Ada Okafor"


def test_another_decision_settles_nothing(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    doubted()
    assert decide(staff, "toss a coin").status == 422
    assert the_only().not_me_at == NOW


# On paper


def test_code_and_link_are_printed_in_the_familys_language(app: Flask, staff: Browser) -> None:
    staff.send(fill(blank(staff), contact_language="es", page_language="es"))
    page = page_of(staff, "print")
    registration = the_only()
    assert page.html.get("lang") == "es"
    assert page.response.headers["Content-Language"] == "es"
    assert registration.code in page.text
    assert "http://meetings.example.org/es/r/" in page.text
    picture = staff.raw("get", f"/staff/families/{registration.id}/code.svg")
    assert picture.mimetype == "image/svg+xml"
    assert b"<svg" in picture.data


def test_what_staff_see_of_a_family_is_kept_nowhere(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    for what in ("", "print", "code.svg"):
        answer = staff.raw("get", f"/staff/families/{the_only().id}/{what}")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_pages_stand_in_every_language(app: Flask, locale: str) -> None:
    register(Browser(app), **(MIXTECO | {"phone": "303 555 0148"}))
    doubted()
    person = signed_in(app, "coordinator", locale=locale)
    request_id = db.session.scalars(select(InterpretationEvent.id)).first() or 1
    for what in ("", "change", "withdraw", "note", "not-me", "delete", "call", f"language/{request_id}"):
        page = page_of(person, what)
        assert page.status == 200
        assert page.html.get("lang") == locale
    assert blank(person).html.get("lang") == locale


def test_the_history_says_what_happened_and_who_did_it(app: Flask, staff: Browser, browser: Browser) -> None:
    register(browser, interpretation="es")
    with clock.at(NOW + timedelta(minutes=5)):
        browser.send(browser.get("/en/registration/change").form("name"), interpretation=["so"])
    with clock.at(NOW + timedelta(minutes=10)):
        staff.send(page_of(staff, "withdraw").form("told"))
        page = page_of(staff)
    history = page.root.all("ol", class_="history")[-1]
    happened = [one.one("b").text for one in history.all("li")]
    assert happened[0] in ("Withdrawn by staff", "Request taken back")
    assert happened[-1] == "Registered"
    assert {"Answers changed", "Interpreter asked for", "Request taken back", "Withdrawn by staff"} <= set(happened)
    assert "Said that it cannot come" not in happened
    assert person_with("coordinator").name in history.text
    db.session.rollback()
    assert db.session.scalars(select(OutboxMessage.message).where(OutboxMessage.message == "withdrawn")).all()


def test_a_new_link_revokes_the_old_one_and_is_recorded(app: Flask, staff: Browser) -> None:
    family = Browser(app)
    page = register(family)
    link = page.root.one(class_="secret").get("href")
    answer = staff.send(form_to(page_of(staff), "/new-link"))
    assert "The new one is on its way." in answer.text
    assert Browser(app).get(link).status == 410
    assert family.get("/en/registration/").status == 403
    assert (told()[-1], actions()[-1]) == (("link", "queued"), "family.link_renewed")
    assert the_only().link_opened_at is None


def test_a_family_that_was_asked_after_not_me_gets_a_link_that_works(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    not_me(the_only(), NOW)
    db.session.commit()
    version = the_only().link_version
    decide(staff, "keep")
    assert the_only().not_me_at is None
    assert the_only().link_version > version
    assert told()[-1] == ("link", "queued")
