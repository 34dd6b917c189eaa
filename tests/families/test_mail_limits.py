"""What strangers can make us send to an address that is not theirs: little, and none of their words."""

from datetime import timedelta

import pytest
from flask import Flask

from registration import clock
from registration.families.lines import greeting_name
from registration.mail.deliver import deliver_batch
from tests.conftest import NOW
from tests.families.steps import meeting, messages, register, the_only
from tests.families.test_links import Others, correct, mailed_links
from tests.pages import Browser


def states() -> list[str]:
    """The states of all messages, in order."""
    return [state for _, state in messages()]


def test_changing_the_name_every_second_sends_three_mails_an_hour(browser: Browser) -> None:
    register(browser, email="victim@example.org")
    for second in range(40):
        with clock.at(NOW + timedelta(seconds=second + 1)):
            deliver_batch(clock.now())
            assert correct(browser, name=f"Mallory {chr(65 + second % 26)}").status == 200
    deliver_batch(NOW + timedelta(seconds=60))
    assert states().count("sent") == 3


def test_once_the_mailed_link_was_opened_the_family_may_change_as_often_as_it_likes(
    app: Flask, browser: Browser, another_browser: Others
) -> None:
    register(browser)
    reader = another_browser()
    link = mailed_links(app)[0]
    for method in ("head", "get"):
        assert another_browser().raw(method, link).status_code == 303
    assert the_only().link_opened_at is None, "mail scanners open links, too"
    reader.get(link)
    assert the_only().link_opened_at == NOW
    for number in range(6):
        correct(reader, adults=number + 1)
        deliver_batch(clock.now())
    assert states() == ["sent"] * 7


def test_the_link_on_the_page_proves_nothing_about_the_address(browser: Browser, another_browser: Others) -> None:
    link = register(browser).root.one(class_="secret").get("href")
    browser.get("/en/registration/")
    correct(browser, adults=2)
    attacker = another_browser()
    attacker.get(link)
    correct(attacker, adults=3)
    assert the_only().link_opened_at is None


def test_mail_that_waits_for_a_place_counts_for_the_address_it_is_sent_to(app: Flask) -> None:
    browsers = [Browser(app) for _ in range(6)]
    for number, browser in enumerate(browsers):
        register(browser, email=f"own-{number}@example.org")
    for browser in browsers:
        correct(browser, email="victim@example.org")
    for minute in range(4):
        deliver_batch(NOW + timedelta(minutes=minute))
    to_victim = [row for row in messages() if row == ("changed", "sent")]
    confirmed = [row for row in messages() if row == ("confirmation", "sent")]
    assert len(to_victim) + len(confirmed) == 3


def test_another_address_has_to_be_proved_again(app: Flask, browser: Browser) -> None:
    register(browser)
    browser.get(mailed_links(app)[0])
    assert the_only().link_opened_at is not None
    correct(browser, email="victim@example.org")
    assert the_only().link_opened_at is None


def test_tags_after_a_plus_lead_to_one_mailbox(app: Flask) -> None:
    for number in range(6):
        register(Browser(app), email=f"Victim+{number}@example.org")
    assert states() == ["queued"] * 3 + ["held"] * 3


def test_saying_that_one_cannot_come_counts_too(app: Flask) -> None:
    for _ in range(3):
        browser = Browser(app)
        register(browser, email="victim@example.org")
        deliver_batch(clock.now())
        browser.send(browser.get("/en/registration/withdraw").form("registration"))
        deliver_batch(clock.now())
    assert states().count("sent") == 3
    assert "held" in states()


def test_seats_that_come_free_send_no_flood_to_one_address(app: Flask) -> None:
    meeting(capacity=5)
    first = Browser(app)
    register(first, email="ada@example.org", adults=5)
    for _ in range(5):
        register(Browser(app), email="victim@example.org")
    with clock.at(NOW + timedelta(days=2)):
        first.send(first.get("/en/registration/withdraw").form("registration"))
        deliver_batch(clock.now())
        sent = [state for message, state in messages() if message == "promoted"]
        assert (sent.count("sent"), sent.count("held")) == (3, 2)


@pytest.mark.parametrize(
    ("name", "repeated"),
    [
        ("Rosa Méndez Xol", "Rosa Méndez Xol"),
        ("Rosa 303-555-0199 Xol", "Rosa Xol"),
        ("Win $500 now 12345", "Win now"),
        ("visit evil.example/x", ""),
        ("visit evil．example", ""),
        ("visit evil。example", ""),
        ("Jean-Luc d'Angelo 3rd", "Jean-Luc d'Angelo 3rd"),
        ("word " * 25, "word " * 11 + "word"),
        ("n" * 128, "n" * 60),
        ("12345", ""),
    ],
)
@pytest.mark.no_database
def test_a_greeting_repeats_a_name_and_no_message(name: str, repeated: str) -> None:
    assert greeting_name(name) == repeated
    assert len(greeting_name(name)) <= 60
