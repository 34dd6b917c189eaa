"""One submission is one registration, and no flood of forms reaches an address or loses a family."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from registration import clock
from registration.extensions import db
from registration.families.models import Registration
from registration.families.recount import differences
from registration.families.register import OtherAnswers
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage, State
from tests.conftest import NOW
from tests.pages import Browser
from tests.promises.crowd import all_at_once, registers

SLUG = "english-meeting"
REGISTER = f"/en/meetings/{SLUG}/register"
HOA = {"name": "Nguyễn Thị Hoa", "email": "hoa@example.org", "interpretation": "vi"}


def rows_and_messages() -> tuple[int, int]:
    """How many registrations and how many messages there are."""
    counts = [
        db.session.scalars(select(func.count()).select_from(table)).one() for table in (Registration, OutboxMessage)
    ]
    return counts[0], counts[1]


def test_fifty_identical_forms_at_once_make_one_registration_and_one_message(app: Flask) -> None:
    done = all_at_once(app, 50, lambda _: registers(SLUG, 7, submission="the-one-form").registration.id)
    assert len(set(done)) == 1
    assert rows_and_messages() == (1, 1)
    assert differences() == []


def test_fifty_presses_of_the_button_show_one_code(app: Flask) -> None:
    asking = Browser(app)
    last = asking.send(asking.get(REGISTER).form("submission_id"), **HOA).forms()[0]
    session = asking.client.get_cookie("session", domain="localhost")
    assert session is not None

    def press(_: int) -> str:
        pressing = Browser(app)
        pressing.client.set_cookie("session", session.value, domain="localhost")
        answer = pressing.raw("post", REGISTER, data=last.values)
        assert answer.status_code == 303
        return pressing.get(answer.headers["Location"]).root.one(class_="code").text

    assert len(set(all_at_once(app, 50, press))) == 1
    assert rows_and_messages() == (1, 1)


def test_the_same_form_with_other_answers_is_refused_at_once_and_in_a_crowd(app: Flask) -> None:
    def send(number: int) -> str:
        try:
            return str(registers(SLUG, number, submission="the-one-form").registration.id)
        except OtherAnswers:
            db.session.rollback()
            return "other"

    done = all_at_once(app, 20, send)
    assert done.count("other") == 19
    assert rows_and_messages() == (1, 1)
    assert differences() == []


def test_the_same_form_with_other_answers_keeps_them_and_offers_both_ways_on(browser: Browser) -> None:
    form = browser.send(browser.get(REGISTER).form("submission_id"), **HOA).forms()[0]
    browser.send(form)
    form.values["name"] = "Somebody Else"
    page = browser.send(form)
    assert page.status == 409
    to_change, to_register = page.forms()
    assert to_change.action.endswith("/registration/change")
    assert to_register.values["name"] == to_change.values["name"] == "Somebody Else"
    assert to_register.values["submission_id"] != form.values["submission_id"]
    assert db.session.scalars(select(Registration.name)).all() == [HOA["name"]]


def test_who_does_not_hold_the_registration_may_only_register_somebody_else(browser: Browser, app: Flask) -> None:
    form = browser.send(browser.get(REGISTER).form("submission_id"), **HOA).forms()[0]
    browser.send(form)
    stranger = Browser(app)
    other = stranger.get(REGISTER).form("submission_id").values["csrf_token"]
    form.values["csrf_token"], form.values["name"] = other, "Somebody Else"
    page = stranger.send(form)
    assert page.status == 409
    assert [one.action for one in page.forms() if "change" in one.action] == []
    assert HOA["name"] not in page.text
    done = stranger.send(stranger.send(page.form("submission_id")).forms()[0])
    assert done.status == 200
    assert rows_and_messages() == (2, 2)


def test_five_hundred_forms_with_one_address_send_three_mails_an_hour_and_lose_no_registration(app: Flask) -> None:
    victim = "somebody@example.org"
    all_at_once(app, 20, lambda one: [registers(SLUG, 25 * one + n, email=victim, adults=1) for n in range(25)])
    assert rows_and_messages() == (500, 500)
    assert db.session.scalars(select(func.count(Registration.code.distinct()))).one() == 500
    assert differences() == []
    for minutes in range(0, 30 * 60, 10):
        with clock.at(NOW + timedelta(minutes=minutes)):
            while deliver_batch(clock.now()):
                pass
    moments = db.session.scalars(select(OutboxMessage.sent_at).where(OutboxMessage.state == State.SENT)).all()
    assert_within_limits([moment for moment in moments if moment])
    # Ten in the first day, and ten more as the places of those come free.
    assert len(moments) == 20
    states = dict(db.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all())
    assert states == {State.SENT: 20, State.HELD: 480}


def assert_within_limits(moments: list[datetime]) -> None:
    """Look at every hour and day that begins with a mail."""
    for start in moments:
        assert sum(start <= moment < start + timedelta(hours=1) for moment in moments) <= 3
        assert sum(start <= moment < start + timedelta(days=1) for moment in moments) <= 10
