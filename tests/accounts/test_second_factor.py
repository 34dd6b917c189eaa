"""The second factor: codes once, recovery codes once, and where it must be."""

import hashlib
import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts import limits, people, second_factor
from registration.accounts.models import AuditEntry, Person, RecoveryCode
from registration.accounts.sealed import unseal
from registration.extensions import db
from tests.conftest import NOW, PRODUCTION
from tests.pages import Browser, Page
from tests.signing_in import open_link, person_with, signed_in

STEP = timedelta(seconds=30)


def code_at(person: Person, moment: object = NOW) -> str:
    """What the app of a person shows."""
    db.session.refresh(person)
    return pyotp.TOTP(str(second_factor.pending(person) or unseal(person.totp_secret))).at(moment)  # type: ignore[arg-type]


def start(browser: Browser) -> Page:
    """Press the button that makes the secret."""
    page = browser.get("/profile/second-factor")
    return browser.send(next(form for form in page.forms() if form.action.endswith("/second-factor")))


def set_up(browser: Browser, person: Person) -> list[str]:
    """Set the second factor up by the pages; gives the recovery codes."""
    page = start(browser)
    assert browser.raw("get", "/profile/second-factor/picture.svg").mimetype == "image/svg+xml"
    page = browser.send(page.form("code"), code=code_at(person))
    assert page.heading == "Your recovery codes"
    return [one.text for one in page.root.one("main").all("code")]


@pytest.fixture
def person(app: Flask) -> Person:
    """A coordinator."""
    return person_with("coordinator")


@pytest.fixture
def codes(app: Flask, person: Person) -> list[str]:
    """Her recovery codes; the second factor is set up, and a minute has gone by for whoever asks."""
    return set_up(signed_in(app, "coordinator"), person)


def enter(browser: Browser, person: Person, code: str) -> Page:
    """Open a link, then give a code."""
    open_link(browser, person)
    return browser.send(browser.get("/sign-in/second-factor").form("code"), code=code)


def is_in(browser: Browser) -> bool:
    """Whether somebody is signed in there."""
    return browser.get("/profile").heading == "My profile"


def test_ten_recovery_codes_are_shown_once_and_kept_as_hashes(app: Flask, person: Person, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){3}", code) for code in codes)
    kept = repr([tuple(row) for row in db.session.execute(select(RecoveryCode.__table__))])
    assert not [code for code in codes if code in kept]


def test_after_the_link_nothing_opens_before_the_code(app: Flask, person: Person, codes: list[str]) -> None:
    browser = open_link(Browser(app), person)
    assert browser.get("/profile").heading == "Your code"
    assert browser.get("/staff/mail/").heading == "Your code"
    assert browser.get("/profile/second-factor/settings").heading == "Your code"
    with clock.at(NOW + 2 * STEP):
        browser.send(browser.get("/sign-in/second-factor").form("code"), code=code_at(person, clock.now()))
        assert is_in(browser)


def test_a_code_is_taken_once(app: Flask, person: Person, codes: list[str]) -> None:
    with clock.at(NOW + 2 * STEP):
        code = code_at(person, clock.now())
        first, second = Browser(app), Browser(app)
        enter(first, person, code)
        assert is_in(first)
        page = enter(second, person, code)
        assert page.status == 422
        assert "was used before" in page.text
        assert not is_in(second)


def test_the_code_that_set_it_up_is_used_up(app: Flask, person: Person, codes: list[str]) -> None:
    assert enter(Browser(app), person, code_at(person)).status == 422


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(app: Flask, person: Person, codes: list[str], steps: int, good: bool) -> None:
    with clock.at(NOW + timedelta(minutes=10)):
        browser = Browser(app)
        enter(browser, person, code_at(person, clock.now() + steps * STEP))
        assert is_in(browser) is good


def test_digits_of_any_script_and_spaces_are_read(app: Flask, person: Person, codes: list[str]) -> None:
    with clock.at(NOW + 2 * STEP):
        code = code_at(person, clock.now())
        browser = Browser(app)
        enter(browser, person, " ".join(chr(0x0660 + int(digit)) for digit in code))
        assert is_in(browser)


def test_a_recovery_code_is_taken_once_however_it_is_typed(app: Flask, person: Person, codes: list[str]) -> None:
    first, second = Browser(app), Browser(app)
    enter(first, person, codes[3].lower().replace("-", " "))
    assert is_in(first)
    assert "9 recovery codes are left" in first.get("/profile").text
    assert enter(second, person, codes[3]).status == 422
    enter(second, person, codes[4])
    assert is_in(second)


def test_the_recovery_code_of_somebody_else_is_wrong(app: Flask, person: Person, codes: list[str]) -> None:
    other = person_with("greeter")
    set_up(signed_in(app, "greeter"), other)
    assert enter(Browser(app), other, codes[0]).status == 422


def test_five_wrong_codes_are_enough_for_a_quarter_of_an_hour(app: Flask, person: Person, codes: list[str]) -> None:
    browser = Browser(app)
    for _ in range(limits.CODES[1]):
        assert "not right" in enter(browser, person, "000000").text
    page = enter(browser, person, codes[0])
    assert "too many wrong codes" in page.text
    with clock.at(NOW + limits.CODES[0]):
        enter(browser, person, codes[0])
        assert is_in(browser)


def test_an_old_form_asks_for_the_code_again_and_counts_nothing(app: Flask, person: Person, codes: list[str]) -> None:
    browser = open_link(Browser(app), person)
    form = browser.get("/sign-in/second-factor").form("code").fill(code=codes[0])
    form.values["csrf_token"] = "old"
    page = browser.post(form.action, form.values)
    assert page.status == 422
    browser.send(page.form("code"), code=codes[0])
    assert is_in(browser)


def test_new_recovery_codes_end_the_old_ones(app: Flask, person: Person, codes: list[str]) -> None:
    browser = Browser(app)
    enter(browser, person, codes[0])
    page = browser.send(browser.get("/profile/second-factor/settings").form("code"), code=codes[1])
    fresh = [one.text for one in page.root.one("main").all("code")]
    assert len(set(fresh) | set(codes)) == 20
    assert enter(Browser(app), person, codes[2]).status == 422
    other = Browser(app)
    enter(other, person, fresh[0])
    assert is_in(other)


def test_the_old_phone_stays_good_until_a_code_of_the_new_one_was_given(
    app: Flask, person: Person, codes: list[str]
) -> None:
    browser = Browser(app)
    enter(browser, person, codes[0])
    elsewhere, half_open = Browser(app), open_link(Browser(app), person)
    enter(elsewhere, person, codes[1])
    before = person.totp_secret
    form = browser.get("/profile/second-factor/settings").form("code")
    for code, begun in (("000000", False), (codes[2], True)):
        form.values["do"] = "phone"
        form.values["code"] = code
        browser.post(form.action, form.values)
        db.session.refresh(person)
        assert (person.totp_pending is not None) is begun
    assert (person.second_factor, person.totp_secret) == (True, before)
    for address in ("/profile/second-factor", "/profile/second-factor/picture.svg"):
        refused = half_open.raw("get", address)
        assert refused.status_code in (303, 404), "the link alone replaces no app"
    third = Browser(app)
    enter(third, person, codes[3])
    assert is_in(third)
    for address in ("/profile/second-factor", "/profile/second-factor/picture.svg"):
        refused = third.raw("get", address)
        assert refused.status_code in (303, 404), "nor does a session in which no code of the old app was given for it"
    with clock.at(NOW + timedelta(minutes=16)):
        assert browser.raw("get", "/profile/second-factor").status_code == 303, "nor one in which that was long ago"
    fresh = browser.send(browser.get("/profile/second-factor").form("code"), code=code_at(person))
    assert fresh.status == 200
    db.session.refresh(person)
    assert (person.totp_pending, person.totp_secret == before) == (None, False)
    assert is_in(browser)
    for other in (elsewhere, half_open, third):
        assert not is_in(other)


def test_a_secret_is_shown_until_it_is_confirmed_and_never_after(app: Flask, person: Person) -> None:
    browser = signed_in(app, "coordinator")
    page = start(browser)
    secret = str(second_factor.pending(person_with("coordinator")))
    assert secret[:4] in page.text
    page = browser.send(page.form("code"), code="000000")
    assert page.status == 422
    browser.send(page.form("code"), code=code_at(person))
    assert browser.raw("get", "/profile/second-factor/picture.svg").status_code == 404
    assert secret not in browser.get("/profile/second-factor").text.replace(" ", "")


def test_a_lost_second_factor_is_reset_by_an_administrator_and_ends_sessions(
    app: Flask, person: Person, codes: list[str]
) -> None:
    browser = Browser(app)
    enter(browser, person, codes[0])
    people.reset_second_factor(person, person_with("administrator"))
    db.session.commit()
    assert browser.get("/profile").heading == "Sign in"
    assert is_in(open_link(Browser(app), person))


class TestWhereItIsRequired:
    """Staff may go nowhere without it."""

    @pytest.fixture
    def app_settings(self) -> dict[str, object]:
        return {"REQUIRE_SECOND_FACTOR": True}

    @pytest.mark.parametrize("role", ["administrator", "coordinator", "greeter"])
    def test_staff_set_it_up_first(self, app: Flask, role: str) -> None:
        browser = signed_in(app, role)
        assert browser.get("/profile").heading == "The second step"
        assert browser.get("/staff/people/").heading == "The second step"
        set_up(browser, person_with(role))
        assert is_in(browser)

    def test_interpreters_may_go_without(self, app: Flask) -> None:
        assert is_in(signed_in(app, "interpreter"))


class TestInProduction:
    """It is required where it is https, unless a setting says otherwise."""

    @pytest.fixture(params=[(None, "The second step"), (False, "My profile")])
    def case(self, request: pytest.FixtureRequest) -> tuple[bool | None, str]:
        found: tuple[bool | None, str] = request.param
        return found

    @pytest.fixture
    def app_settings(self, case: tuple[bool | None, str]) -> dict[str, object]:
        return PRODUCTION | {"REQUIRE_SECOND_FACTOR": case[0]}

    def test_staff_set_it_up_unless_the_setting_says_otherwise(self, app: Flask, case: tuple[bool | None, str]) -> None:
        browser = Browser(app)
        opened = browser.client.open
        browser.client.open = lambda *a, **k: opened(*a, base_url="https://localhost", **k)  # type: ignore[method-assign]
        open_link(browser, person_with("coordinator"))
        assert browser.get("/profile").heading == case[1]


def test_new_recovery_codes_end_all_other_sessions(app: Flask, person: Person, codes: list[str]) -> None:
    browser, elsewhere = Browser(app), Browser(app)
    enter(browser, person, codes[0])
    enter(elsewhere, person, codes[1])
    browser.send(browser.get("/profile/second-factor/settings").form("code"), code=codes[2])
    assert is_in(browser)
    assert not is_in(elsewhere)


def test_the_secret_of_an_app_and_recovery_codes_cannot_be_read_from_the_database(
    app: Flask, person: Person, codes: list[str]
) -> None:
    db.session.refresh(person)
    secret = unseal(person.totp_secret)
    assert secret is not None
    assert secret not in str(person.totp_secret)
    quick = {hashlib.sha256(f"{person.public_id}{code.replace('-', '')}".encode()).hexdigest() for code in codes}
    assert not quick & set(db.session.scalars(select(RecoveryCode.code_hash)))


def test_a_change_of_key_keeps_the_second_factor_and_a_lost_key_leaves_recovery_codes(
    app: Flask, person: Person, codes: list[str]
) -> None:
    before = dict(app.config)
    try:
        app.config |= {"SECRET_KEY": "the next key", "SECRET_KEY_FALLBACKS": [before["SECRET_KEY"]]}
        assert unseal(person.totp_secret) is not None
        app.config["SECRET_KEY_FALLBACKS"] = []
        assert unseal(person.totp_secret) is None
        second_factor.check(person, codes[0], NOW)
    finally:
        app.config.update(before)


def test_what_was_refused_stands_in_the_record_once_in_ten_minutes_without_what_was_tried(
    app: Flask, person: Person, codes: list[str]
) -> None:
    for _ in range(4):
        assert enter(Browser(app), person, "999999").status == 422
        assert Browser(app).get("/sign-in/forged-token").status == 410
    greeter = signed_in(app, "greeter")
    for _ in range(4):
        assert greeter.get("/staff/settings/").status == 403
    refused = AuditEntry.action.in_(("code_refused", "link_refused", "page_refused"))
    rows = db.session.scalars(select(AuditEntry).where(refused).order_by(AuditEntry.id)).all()
    assert sorted((row.action, row.object_id) for row in rows) == [
        ("code_refused", person.id),
        ("link_refused", None),
        ("page_refused", person_with("greeter").id),
    ]
    assert {str(row.facts) for row in rows} == {"{}"}
    with clock.at(NOW + timedelta(minutes=11)):
        Browser(app).get("/sign-in/forged-token")
    assert len(db.session.scalars(select(AuditEntry).where(refused)).all()) == 4
