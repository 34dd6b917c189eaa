"""Every page of signing in, of people and of the record, in every state, holds no English in another language."""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from registration import clock
from registration.accounts import people, sign_in
from registration.accounts.second_factor import pending
from registration.extensions import db
from tests.conftest import NOW
from tests.pages import Browser, Form, Page
from tests.signing_in import open_link, person_with
from tests.test_library_words import english

Step = tuple[str, Page]
TRANSLATED = ("es", "vi")


def to(page: Page, ending: str) -> Form:
    """The form of a page that is sent to an address with this ending."""
    return next(form for form in page.forms() if form.action.split("?")[0].endswith(ending))


def signing_in(app: Flask, tag: str) -> Iterator[Step]:
    """From the first page to the second factor."""
    person = person_with("administrator", "coordinator", locale=tag)
    browser = Browser(app, **{"Accept-Language": tag})
    first = browser.get("/sign-in")
    yield "sign in", first
    yield "sign in: wrong", browser.send(first.form("email"), email="x")
    yield "sign in: long", browser.send(first.form("email"), email="x" * 300 + "@example.org")
    yield "sent", browser.send(first.form("email"), email=person.email)
    yield "no link", browser.get("/sign-in/nothing")
    yield "refused before signing in", browser.post("/profile", {})
    link = sign_in.link_for(person, clock.now())
    db.session.commit()
    page = browser.get(link)
    yield "link", page
    yield "link: old form", browser.post(link, {})
    yield "signed in", browser.send(to(page, link.rsplit("/", 1)[1]))
    yield from second_factor(browser, tag)
    yield "profile with a second factor", browser.get("/profile")
    yield "sign out", browser.get("/sign-out")
    yield "signed out", browser.send(to(browser.get("/sign-out"), "/sign-out"))
    open_link(browser, person)
    page = browser.get("/staff/people/")
    yield "code", page
    for _ in range(6):
        page = browser.send(page.form("code"), code="000000")
        yield "code: wrong", page


def second_factor(browser: Browser, tag: str) -> Iterator[Step]:
    """Setting it up, and its settings."""
    yield "profile", browser.get("/profile")
    yield "profile: wrong", browser.send(browser.get("/profile").form("name"), name="", phone="1")
    yield "profile: saved", browser.send(browser.get("/profile").form("name"), phone="303 555 0148")
    page = browser.get("/profile/second-factor")
    yield "set up", page
    page = browser.send(to(page, "/second-factor"))
    yield "set up: picture", page
    page = browser.send(page.form("code"), code="000000")
    yield "set up: wrong", page
    person = person_with("administrator", "coordinator", locale=tag)
    db.session.refresh(person)
    code = pyotp.TOTP(str(pending(person))).at(NOW)
    yield "codes", browser.send(page.form("code"), code=code)
    page = browser.get("/profile/second-factor/settings")
    yield "settings", page
    yield "settings: wrong", browser.send(page.form("code"), code="000000")


def screens(app: Flask, tag: str) -> Iterator[Step]:
    """People and the record."""
    boss, other = person_with("administrator", locale=tag), person_with("coordinator", locale=tag)
    browser = open_link(Browser(app), boss)
    yield "people", browser.get("/staff/people/")
    form = browser.get("/staff/people/invite").form("email")
    yield "invite: wrong", browser.send(form, email="x", name="")
    yield "invited", browser.send(form, email="new@example.org", name="Huda Karim", roles=["greeter"])
    yield "invited twice", browser.send(form, email="new@example.org")
    page = browser.get(f"/staff/people/{other.id}/")
    yield "roles: none", browser.send(page.form("roles"), roles=[])
    yield "roles", browser.send(page.form("roles"), roles=["coordinator", "interpreter"])
    yield "roles: meanwhile", browser.send(page.form("roles"), roles=["coordinator"])
    yield "reset", browser.get(f"/staff/people/{other.id}/second-factor")
    yield "reset: done", browser.send(to(browser.get(f"/staff/people/{other.id}/second-factor"), "/second-factor"))
    yield "link sent", browser.send(to(browser.get(f"/staff/people/{other.id}/"), "/link"))
    page = browser.get(f"/staff/people/{other.id}/deactivate")
    yield "deactivate", page
    page = browser.send(to(page, "/deactivate"))
    yield "deactivated", page
    yield "people, one deactivated", browser.get("/staff/people/")
    yield "activated", browser.send(to(page, "/activate"))
    yield "last", browser.send(to(browser.get(f"/staff/people/{boss.id}/deactivate"), "/deactivate"))
    yield "record", browser.get("/staff/audit/")
    yield "record, narrowed", browser.get(f"/staff/audit/?person={boss.id}&kind=person&object={other.id}")
    yield "record, nothing", browser.get("/staff/audit/?person=999")
    with clock.at(NOW + timedelta(hours=3)):
        yield "too late", browser.get("/staff/people/")
    yield "not theirs", open_link(Browser(app), person_with("greeter", locale=tag)).get("/staff/people/")


@pytest.mark.parametrize("tag", TRANSLATED)
@pytest.mark.parametrize("walk", [signing_in, screens])
def test_no_page_holds_english(app: Flask, walk: type[Iterator[Step]], tag: str) -> None:
    seen = 0
    for name, page in walk(app, tag):  # type: ignore[call-arg]
        assert page.status < 500, name
        assert page.html.get("lang") == tag, name
        assert english(page) == [], name
        seen += 1
    assert seen > 15


def test_a_person_whose_language_is_not_installed_reads_what_the_browser_asks_for(app: Flask) -> None:
    browser = Browser(app, **{"Accept-Language": "vi"})
    person = person_with("greeter", locale="es")
    app.config["LANGUAGES"] = ["en", "vi"]
    assert open_link(browser, person).get("/profile").html.get("lang") == "vi"
    people.deactivate(person, person_with("administrator"), clock.now())
