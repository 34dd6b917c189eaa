"""Somebody of the staff at their browser, for tests of every feature."""

from flask import Flask

from registration import clock
from registration.accounts import people, sign_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from tests.pages import Browser, Form

NAMES = {"administrator": "Ana Ruiz", "coordinator": "Trần Văn Minh", "greeter": "Luis Ortega", "interpreter": "Amal"}


def person_with(*roles: str, locale: str = "en", email: str | None = None) -> Person:
    """The one person of the tests with these roles (none: with no role), made when there is none; committed."""
    address = email or f"{'-'.join(sorted(roles)) or 'nobody'}@staff.example.org"
    person = sign_in.person_of(address)
    if person is None:
        name = NAMES.get(roles[0] if roles else "", "Kim")
        person = people.add(address, name, [Role(role) for role in roles], locale)
    person.locale = locale
    db.session.commit()
    return person


def open_link(browser: Browser, person: Person) -> Browser:
    """Open a one-time link in `browser`, press its button, and read the page it leads to."""
    browser.send(_link_page(browser, person))
    return browser


def _link_page(browser: Browser, person: Person) -> Form:
    address = sign_in.link_for(person, clock.now())
    db.session.commit()
    return browser.get(address).form("csrf_token")


def signed_in(app: Flask, *roles: str, locale: str = "en", email: str | None = None) -> Browser:
    """A browser in which the person with these roles is signed in; its pages are in `locale`.

    It has not read the page that signing in leads to: writing and checking that took a seventh of all tests' time.
    """
    browser = Browser(app)
    form = _link_page(browser, person_with(*roles, locale=locale, email=email))
    assert browser.raw("post", form.action, data=form.values).status_code == 303
    return browser
