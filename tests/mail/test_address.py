"""Addresses: one ASCII form for sending and comparing, one key for a mailbox."""

import pytest
from flask import Flask

from registration.mail.address import address_key, ascii_address, folded
from registration.mail.compose import written_address


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("ana@straße-prueba.de", "ana@xn--strae-prueba-o9a.de"),
        ("Ana@BÜCHER.example", "Ana@xn--bcher-kva.example"),
        ("ana@example.org", "ana@example.org"),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
    ],
)
def test_mail_to_an_international_domain_goes_to_that_domain(address: str, sent_to: str) -> None:
    assert ascii_address(address) == sent_to
    assert written_address(address) == sent_to


def test_addresses_are_compared_in_that_form() -> None:
    assert folded(" Ana@STRASSE.de ") == "ana@strasse.de"
    assert folded("Ana@Straße.de") == "ana@xn--strae-oqa.de"


def test_what_mail_cannot_carry_is_an_error() -> None:
    with pytest.raises(UnicodeError):
        ascii_address("ana@exa\u2028mple.org")


def test_tags_and_case_make_no_other_mailbox(app: Flask) -> None:
    assert address_key("Ana+1@Example.org") == address_key("ana+2@example.org") == address_key("ana@example.org")
    assert address_key("+1@example.org") != address_key("+2@example.org")
    assert address_key("ana@example.org") != address_key("ana@example.com")
