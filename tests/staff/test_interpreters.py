"""Staff and the register: who changed something themselves, who signs in, and who works in both languages of a pair."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration.accounts.models import AuditEntry, Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.interpretation import interpreters
from registration.interpretation.models import OwnChange
from registration.mail.models import OutboxMessage
from tests.interpretation.cast import interpreter, named
from tests.pages import Browser, Form, Page
from tests.signing_in import person_with, signed_in

OWN = "interpreter@staff.example.org"


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who keeps the register and invites."""
    return signed_in(app, "administrator", "coordinator")


def page_of(browser: Browser, number: int) -> Page:
    """An interpreter's page."""
    return browser.get(f"/staff/interpreters/{number}/")


def button(page: Page) -> Form:
    """The form that lets in."""
    return next(form for form in page.forms() if form.action.endswith("/let-in"))


def let_in(browser: Browser, number: int) -> Page:
    """Press the button of an interpreter's page."""
    return browser.send(button(page_of(browser, number)))


def changed(app: Flask, **answers: Any) -> int:
    """Hodan, who has changed something."""
    number = interpreter(email=OWN)
    own = signed_in(app, "interpreter")
    given = {name.replace("__", "-"): value for name, value in answers.items()}
    own.send(own.get("/interpreter/details").form("version"), **given)
    return number


def test_what_an_interpreter_changed_is_marked_in_the_list_and_shown_until_it_is_seen(
    app: Flask, staff: Browser
) -> None:
    number = changed(app, home_place="Aurora", remote=[], week__0__0__from="17:00", week__0__0__to="21:00")
    interpreter("Ubah Said")
    rows = staff.get("/staff/interpreters/").root.one("tbody").all("tr")
    assert ["Changed something" in row.text for row in rows] == [True, False]
    page = page_of(staff, number)
    cells = [[cell.text for cell in row.all("th", "td")][:3] for row in page.root.all("tbody")[0].all("tr")]
    assert cells == [
        ["Home place", "–", "Aurora"],
        ["From elsewhere, online", "yes", "no"],
        ["Hours of the week", "–", "1 17:00-21:00"],
    ]
    page = staff.send(page.form("up_to"))
    assert "What they changed themselves" not in page.text
    assert interpreters.unseen_changes() == []
    assert "Changed something" not in staff.get("/staff/interpreters/").text
    db.session.rollback()
    assert {one.seen_by_id for one in db.session.scalars(select(OwnChange))} == {
        person_with("administrator", "coordinator").id
    }


def test_what_changes_after_the_page_was_shown_is_not_marked_as_seen(app: Flask, staff: Browser) -> None:
    number = changed(app, home_place="Aurora")
    form = page_of(staff, number).form("up_to")
    own = signed_in(app, "interpreter")
    own.send(own.get("/interpreter/details").form("version"), home_place="Golden")
    page = staff.send(form)
    assert "Golden" in page.root.all("tbody")[0].text
    assert len(interpreters.changes_of(number)) == 1


def test_staff_let_somebody_new_sign_in_who_is_invited_and_sees_their_pages(app: Flask, staff: Browser) -> None:
    number = interpreter(locale="es")
    page = page_of(staff, number)
    assert "Cannot sign in yet" in page.text
    page = let_in(staff, number)
    assert "Hodan Ali can sign in now." in page.text
    assert "Can sign in since Tuesday, March 30, 2027" in page.text
    person = db.session.scalars(select(Person).where(Person.email == "hodan@interpreters.example.org")).one()
    assert person.roles == {Role.INTERPRETER}
    assert (person.locale, named(number).person_id) == ("es", person.id)
    invited = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.message == "invitation")
    assert db.session.scalar(invited) == 1
    own = signed_in(app, "interpreter", email=person.email)
    assert own.get("/interpreter/details").root.all("form", action="/interpreter/details")


def test_letting_in_twice_is_once(app: Flask, staff: Browser) -> None:
    number = interpreter()
    form = button(page_of(staff, number))
    staff.send(form)
    before = named(number).person_id
    assert "Nothing was changed." in staff.send(form).text
    assert named(number).person_id == before
    count = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "interpreter_let_in")
    assert db.session.scalar(count) == 1


def test_somebody_who_signs_in_already_gets_the_role_besides_their_others(app: Flask, staff: Browser) -> None:
    greeter = person_with("greeter")
    number = interpreter(email=greeter.email)
    let_in(staff, number)
    db.session.rollback()
    assert person_with("greeter", email=greeter.email).roles == {Role.GREETER, Role.INTERPRETER}
    assert named(number).person_id == greeter.id


def test_an_account_that_is_switched_off_is_not_switched_on_by_the_way(app: Flask, staff: Browser) -> None:
    person = person_with("greeter")
    person.active = False
    db.session.commit()
    number = interpreter(email=person.email)
    page = let_in(staff, number)
    assert "is switched off" in page.text
    assert named(number).person_id is None


def test_an_account_of_another_entry_is_not_taken_from_it(app: Flask, staff: Browser) -> None:
    first, second = interpreter(), interpreter("Ubah Said", email="hodan@interpreters.example.org")
    let_in(staff, first)
    page = let_in(staff, second)
    assert "belongs to Hodan Ali" in page.text
    assert named(second).person_id is None


def test_without_an_email_nobody_can_be_let_in(staff: Browser) -> None:
    page = page_of(staff, interpreter(email=None))
    assert "Write their email first" in page.text
    assert not any(form.action.endswith("/let-in") for form in page.forms())


def test_who_keeps_the_register_and_may_not_invite_reads_who_may(app: Flask) -> None:
    person_with("administrator")
    staff, number = signed_in(app, "coordinator"), interpreter()
    page = page_of(staff, number)
    assert "An administrator can let them sign in: Ana Ruiz." in page.text
    assert not any(form.action.endswith("/let-in") for form in page.forms())
    assert staff.raw("post", f"/staff/interpreters/{number}/let-in").status_code == 403


def test_whoever_signs_in_with_the_address_of_an_entry_is_shown_as_signing_in(app: Flask, staff: Browser) -> None:
    person_with("interpreter")
    assert "Can sign in since" in page_of(staff, interpreter(email=OWN)).text


def test_the_list_is_narrowed_by_both_languages_of_a_pair(app: Flask, staff: Browser) -> None:
    interpreter("Hodan Ali")
    interpreter("One Way", pairs=(("en", "so"),))
    interpreter("Ana Vi", pairs=(("es", "vi"), ("vi", "es")))

    def names(query: str) -> set[str]:
        page = staff.get(f"/staff/interpreters/?{query}")
        return {name for name in ("Hodan Ali", "One Way", "Ana Vi") if name in page.text}

    assert names("source=en&target=so") == {"Hodan Ali", "One Way"}
    assert names("source=so&target=en") == {"Hodan Ali"}
    assert names("target=vi") == {"Ana Vi"}
    # Each language is somebody's, no pair holds the two.
    assert names("source=en&target=vi") == set()
    assert names("source=nonsense") == {"Hodan Ali", "One Way", "Ana Vi"}
