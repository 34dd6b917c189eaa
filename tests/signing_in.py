"""Somebody of the staff at their browser, for tests of every feature."""

from flask import Flask

from registration import clock
from registration.accounts import people, sign_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from tests.pages import Browser

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
    """Open a one-time link in `browser` and press its button."""
    address = sign_in.link_for(person, clock.now())
    db.session.commit()
    browser.send(browser.get(address).form("csrf_token"))
    return browser


def signed_in(app: Flask, *roles: str, locale: str = "en", email: str | None = None) -> Browser:
    """A browser in which the person with these roles is signed in; its pages are in `locale`."""
    return open_link(Browser(app), person_with(*roles, locale=locale, email=email))
