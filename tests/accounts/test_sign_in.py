"""Signing in by a one-time link, and what nobody learns from it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from registration import clock
from registration.accounts import device, limits, sign_in, tokens
from registration.accounts.models import AuditEntry, SignInAttempt, SignInLink
from registration.extensions import db
from registration.mail import address, queue
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage, State
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.signing_in import open_link, person_with, signed_in

UNKNOWN = "nobody-has-this@example.org"


def ask(browser: Browser, email: str) -> Page:
    """Ask for a link."""
    return browser.send(browser.get("/sign-in").form("email"), email=email)


def link_of(email: str) -> str:
    """A link, as the mail has it."""
    person = sign_in.person_of(email)
    assert person is not None
    found = sign_in.link_for(person, clock.now())
    db.session.commit()
    return found


def mail_to(email: str) -> list[OutboxMessage]:
    """Rows of the outbox for an address."""
    key = address.address_key(email)
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.address_key == key)))


def test_whoever_asks_opens_the_link_and_presses_the_button_is_signed_in(app: Flask) -> None:
    email = person_with("coordinator").email
    browser = Browser(app)
    assert "Look into your mail" in ask(browser, email).heading
    (row,) = mail_to(email)
    letter = app.extensions["message_builders"]["sign_in"](row.queued())
    page = browser.get(next(line for line in letter.text.split("\n") if "/sign-in/" in line))
    assert browser.get("/profile").heading == "Sign in"
    browser.send(page.form("csrf_token"))
    assert browser.get("/profile").heading == "My profile"
    deliver_batch(NOW)
    assert mail_to(email)[0].state == State.SUPERSEDED


def test_the_mail_is_sent_and_what_is_kept_of_it_opens_nothing(app: Flask) -> None:
    email = person_with("coordinator").email
    ask(Browser(app), email)
    deliver_batch(NOW)
    (row,) = mail_to(email)
    assert row.state == State.SENT
    assert "~" not in str(row.sent_text)


def test_the_page_that_was_wanted_comes_after_signing_in(app: Flask) -> None:
    browser = Browser(app)
    page = browser.get("/staff/people/?x=1")
    assert page.heading == "Sign in"
    person = person_with("administrator")
    browser.send(page.form("email"), email=person.email)
    open_link(browser, person)
    assert browser.last is not None
    assert browser.last.request.path == "/staff/people/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "x"],
)
def test_nothing_leads_away_after_signing_in(app: Flask, target: str) -> None:
    browser = Browser(app)
    form = browser.get("/sign-in").form("email")
    form.values["next"] = target
    form.values["email"] = person_with("administrator").email
    browser.post(form.action, form.values)
    asked = browser.get(f"/sign-in?next={target}").form("email")
    assert "next" not in asked.values
    open_link(browser, person_with("administrator"))
    assert browser.last is not None
    assert browser.last.request.path.startswith(("/staff/", "/profile"))


def work(browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str], str]:
    """The hashing calls and the statements that asking with `email` causes, and the page without the address."""
    calls: list[str] = []
    statements: list[str] = []

    def counted(module: Any, name: str) -> None:
        real = getattr(module, name)

        def call(*arguments: Any) -> Any:
            calls.append(name)
            return real(*arguments)

        monkeypatch.setattr(module, name, call)

    def noted(*details: Any) -> None:
        statements.append(details[2])

    form = browser.get("/sign-in").form("email")
    with monkeypatch.context() as patched:
        monkeypatch = patched
        for module in (limits, queue):
            counted(module, "address_key")
        for name in ("token", "fingerprint"):
            counted(tokens, name)
        event.listen(db.engine, "before_cursor_execute", noted)
        page = browser.send(form, email=email)
        event.remove(db.engine, "before_cursor_execute", noted)
    return calls, statements, page.main.text.replace(email, "…")


def test_known_unknown_and_deactivated_get_the_same_page_with_the_same_work(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, gone = person_with("coordinator"), person_with("greeter", email="gone@example.org")
    gone.active = False
    db.session.commit()
    seen = [work(Browser(app), email, monkeypatch) for email in (known.email, UNKNOWN, gone.email)]
    calls, _, page = seen[0]
    assert calls.count("token") == calls.count("fingerprint") == 1
    assert calls.count("address_key") == 3
    assert len({(tuple(one[0]), one[2]) for one in seen}) == 1
    # The roles of somebody who was found are one more look at a small table; what writes and waits is the same.
    writes = [[text for text in one[1] if not text.startswith("SELECT")] for one in seen]
    assert writes[0] == writes[1] == writes[2]
    assert "token" not in page


def test_nobody_but_the_person_gets_a_link(app: Flask) -> None:
    ask(Browser(app), UNKNOWN)
    deliver_batch(NOW)
    (row,) = mail_to(UNKNOWN)
    assert row.state == State.SUPERSEDED
    assert row.sent_text is None


def test_an_address_is_known_whatever_the_case_of_its_letters(app: Flask) -> None:
    email = person_with("coordinator").email
    ask(Browser(app), email.upper())
    link = db.session.scalars(select(SignInLink)).one()
    assert link.person_id is not None


def test_what_is_no_address_is_said_and_asked_again(browser: Browser) -> None:
    page = ask(browser, "ana at example")
    assert page.status == 422
    assert page.form("email").values["email"] == "ana at example"


def test_a_link_signs_in_once(app: Flask) -> None:
    person_with("coordinator", email="c@example.org")
    address_of_link = link_of("c@example.org")
    first, second = Browser(app), Browser(app)
    other = second.get(address_of_link).form("csrf_token")
    first.send(first.get(address_of_link).form("csrf_token"))
    assert first.get("/profile").heading == "My profile"
    assert second.send(other).status == 410
    assert second.get(address_of_link).status == 410
    assert second.get("/profile").heading == "Sign in"


def test_using_one_link_ends_the_others(app: Flask) -> None:
    person_with("coordinator", email="c@example.org")
    older, newer = link_of("c@example.org"), link_of("c@example.org")
    browser = Browser(app)
    browser.send(browser.get(newer).form("csrf_token"))
    assert Browser(app).get(older).status == 410


def test_looking_at_a_link_changes_nothing(app: Flask) -> None:
    person_with("coordinator", email="c@example.org")
    found = link_of("c@example.org")
    scanner = Browser(app)
    for method in ("head", "get", "head", "get"):
        assert scanner.raw(method, found).status_code == 200
    assert db.session.scalars(select(SignInLink)).one().used_at is None
    assert scanner.get("/profile").heading == "Sign in"
    assert db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "signed_in")) == 0


def test_a_link_is_good_for_fifteen_minutes(app: Flask) -> None:
    person_with("coordinator", email="c@example.org")
    found = link_of("c@example.org")
    browser = Browser(app)
    with clock.at(NOW + sign_in.LIFE - timedelta(seconds=1)):
        form = browser.get(found).form("csrf_token")
    with clock.at(NOW + sign_in.LIFE):
        assert browser.send(form).status == 410
        assert browser.get(found).status == 410


def test_a_button_pressed_with_an_old_token_keeps_the_page(app: Flask) -> None:
    person_with("coordinator", email="c@example.org")
    found = link_of("c@example.org")
    browser = Browser(app)
    form = browser.get(found).form("csrf_token")
    form.values["csrf_token"] = "old"
    page = browser.post(form.action, form.values)
    assert page.status == 422
    browser.send(page.form("csrf_token"))
    assert browser.get("/profile").heading == "My profile"


def test_an_address_typed_into_an_old_form_is_kept(browser: Browser) -> None:
    form = browser.get("/sign-in").form("email").fill(email="ana.ruiz@example.org")
    form.values["csrf_token"] = "old"
    page = browser.post(form.action, form.values)
    assert page.status == 422
    assert page.form("email").values["email"] == "ana.ruiz@example.org"
    assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


@pytest.mark.parametrize("token", ["nonsense", "p" * 22, "second-factor2", "p~q~r"])
def test_a_link_that_was_never_made_opens_nothing(browser: Browser, token: str) -> None:
    assert browser.get(f"/sign-in/{token}").status == 410


def test_a_forged_host_changes_no_link(app: Flask) -> None:
    email = person_with("coordinator").email
    browser = Browser(app)
    form = browser.get("/sign-in").form("email").fill(email=email)
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    browser.client.set_cookie("session", cookie.value, domain="evil.example")
    forged = {"X-Forwarded-Host": "evil.example"}
    answer = browser.raw("post", form.action, data=form.values, headers=forged, base_url="http://evil.example")
    assert answer.status_code == 200
    assert answer.request.host == "evil.example"
    (row,) = mail_to(email)
    letter = app.extensions["message_builders"]["sign_in"](row.queued())
    assert "evil" not in letter.text + letter.html
    assert "http://meetings.example.org/sign-in/" in letter.text


def ask_after(app: Flask, email: str, later: timedelta) -> str:
    """What somebody reads who asks for a link some time later."""
    with clock.at(NOW + later):
        return ask(Browser(app), email).main.text


def links_mailed(app: Flask, email: str) -> list[str]:
    """The links in the mail to an address, in order."""
    build = app.extensions["message_builders"]["sign_in"]
    texts = [build(row.queued()).text for row in mail_to(email)]
    return [re.findall(r"/sign-in/\S+", text)[0] for text in texts]


def test_while_a_link_is_good_asking_again_sends_that_one_and_the_page_does_not_say(app: Flask) -> None:
    email = person_with("coordinator").email
    pages = [ask_after(app, email, timedelta(seconds=number)) for number in range(6)]
    assert len(set(pages)) == 1
    sent = links_mailed(app, email)
    assert (len(sent), len(set(sent))) == (2, 1)
    with clock.at(NOW + timedelta(minutes=16)):
        ask(Browser(app), email)
    assert len(mail_to(email)) == 3


def test_a_stranger_who_asks_all_day_leaves_staff_a_link_in_every_quarter_of_an_hour(app: Flask) -> None:
    email = person_with("coordinator").email
    for quarter in range(8):
        for number in range(6):
            ask_after(app, email, timedelta(minutes=16 * quarter, seconds=number))
        assert len(mail_to(email)) == 2 * (quarter + 1)


def test_a_browser_that_signed_in_before_does_not_share_the_mails_of_strangers(app: Flask) -> None:
    own = signed_in(app, "coordinator")
    email = person_with("coordinator").email
    own.send(own.get("/sign-out").form())
    before = len(mail_to(email))
    day = NOW + timedelta(days=1)
    for minute in range(0, 24 * 60, 16):
        with clock.at(day + timedelta(minutes=minute)):
            ask(Browser(app), email)
    used = len(mail_to(email))
    assert used - before == 40
    with clock.at(day + timedelta(hours=23, minutes=50)):
        ask(Browser(app), email)
        assert len(mail_to(email)) == used, "a stranger has used up the mails of the day"
        ask(own, email)
        assert len(mail_to(email)) == used + 1
        ask(own, "nobody@example.org")
    forged = Browser(app)
    forged.client.set_cookie("device", person_with("coordinator").public_id)
    with clock.at(day + timedelta(hours=23, minutes=51)):
        ask(forged, email)
        assert len(mail_to(email)) == used + 1


def test_strangers_cannot_use_up_the_links_of_staff(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINKS_IN_ALL", (timedelta(hours=1), 3))
    for number in range(5):
        ask(Browser(app), f"stranger{number}@example.org")
    assert db.session.scalar(select(func.count()).select_from(SignInLink)) == 3
    email = person_with("coordinator").email
    ask(Browser(app), email)
    assert len(mail_to(email)) == 1


def test_signing_in_leaves_the_family_of_this_browser_alone_and_the_other_way_round(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    browser.get("/en/?next=1")
    assert browser.get("/profile").heading == "My profile"


def test_a_flood_of_requests_for_many_people_does_not_touch_browsers_that_signed_in_before(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = signed_in(app, "coordinator")
    email = person_with("coordinator").email
    monkeypatch.setattr(limits, "LINKS_IN_ALL", (timedelta(hours=1), 1))
    with clock.at(NOW + timedelta(hours=2)):
        ask(Browser(app), person_with("administrator").email)
        before = len(mail_to(email))
        ask(Browser(app), email)
        assert len(mail_to(email)) == before, "strangers have used up what all of them may ask for"
        ask(own, email)
        assert len(mail_to(email)) == before + 1


def test_a_shared_computer_remembers_everybody_who_signed_in_with_it(app: Flask) -> None:
    browser = signed_in(app, "coordinator")
    browser.send(browser.get("/sign-out").form())
    open_link(browser, person_with("administrator"))
    (cookie,) = [one.value for one in [browser.client.get_cookie("device")] if one]
    with app.test_request_context():
        people = device.known(cookie)
    assert people == (person_with("administrator").public_id, person_with("coordinator").public_id)


def written(app: Flask, email: str, second: int) -> list[str]:
    """The tables that are written to when somebody asks for a link, in order."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if found := re.match(r"(?:INSERT INTO|UPDATE) (\w+)", statement):
            seen.append(found[1])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask_after(app, email, timedelta(seconds=second))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_asking_again_costs_the_same_for_an_address_that_nobody_has(app: Flask) -> None:
    email = person_with("coordinator").email
    for second in (0, 1):
        assert written(app, email, second) == written(app, "nobody@example.org", second)
