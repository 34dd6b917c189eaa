"""Pages of families about reminders: GET and HEAD change nothing, a button says yes, one click ends reminders."""

import pytest
from flask import Flask

from registration import clock, links
from registration.extensions import db
from registration.families import holder
from registration.families.models import Demand, Registration
from registration.families.recount import differences
from registration.mail.models import State
from tests.families.steps import register, the_only
from tests.pages import Browser
from tests.reminders.cast import asked_at, enter, held, messages, queue_all, runs, that_morning


def own(registration: Registration) -> str:
    """The address that the mail's question leads to."""
    token = links.token(links.Purpose.REGISTRATION, registration.public_id, registration.link_version)
    return f"/en/r/{token}/coming"


def stop(registration: Registration) -> str:
    """The address that ends reminders."""
    return f"/en/unsubscribe/{holder.address_token(links.Purpose.UNSUBSCRIBE, registration)}"


def now(registration_id: int) -> Registration:
    """The row as it is."""
    db.session.rollback()
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def test_the_link_of_the_mail_leads_to_three_answers_and_gives_none(app: Flask, browser: Browser) -> None:
    family = enter()
    for method in ("get", "head"):
        browser.raw(method, own(family))
        browser.raw(method, "/en/registration/coming")
    assert now(family.id).still_coming_at is None
    assert held().said_yes == 0
    page = browser.get(own(family))
    assert page.root.one("h1").text == "Are you still coming?"
    assert [link.text for link in page.root.one("main").all("a")] == [
        "Change my answers", "I cannot come", "See my registration",
    ]  # fmt: skip


def test_yes_is_a_button_and_is_counted_once(app: Flask, browser: Browser) -> None:
    family = enter(spoken=("so",))
    page = browser.get(own(family))
    for _ in range(2):
        done = browser.send(page.form("registration"))
        assert done.root.one("h1").text == "Thank you for telling us"
    assert held().said_yes == 1
    assert db.session.get_one(Demand, (held().id, "so", "spoken")).said_yes == 1
    assert differences() == []


def test_who_withdraws_after_a_yes_is_counted_no_more(app: Flask, browser: Browser) -> None:
    family = enter(spoken=("so",))
    browser.send(browser.get(own(family)).form("registration"))
    browser.send(browser.get("/en/registration/withdraw").form("registration"))
    assert held().said_yes == 0
    assert now(family.id).still_coming_at is None
    assert differences() == []
    assert browser.get(own(family)).root.one("h1").text == "You are not coming"


def test_no_answer_is_not_a_no(app: Flask) -> None:
    family = enter()
    queue_all(asked_at())
    with clock.at(held().starts_at):
        assert now(family.id).status == "registered"
        assert held().said_yes == 0


def test_the_registration_page_asks_too_once_the_family_was_asked(app: Flask, browser: Browser) -> None:
    register(browser)
    assert "Are you still coming?" not in browser.get("/en/registration/").text
    queue_all(asked_at())
    with clock.at(asked_at()):
        page = browser.get("/en/registration/")
        assert "Are you still coming?" in page.text
        browser.send(page.form("registration"))
        assert "Are you still coming?" not in browser.get("/en/registration/").text
    assert the_only().still_coming_at == asked_at()


def test_a_waiting_family_is_not_asked_and_cannot_say_yes(app: Flask, browser: Browser) -> None:
    meeting = held()
    meeting.capacity = 0
    db.session.commit()
    family = enter()
    assert browser.get(own(family)).root.one("h1").text == "You are on the waiting list"
    assert held().said_yes == 0


def test_a_form_of_another_family_says_nothing_for_this_one(app: Flask, browser: Browser) -> None:
    one, other = enter(1), enter(2)
    form = browser.get(own(one)).form("registration")
    browser.get(own(other))
    assert browser.raw("post", form.action, data=form.values).status_code == 409
    assert held().said_yes == 0


def test_a_link_that_was_replaced_asks_nobody(app: Flask, browser: Browser) -> None:
    family = enter()
    address = own(family)
    family.link_version += 1
    db.session.commit()
    assert browser.raw("get", address).status_code == 410


def test_the_question_box_opens_from_the_mail(app: Flask, browser: Browser) -> None:
    family = enter()
    answer = browser.raw("get", own(family).replace("/coming", "/question"))
    assert answer.headers["Location"].endswith("/en/registration/change#question")
    assert browser.get("/en/registration/change").root.all(id="question")


def test_opening_the_link_that_stops_reminders_stops_nothing(app: Flask, browser: Browser) -> None:
    family = enter()
    for method in ("get", "head"):
        assert browser.raw(method, stop(family)).status_code == 200
    assert now(family.id).unsubscribed_at is None


def test_one_click_needs_no_cookie_and_no_token_of_a_form(app: Flask, browser: Browser) -> None:
    family = enter()
    answer = browser.raw("post", stop(family), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert now(family.id).unsubscribed_at is not None


@pytest.mark.parametrize("sent", [{}, {"List-Unsubscribe": "no"}])
def test_any_other_post_stops_nothing(app: Flask, browser: Browser, sent: dict[str, str]) -> None:
    family = enter()
    assert browser.raw("post", stop(family), data=sent).status_code == 422
    assert now(family.id).unsubscribed_at is None


def test_a_forged_link_stops_nothing(app: Flask, browser: Browser) -> None:
    family = enter()
    other = links.token(links.Purpose.REGISTRATION, family.public_id, 0)
    for token in (other, "nonsense", stop(family).rsplit("/", 1)[1] + "x"):
        answer = browser.raw("post", f"/en/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 404
    assert now(family.id).unsubscribed_at is None


def test_it_can_be_taken_back_and_answers_still_come(app: Flask, browser: Browser) -> None:
    family, other = enter(1), enter(2)
    done = browser.send(browser.get(stop(family)).form("List-Unsubscribe"))
    assert done.root.one("h1").text == "You get no more reminders"
    queue_all(asked_at())
    assert [row.subject_id for row in messages("still_coming")] == [other.id]
    assert [row.state for row in messages("confirmation")] == [State.QUEUED, State.QUEUED]
    assert browser.send(done.form("csrf_token")).root.one("h1").text == "You get reminders again"
    queue_all(that_morning())
    assert sorted(row.subject_id for row in messages("same_day")) == [family.id, other.id]
    assert runs()[0].skipped == 1
