"""A family's own page: see, change, "I cannot come", delete my data, next person."""

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from registration.extensions import db
from registration.families.models import Registration
from registration.families.recount import differences
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage
from tests.conftest import NOW
from tests.families.steps import address, check, errors, meeting, messages, register, requests_of, the_only
from tests.pages import Browser, Page

OWN = "/en/registration/"


def change(browser: Browser, **given: object) -> Page:
    """Change answers by the form."""
    return browser.send(browser.get(f"{OWN}change").form("registration"), **given)


def test_the_form_to_change_holds_what_was_answered_and_saving_it_changes_nothing(browser: Browser) -> None:
    register(
        browser, phone="303 555 0148 ext. 3", interpretation=["es", "other"], other_language="Mam", listeners="3",
        adults="2", children="1", needs=["captions", "large_print"], needs_other="A chair", childcare_children="1",
        question="Why?\nAnd when?",
    )  # fmt: skip
    before = {column.key: getattr(the_only(), column.key) for column in inspect(Registration).columns}
    asked = requests_of(the_only())
    change(browser)
    after = {column.key: getattr(the_only(), column.key) for column in inspect(Registration).columns}
    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {"version", "changed_at", "calendar_sequence"}
    assert requests_of(the_only()) == asked
    assert differences() == []


def test_answers_are_changed_told_and_counted(browser: Browser) -> None:
    register(browser, interpretation="es", listeners="2")
    page = change(browser, name="Ada B.", adults=3, interpretation=["vi"], email="new@example.org")
    assert "Your changes are saved" in page.main.text
    found = the_only()
    assert (found.name, found.adults, found.email, found.email_folded) == (
        "Ada B.",
        3,
        "new@example.org",
        "new@example.org",
    )
    assert messages() == [("confirmation", "queued"), ("changed", "queued")]
    assert meeting().seats_taken == 3
    assert differences() == []


def test_mail_about_changes_counts_against_the_limit_of_whichever_address_it_goes_to(browser: Browser) -> None:
    register(browser)
    for turn in range(5):
        change(browser, email="victim@example.org" if turn % 2 == 0 else "ada@example.org")
    for adults in (2, 3, 4):
        change(browser, adults=adults)
    changed = [state for message, state in messages() if message == "changed"]
    # To the victim, back, to the victim, back, to the victim: three each; nobody has used a link in any of these mails.
    assert changed == ["queued"] * 5 + ["held"] * 3
    for turn in range(4):
        change(browser, email="ada@example.org" if turn % 2 == 0 else "victim@example.org")
    assert [state for message, state in messages() if message == "changed"][8:] == ["held"] * 4


def test_more_seats_than_there_are_is_said_and_the_seats_stay(browser: Browser) -> None:
    meeting(capacity=3)
    register(browser, adults="2")
    page = change(browser, adults=4, question="Why?")
    assert page.status == 422
    assert errors(page) == {
        "adults": "There is no room for this change. Your places are kept as they were. Please call us."
    }
    assert page.form("registration").values["question"] == "Why?"
    assert (the_only().adults, the_only().question, meeting().seats_taken) == (2, "", 2)
    assert change(browser, adults=3).status == 200
    assert meeting().seats_taken == 3


def test_from_the_room_to_online_frees_seats_for_who_waits(browser: Browser, app: Flask) -> None:
    meeting(capacity=2)
    register(browser, adults="2")
    other = Browser(app)
    register(other, adults="2", email="b@example.org")
    change(browser, attendance="online")
    assert (meeting().seats_taken, meeting().online_taken, meeting().waiting) == (2, 2, 0)
    assert "you are registered" in other.get(OWN).main.text
    assert differences() == []


def test_a_smaller_waiting_party_is_seated_at_once_when_it_fits(browser: Browser, app: Flask) -> None:
    meeting(capacity=2)
    register(Browser(app), email="b@example.org")
    register(browser, adults="2")
    assert the_waiting() == "waiting"
    change(browser, adults=1)
    assert the_waiting() == "registered"
    assert ("promoted", "queued") in messages()


def the_waiting() -> str:
    """The status of the registration made last."""
    db.session.rollback()
    return db.session.scalars(select(Registration.status).order_by(Registration.id.desc())).first() or ""


def test_a_form_of_another_registration_than_the_one_open_now_changes_nothing(browser: Browser) -> None:
    register(browser)
    forms = [browser.get(f"{OWN}{page}").form("registration") for page in ("change", "withdraw", "delete")]
    register(browser, name="Second", email="b@example.org")
    for form in forms:
        page = browser.send(form)
        assert page.status == 409
        assert page.heading == "This page is of another registration"
    db.session.rollback()
    assert db.session.scalars(select(Registration.status)).all() == ["registered"] * 2
    assert db.session.scalars(select(Registration.version)).all() == [1, 1]


@pytest.mark.parametrize("page", ["change", "withdraw", "delete"])
def test_a_form_without_the_registration_it_is_for_changes_nothing(browser: Browser, page: str) -> None:
    register(browser)
    form = browser.get(f"{OWN}{page}").form("registration")
    del form.values["registration"]
    assert browser.send(form).status == 409
    assert (the_only().status, the_only().version) == ("registered", 1)


def test_two_who_change_at_once_the_second_sees_the_first_change_and_keeps_what_it_typed(browser: Browser) -> None:
    register(browser)
    late = browser.get(f"{OWN}change").form("registration")
    change(browser, adults=2)
    page = browser.send(late, adults=5, question="Mine")
    assert page.status == 409
    assert page.heading == "Your registration was changed in the meantime"
    assert "2 adults" in page.main.text
    again = page.form("registration")
    assert (again.values["adults"], again.values["question"]) == ("5", "Mine")
    assert the_only().adults == 2
    assert browser.send(again).status == 200
    assert (the_only().adults, the_only().question) == (5, "Mine")


def test_a_change_of_what_was_withdrawn_meanwhile_is_refused(browser: Browser) -> None:
    register(browser)
    late = browser.get(f"{OWN}change").form("registration")
    browser.send(browser.get(f"{OWN}withdraw").form("registration"))
    page = browser.send(late, adults=5)
    assert the_only().status == "withdrawn"
    assert the_only().adults == 1
    assert "You are not coming" in page.heading


def test_withdrawing_twice_is_once(browser: Browser) -> None:
    register(browser, interpretation="es")
    form = browser.get(f"{OWN}withdraw").form("registration")
    assert "You are not coming" in browser.send(form).heading
    assert "You are not coming" in browser.send(form).heading
    assert messages() == [("confirmation", "queued"), ("withdrawn", "queued")]
    assert meeting().seats_taken == 0
    assert differences() == []


def test_looking_at_the_page_to_withdraw_or_to_delete_changes_nothing(browser: Browser) -> None:
    register(browser)
    for page in ("withdraw", "delete"):
        browser.get(f"{OWN}{page}")
        assert browser.raw("head", f"{OWN}{page}").status_code == 200
    assert (the_only().status, the_only().erased_at) == ("registered", None)


SECRETS = ("Rosa Canary", "canary@example.org", "+13035550177", "Mam of Canary", "Canary chair", "Canary question")


def everything() -> str:
    """Every value of every row of every table."""
    db.session.rollback()
    values = []
    for table in inspect(db.engine).get_table_names():
        values += [repr(tuple(row)) for row in db.session.execute(select(text("*")).select_from(text(table)))]
    return "\n".join(values)


def test_deleted_data_is_in_no_row_any_more_and_the_link_stops_working(browser: Browser, app: Flask) -> None:
    register(
        browser, name=SECRETS[0], email=SECRETS[1], phone=SECRETS[2], interpretation=["es", "other"],
        other_language=SECRETS[3], needs=["captions"], needs_other=SECRETS[4], question=SECRETS[5],
    )  # fmt: skip
    link = browser.get(OWN).root.one(class_="secret").get("href")
    deliver_batch(NOW)
    change(browser, adults=2)
    assert all(secret in everything() for secret in SECRETS)
    page = browser.send(browser.get(f"{OWN}delete").form("registration"))
    assert page.heading == "Your data is deleted"
    rows = everything()
    assert [secret for secret in SECRETS if secret in rows] == []
    assert "Canary" not in rows
    assert browser.raw("get", link).status_code == 410
    assert browser.raw("get", OWN).status_code == 403
    assert differences() == []
    # What was asked stays, as a record without words.
    assert requests_of(the_only()) == [("es", "spoken", 1), ("und", "spoken", 1), ("en", "captions", 1)]


def test_not_even_a_hash_of_deleted_answers_stays_and_the_old_form_does_not_bring_them_back(browser: Browser) -> None:
    last = check(browser).form("submission_id")
    browser.send(last)
    digest = the_only().answers_hash
    browser.send(browser.get(f"{OWN}delete").form("registration"))
    assert digest not in everything()
    last.values["csrf_token"] = browser.get(address()).form("submission_id").values["csrf_token"]
    page = browser.send(last)
    assert page.status == 409
    assert the_only().name == ""


def test_what_was_not_sent_yet_is_not_sent_after_deleting(browser: Browser) -> None:
    register(browser)
    browser.send(browser.get(f"{OWN}delete").form("registration"))
    assert deliver_batch(NOW) == 0
    assert {state for _, state in messages()} == {"superseded"}
    db.session.rollback()
    assert db.session.scalars(select(OutboxMessage.address_key)).all() == [None]


def test_done_next_person_leaves_nothing_in_this_browser(browser: Browser) -> None:
    register(browser)
    page = browser.get(OWN)
    (leave,) = [form for form in page.forms() if form.action.endswith("/next")]
    page = browser.send(leave)
    assert page.status == 200
    assert browser.last is not None
    assert browser.last.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert browser.last.headers["Cache-Control"] == "no-store"
    assert browser.raw("get", OWN).status_code == 403
    assert the_only().status == "registered"


def test_next_person_by_get_or_without_token_changes_nothing(browser: Browser) -> None:
    register(browser)
    assert browser.raw("get", f"{OWN}next").status_code == 405
    browser.raw("post", f"{OWN}next")
    assert browser.raw("get", OWN).status_code == 200


def test_without_its_link_nobody_sees_a_registration(browser: Browser, app: Flask) -> None:
    register(browser)
    stranger = Browser(app)
    for page in ("", "change", "withdraw", "delete", "calendar.ics", "code.svg"):
        assert stranger.raw("get", f"{OWN}{page}").status_code == 403


def test_the_same_browser_registers_somebody_else_and_holds_that_one(browser: Browser) -> None:
    register(browser)
    register(browser, address("spanish-meeting"), name="Second", interpretation="en")
    assert "Second" in browser.get(OWN).main.text


def test_a_registration_reads_in_the_language_of_the_address(browser: Browser) -> None:
    register(browser)
    assert browser.get("/es/registration/").html.get("lang") == "es"
