"""What is sent after the session was over is kept, for whoever wrote it and for nobody else."""

import io
from datetime import timedelta

from flask import Flask

from registration import clock
from registration.accounts import second_factor, sign_in
from registration.extensions import db
from tests.conftest import NOW
from tests.pages import Browser, Form, Page
from tests.signing_in import open_link, person_with, signed_in

LATER = NOW + timedelta(hours=3)


def sent_late(browser: Browser, **typed: str) -> Page:
    """The profile's form, fetched while signed in and sent when the session is over."""
    form = browser.get("/profile").form("name").fill(**typed)
    with clock.at(LATER):
        return browser.post(form.action, form.values)


def kept(page: Page) -> Form:
    """The form that holds what was typed."""
    return page.form("kept_for")


def come_back(browser: Browser, *roles: str) -> Browser:
    """Sign in again in the same browser, whoever is signed in there now."""
    with clock.at(LATER):
        address = sign_in.link_for(person_with(*roles), clock.now())
        db.session.commit()
        browser.send(next(form for form in browser.get(address).forms() if "/sign-in/" in form.action))
    return browser


def send(browser: Browser, form: Form) -> Page:
    """Press the button of the page."""
    with clock.at(LATER):
        return browser.send(form)


def test_what_was_typed_is_sent_with_one_button_after_signing_in_again(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    page = sent_late(browser, name="Trần Thị Hoa")
    assert page.status == 401
    assert "What you typed is kept on this page." in page.text
    assert page.root.one("a", target="_blank").get("rel") == "noopener"
    held = kept(page)
    assert held.values["name"] == "Trần Thị Hoa"
    assert "csrf_token" not in held.values
    come_back(browser, "coordinator")
    again = send(browser, held)
    assert (again.status, again.heading) == (422, "You are signed in again")
    assert person_with("coordinator").name == "Trần Văn Minh"
    done = send(browser, kept(again))
    assert "Your profile is saved." in done.text
    assert person_with("coordinator").name == "Trần Thị Hoa"


def test_it_is_kept_however_often_it_is_sent_before_signing_in(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    page = sent_late(browser, name="Hoa")
    page = send(browser, kept(page))
    assert page.status == 401
    assert kept(page).values["name"] == "Hoa"


def test_it_is_kept_where_another_page_noticed_first_that_the_session_is_over(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name").fill(name="Hoa")
    with clock.at(LATER):
        browser.get("/staff/")
        assert kept(browser.post(form.action, form.values)).values["name"] == "Hoa"


def test_it_is_kept_where_the_person_signed_out_elsewhere(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name").fill(name="Hoa")
    sign_in.sign_out(person_with("coordinator"))
    db.session.commit()
    page = browser.post(form.action, form.values)
    assert page.status == 401
    open_link(browser, person_with("coordinator"))
    browser.send(kept(browser.send(kept(page))))
    assert person_with("coordinator").name == "Hoa"


def test_what_one_person_typed_is_not_sent_as_another(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    held = kept(sent_late(browser, name="Hoa"))
    come_back(browser, "greeter")
    page = send(browser, held)
    assert (page.status, page.heading) == (403, "Somebody else typed this")
    assert "Hoa" not in page.response.text
    assert person_with("greeter").name == "Luis Ortega"


def test_a_token_of_another_session_does_not_send_what_is_kept(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    held = kept(sent_late(browser, name="Hoa"))
    come_back(browser, "coordinator")
    ready = kept(send(browser, held))
    come_back(browser, "greeter")
    assert send(browser, ready).status == 403
    come_back(browser, "coordinator")
    assert send(browser, ready).status == 422
    assert person_with("coordinator").name == "Trần Văn Minh"


def test_fields_that_another_site_wrote_are_not_kept(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name").fill(name="Mallory")
    with clock.at(LATER):
        for token in ("", "made-up", Browser(app).get("/sign-in").form("email").values["csrf_token"]):
            form.values["csrf_token"] = token
            page = browser.post(form.action, form.values)
            assert page.status == 401
            assert "Mallory" not in page.response.text
            form.values["kept_for"] = person_with("coordinator").public_id
            assert "Mallory" not in browser.post(form.action, form.values).response.text


def test_codes_are_never_repeated_and_a_button_without_fields_keeps_nothing(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name")
    form.values["code"] = "424242"
    with clock.at(LATER):
        assert "424242" not in browser.post(form.action, form.values).response.text
    browser = signed_in(app, "coordinator")
    form = next(one for one in browser.get("/profile").forms() if one.action.endswith("/sign-out"))
    with clock.at(LATER):
        page = browser.post(form.action, form.values)
    assert page.status == 401
    assert "Sign in, then do it again." in page.text
    assert not page.root.all(name="kept_for")


def test_it_stays_while_the_code_is_still_asked_for(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    held = kept(sent_late(browser, name="Hoa"))
    person = person_with("coordinator")
    second_factor.start(person)
    person.totp_secret, person.totp_confirmed_at = person.totp_pending, LATER
    db.session.commit()
    come_back(browser, "coordinator")
    page = send(browser, held)
    assert page.status == 401
    assert kept(page).values["name"] == "Hoa"
    assert page.link("Sign in").endswith("/sign-in/second-factor")


def test_files_are_named_since_they_cannot_be_kept(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name").fill(name="Hoa")
    data = {**form.values.to_dict(), "sheet": (io.BytesIO(b"1,2"), "families <b>.csv")}
    with clock.at(LATER):
        page = browser.post(form.action, data)
    assert "Files are not kept" in page.text
    assert "families <b>.csv" in page.text
    assert kept(page).values["name"] == "Hoa"


def test_every_repeated_field_and_the_question_of_the_address_are_kept(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name")
    form.values.setlist("language", ["vi", "es"])
    with clock.at(LATER):
        page = browser.post("/profile?from=a%26b", form.values)
    assert kept(page).values.getlist("language") == ["vi", "es"]
    assert kept(page).action == "/profile?from=a%26b"
