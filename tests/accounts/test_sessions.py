"""How long somebody stays signed in, and what ends it everywhere."""

from datetime import timedelta

from flask import Flask

from registration import clock, links
from registration.accounts import people
from registration.extensions import db
from tests.conftest import NOW
from tests.families.steps import register, the_only
from tests.pages import Browser
from tests.signing_in import open_link, person_with, signed_in

HOUR = timedelta(hours=1)


def is_in(browser: Browser) -> bool:
    """Whether somebody is signed in there."""
    return browser.get("/profile").heading == "My profile"


def sign_out(browser: Browser) -> None:
    """Press the button of the header."""
    page = browser.get("/profile")
    browser.send(next(form for form in page.forms() if form.action.endswith("/sign-out")))


def test_signing_out_ends_every_session(app: Flask) -> None:
    first, second = signed_in(app, "coordinator"), signed_in(app, "coordinator")
    another = signed_in(app, "greeter")
    sign_out(first)
    assert not is_in(first)
    assert not is_in(second)
    assert is_in(another)


def test_a_cookie_kept_from_before_signing_out_is_good_for_nothing(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    kept = browser.client.get_cookie("session")
    assert kept is not None
    sign_out(browser)
    thief = Browser(app)
    thief.client.set_cookie("session", kept.value)
    assert not is_in(thief)


def test_two_hours_without_a_page_end_a_session(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    with clock.at(NOW + 2 * HOUR - timedelta(seconds=1)):
        assert is_in(browser)
    with clock.at(NOW + 4 * HOUR - timedelta(seconds=2)):
        assert is_in(browser)
    with clock.at(NOW + 6 * HOUR):
        page = browser.get("/profile")
        assert page.heading == "Sign in"
        assert "You are signed out now." in page.text


def test_twelve_hours_end_a_session_however_busy_it_is(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    for hours in range(1, 12):
        with clock.at(NOW + hours * HOUR):
            assert is_in(browser)
    with clock.at(NOW + 12 * HOUR):
        assert not is_in(browser)


def test_limits_are_settings(app: Flask) -> None:
    app.config["SIGNED_IN_IDLE"] = 60
    browser = signed_in(app, "coordinator")
    with clock.at(NOW + timedelta(seconds=61)):
        assert not is_in(browser)


def test_the_cookie_is_not_written_with_every_page(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    browser.get("/profile")
    assert "Set-Cookie" not in browser.raw("get", "/profile").headers
    with clock.at(NOW + timedelta(seconds=61)):
        assert "Set-Cookie" in browser.raw("get", "/profile").headers


def test_deactivating_ends_sessions_and_links_and_letting_in_again_opens_only_new_ones(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    person, boss = person_with("coordinator"), person_with("administrator")
    people.deactivate(person, boss, clock.now())
    db.session.commit()
    assert not is_in(browser)
    people.activate(person, boss)
    db.session.commit()
    assert not is_in(browser)
    assert is_in(open_link(Browser(app), person))


def test_what_is_sent_after_the_session_ended_changes_nothing_and_says_so(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    form = browser.get("/profile").form("name").fill(name="Somebody Else")
    with clock.at(NOW + 3 * HOUR):
        page = browser.post(form.action, form.values)
    assert page.status == 401
    assert person_with("coordinator").name != "Somebody Else"


def test_a_familys_link_opened_by_staff_leaves_them_signed_in(app: Flask) -> None:
    register(Browser(app))
    family = the_only()
    token = links.token(links.Purpose.REGISTRATION, family.public_id, family.link_version)
    browser = signed_in(app, "coordinator")
    assert browser.get(f"/en/r/{token}").status == 200
    assert is_in(browser)


def test_the_next_person_at_a_device_finds_nobody_signed_in(app: Flask) -> None:
    browser = signed_in(app, "greeter")
    page = register(browser)
    browser.send(next(form for form in page.forms() if form.action.endswith("/next")))
    assert not is_in(browser)


def test_signing_out_leaves_no_registration_behind(app: Flask) -> None:
    browser = signed_in(app, "greeter")
    register(browser)
    sign_out(browser)
    assert browser.raw("get", "/en/registration/").status_code == 403


def test_pages_of_families_ask_nothing_about_people(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    person = person_with("coordinator")
    person.epoch = 99
    db.session.commit()
    answer = browser.raw("get", "/en/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers or "session=" not in answer.headers["Set-Cookie"]


def test_the_language_of_a_person_is_that_of_their_pages_wherever_it_is_changed(app: Flask) -> None:
    browser = signed_in(app, "coordinator", locale="vi")
    page = browser.get("/profile")
    assert page.html.get("lang") == "vi"
    form = page.form("next")
    form.values["language"] = "es"
    assert browser.post(form.action, form.values).html.get("lang") == "es"
    assert person_with("coordinator", locale="es").locale == "es"
    page = browser.get("/staff/people/")
    assert page.status == 403
    assert page.html.get("lang") == "es"


def test_before_signing_in_the_language_is_the_readers(app: Flask) -> None:
    browser = Browser(app, **{"Accept-Language": "vi"})
    page = browser.get("/sign-in")
    assert page.html.get("lang") == "vi"
    form = page.form("next")
    form.values["language"] = "es"
    assert browser.post(form.action, form.values).html.get("lang") == "es"
