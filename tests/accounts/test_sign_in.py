"""Signing in by a one-time link."""

from flask import Flask

from tests.signing_in import signed_in


def test_whoever_opens_a_link_and_presses_the_button_is_signed_in(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    page = browser.get("/profile")
    assert page.heading == "My profile"
