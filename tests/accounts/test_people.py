"""The people screen and its verbs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts import people, sign_in
from registration.accounts.models import AuditEntry, Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.mail.models import OutboxMessage
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in


@pytest.fixture
def boss(app: Flask) -> Person:
    """An administrator."""
    return person_with("administrator")


@pytest.fixture
def screen(app: Flask, boss: Person) -> Browser:
    """The administrator's browser."""
    return signed_in(app, "administrator")


def actions() -> list[str]:
    """What was recorded, but for signing in, in order."""
    rows = select(AuditEntry.action).where(AuditEntry.action.notin_(["signed_in", "person_added"]))
    return list(db.session.scalars(rows.order_by(AuditEntry.id)))


def invite(screen: Browser, **given: Any) -> Page:
    """Fill in the form for somebody new."""
    answers = {"email": "new@example.org", "name": "Huda Karim", "language": "es", "roles": ["coordinator", "greeter"]}
    return screen.send(screen.get("/staff/people/invite").form("email"), **(answers | given))


def test_an_invited_person_has_an_account_and_a_mail_is_on_its_way(screen: Browser) -> None:
    page = invite(screen)
    assert page.heading == "Huda Karim"
    person = sign_in.person_of("NEW@example.org")
    assert person is not None
    assert person.roles == {Role.COORDINATOR, Role.GREETER}
    assert person.locale == "es"
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == person.id)).one()
    assert row.message == "invitation"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "huda"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["queen"]}, "roles"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_at_its_field(
    screen: Browser, given: dict[str, Any], field: str
) -> None:
    page = invite(screen, **given)
    assert page.status == 422
    (link,) = page.root.one(class_="errors").all("a")
    assert link.get("href") == f"#{field}"
    assert sign_in.person_of("new@example.org") is None


def test_an_address_has_one_account(screen: Browser) -> None:
    invite(screen)
    page = invite(screen, email="New@Example.org", name="Somebody Else")
    assert page.status == 422
    assert "Huda Karim" in page.text


def test_roles_are_given_and_taken_and_recorded(screen: Browser) -> None:
    one = person_with("greeter")
    page = screen.send(screen.get(f"/staff/people/{one.id}/").form("roles"), roles=["coordinator", "interpreter"])
    assert page.status == 200
    db.session.refresh(one)
    assert one.roles == {Role.COORDINATOR, Role.INTERPRETER}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roles_set")).one()
    assert entry.facts == {"added": ["coordinator", "interpreter"], "taken": ["greeter"]}


def test_the_second_of_two_editors_is_shown_what_the_first_did(screen: Browser, boss: Person) -> None:
    one = person_with("greeter")
    form = screen.get(f"/staff/people/{one.id}/").form("roles")
    people.set_roles(one, {Role.INTERPRETER}, boss)
    db.session.commit()
    page = screen.send(form, roles=["coordinator"])
    assert page.status == 409
    assert page.form("roles").values.getlist("roles") == ["interpreter"]
    assert actions() == ["roles_set"]


def test_deactivating_asks_first_and_shows_what_the_person_still_holds(screen: Browser) -> None:
    one = person_with("coordinator", "greeter")
    person_with("greeter")
    page = screen.get(f"/staff/people/{one.id}/deactivate")
    assert page.root.all(class_="answers")[0].text.endswith("Only this person hasCoordinator")
    page = screen.send(page.form("version"))
    assert "can sign in no more" in page.text
    db.session.refresh(one)
    assert not one.active
    page = screen.send(next(form for form in page.forms() if form.action.endswith("/activate")))
    assert person_with("coordinator", "greeter").active
    assert actions() == ["person_deactivated", "person_activated"]


def test_the_last_administrator_stays(screen: Browser, boss: Person) -> None:
    page = screen.send(screen.get(f"/staff/people/{boss.id}/").form("roles"), roles=["coordinator"])
    assert page.status == 409
    assert "last administrator" in page.text
    page = screen.send(screen.get(f"/staff/people/{boss.id}/deactivate").form("version"))
    assert page.status == 409
    db.session.refresh(boss)
    assert boss.active
    assert boss.roles == {Role.ADMINISTRATOR}
    assert actions() == []


def test_an_administrator_who_is_deactivated_does_not_count(app: Flask, boss: Person) -> None:
    other = person_with("administrator", email="other@example.org")
    people.deactivate(other, boss, clock.now())
    with pytest.raises(people.LastAdministrator):
        people.deactivate(boss, boss, clock.now())
    people.activate(other, boss)
    people.deactivate(boss, other, clock.now())
    assert not boss.active


def test_a_link_is_sent_to_somebody_who_asks_by_telephone(screen: Browser) -> None:
    one = person_with("greeter")
    page = screen.get(f"/staff/people/{one.id}/")
    screen.send(next(form for form in page.forms() if form.action.endswith("/link")))
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == one.id)).one()
    assert row.message == "sign_in"
    assert actions() == ["link_sent"]


def test_the_list_says_who_what_and_when(screen: Browser) -> None:
    person_with("greeter")
    page = screen.get("/staff/people/")
    rows = {row.all("th")[0].one("a").text: row.text for row in page.root.one("tbody").all("tr")}
    assert "Greeter Never Off" in rows["Luis Ortega"]
    assert "Administrator Tuesday, March 30, 2027, 2:00 PM Off" in rows["Ana Ruiz"]


@pytest.mark.parametrize("path", ["roles", "deactivate", "activate", "second-factor", "link"])
def test_a_form_with_a_bad_token_changes_nobody(screen: Browser, path: str) -> None:
    one = person_with("coordinator", "greeter")
    before = one.version, one.active, one.epoch
    page = screen.post(f"/staff/people/{one.id}/{path}", {"roles": "greeter", "version": "1"})
    assert page.status == 422
    db.session.refresh(one)
    assert (one.version, one.active, one.epoch) == before
    assert actions() == []


def test_somebody_changes_their_own_name_language_and_telephone(app: Flask) -> None:
    browser = signed_in(app, "greeter")
    form = browser.get("/profile").form("name")
    page = browser.send(form, name="  Hodan   Warsame ", language="vi", phone="303 555 0148")
    assert page.html.get("lang") == "vi"
    person = person_with("greeter", locale="vi")
    assert (person.name, person.phone) == ("Hodan Warsame", "+13035550148")
    page = browser.send(browser.get("/profile").form("name"), name="", phone="12")
    assert page.status == 422
    assert len(page.root.one(class_="errors").all("a")) == 2
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "profile_changed")).one()
    assert entry.facts == {"fields": ["name", "locale", "phone"]}
