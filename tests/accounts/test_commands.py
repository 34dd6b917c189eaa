"""`flask people …`, the demo's staff, and what the logs keep silent about."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration.accounts import people, sign_in
from registration.accounts.commands import demo_link
from registration.accounts.models import AuditEntry, Person
from registration.accounts.roles import Role
from registration.demo_staff import load_staff
from registration.extensions import db
from registration.logs import without_secrets
from tests.pages import Browser
from tests.signing_in import person_with


def run(app: Flask, *words: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    result = app.test_cli_runner().invoke(args=["people", *words])
    db.session.rollback()
    return result.exit_code, result.output


def test_add_makes_an_account_and_prints_a_link_that_signs_in(app: Flask) -> None:
    code, said = run(app, "add", "Ana@Example.org", "--role", "administrator", "--role", "coordinator", "--name", "Ana")
    assert code == 0
    (link,) = re.findall(r"http://meetings\.example\.org/sign-in/\S+", said)
    browser = Browser(app)
    browser.send(browser.get(link).form("csrf_token"))
    assert browser.get("/staff/people/").heading == "People"
    person = sign_in.person_of("ana@example.org")
    assert person is not None
    assert person.roles == {Role.ADMINISTRATOR, Role.COORDINATOR}


def test_add_gives_somebody_who_is_there_the_role_too_and_lets_them_in_again(app: Flask) -> None:
    person = person_with("greeter")
    people.deactivate(person, person_with("administrator"), person.created_at)
    db.session.commit()
    code, _ = run(app, "add", person.email, "--role", "coordinator")
    assert code == 0
    db.session.refresh(person)
    assert person.roles == {Role.GREETER, Role.COORDINATOR}
    assert person.active


@pytest.mark.parametrize(
    "words",
    [
        ("add", "ana", "--role", "administrator"),
        ("add", "ana@example.org"),
        ("add", "ana@example.org", "--role", "queen"),
        ("add", "ana@example.org", "--role", "greeter", "--language", "xx"),
        ("link", "nobody@example.org"),
    ],
)
def test_what_cannot_be_done_is_said_and_makes_nobody(app: Flask, words: tuple[str, ...]) -> None:
    code, said = run(app, *words)
    assert code != 0
    assert "Error" in said
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_link_is_printed_for_who_may_sign_in(app: Flask) -> None:
    person = person_with("greeter")
    assert "/sign-in/" in run(app, "link", person.email.upper())[1]
    person.active = False
    db.session.commit()
    assert run(app, "link", person.email)[0] == 1


def test_the_demo_has_staff_and_loading_it_again_changes_nothing(app: Flask) -> None:
    assert demo_link() is None
    for _ in range(2):
        load_staff(app.config["LANGUAGES"])
        db.session.commit()
    found = {person.email: (person.locale, set(person.roles)) for person in db.session.scalars(select(Person))}
    assert found == {
        "ana.ruiz@example.org": ("en", {Role.ADMINISTRATOR, Role.COORDINATOR}),
        "minh.tran@example.org": ("vi", {Role.COORDINATOR}),
        "luis.ortega@example.org": ("es", {Role.GREETER}),
    }
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 3
    browser = Browser(app)
    browser.send(browser.get(str(demo_link())).form("csrf_token"))
    assert browser.get("/staff/people/").heading == "People"


def test_logs_blank_the_token_of_a_one_time_link(app: Flask) -> None:
    link = sign_in.link_for(person_with("greeter"), person_with("greeter").created_at)
    token = link.rsplit("/", 1)[1]
    for line in (f"GET {link} 200", f'"POST /sign-in/{token} HTTP/1.1"', f"/sign-in/{token}?next=/staff/"):
        assert token not in without_secrets(line)
        assert token.split("~")[1] not in without_secrets(line)
