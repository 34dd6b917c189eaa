"""Tokens: what they name, and that nothing but our own signature makes one."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registration import links
from registration.links import Opened, Purpose


def test_a_token_names_what_it_was_made_for(app: Flask) -> None:
    public_id = links.new_public_id()
    assert links.read(Purpose.REGISTRATION, links.token(Purpose.REGISTRATION, public_id, 3)) == Opened(public_id, 3)


def test_a_public_id_holds_128_bits_and_fits_an_address(app: Flask) -> None:
    made = {links.new_public_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {22}
    assert not set("".join(made)) & set("/?#~ ")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_no_token_opens_anything_but_its_purpose(app: Flask, purpose: Purpose) -> None:
    token = links.token(purpose, "x", 1)
    assert [other for other in Purpose if links.read(other, token)] == [purpose]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(text=st.text(max_size=80))
def test_no_text_of_others_is_a_token(app: Flask, text: str) -> None:
    assert links.read(Purpose.REGISTRATION, text) is None


def test_no_token_with_a_changed_character_is_one(app: Flask) -> None:
    token = links.token(Purpose.REGISTRATION, links.new_public_id(), 1)
    for place, was in enumerate(token[:-1]):
        changed = token[:place] + ("A" if was != "A" else "B") + token[place + 1 :]
        assert links.read(Purpose.REGISTRATION, changed) is None


def test_older_keys_read_and_only_the_newest_signs(app: Flask) -> None:
    old = links.token(Purpose.REGISTRATION, "x", 1)
    app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["a key of the tests"])
    assert links.read(Purpose.REGISTRATION, old) == Opened("x", 1)
    assert links.token(Purpose.REGISTRATION, "x", 1) != old
    app.config.update(SECRET_KEY_FALLBACKS=[])
    assert links.read(Purpose.REGISTRATION, old) is None


def test_addresses_are_built_from_the_base_url_whatever_the_request_says(app: Flask) -> None:
    with app.test_request_context(headers={"Host": "evil.example"}, base_url="https://evil.example"):
        assert links.absolute("meetings.home", locale="vi") == "http://meetings.example.org/vi/"
