"""Secret links: open, revoke, rotate; lost ones; "this is not me"."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from registration import clock, create_app, links
from registration.extensions import db
from registration.families import holder
from registration.families.models import Registration
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage
from tests.conftest import NOW, settings
from tests.families.steps import messages, register, the_only
from tests.pages import Browser, Page

Others = Callable[[], Browser]


def link_on(page: Page) -> str:
    """The secret link that a page shows."""
    return page.root.one(class_="secret").get("href")


def test_a_link_opens_the_registration_and_leaves_no_token_in_the_address(
    browser: Browser, another_browser: Others
) -> None:
    link = link_on(register(browser))
    other = another_browser()
    answer = other.raw("get", link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/registration/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert the_only().code in other.get("/en/registration/").main.text.replace(" ", "")


def test_a_link_works_again_and_again_and_looking_changes_nothing(browser: Browser, another_browser: Others) -> None:
    link = link_on(register(browser))
    before = vars(the_only()).copy()
    for method in ("get", "head", "get"):
        assert another_browser().raw(method, link).status_code == 303
    after = vars(the_only()).copy()
    before.pop("_sa_instance_state"), after.pop("_sa_instance_state")
    assert before == after


def test_a_revoked_link_is_gone_and_a_forged_one_was_never_there(browser: Browser) -> None:
    link = link_on(register(browser))
    found = the_only()
    found.link_version += 1
    db.session.commit()
    assert browser.get(link).status == 410
    assert browser.get("/en/registration/").status == 403, "the cookie of a revoked link opens nothing"
    signed, signature = link.rsplit("~", 1)
    # The first letter: some bits of the last one mean nothing, so another letter there may be the same signature.
    other = f"{signed}~{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for forged in (other, signed, "/en/r/x", "/en/r/~1~"):
        assert browser.raw("get", forged).status_code == 404


def test_a_token_for_one_purpose_opens_no_other(browser: Browser) -> None:
    register(browser)
    found = the_only()
    own = links.token(links.Purpose.REGISTRATION, found.public_id, 1)
    not_me = holder.address_token(links.Purpose.NOT_ME, found)
    assert browser.raw("get", f"/en/not-me/{own}").status_code == 404
    assert browser.raw("get", f"/en/r/{not_me}").status_code == 404
    assert browser.raw("get", f"/en/not-me/{not_me}").status_code == 200


def test_after_a_change_of_key_old_links_and_cookies_work_and_new_links_carry_the_new_key(
    browser: Browser, database_uri: str, tmp_path: Path
) -> None:
    link = link_on(register(browser))
    keys = {"SECRET_KEY": "the next key", "SECRET_KEY_FALLBACKS": ["a key of the tests"]}
    rotated = create_app(settings(database_uri) | keys, instance_path=str(tmp_path / "rotated"))
    later = Browser(rotated)
    assert later.raw("get", link).status_code == 303
    new = link_on(later.get("/en/registration/"))
    assert new != link
    forgotten = create_app(settings(database_uri) | {"SECRET_KEY": "the next key"}, instance_path=str(tmp_path / "f"))
    assert Browser(forgotten).raw("get", link).status_code == 404
    assert Browser(forgotten).raw("get", new).status_code == 303
    for app in (rotated, forgotten):
        with app.app_context():
            db.engine.dispose()


def test_a_forged_host_never_appears_in_a_link(app: Flask) -> None:
    forging = Browser(app, Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
    page = register(forging)
    assert link_on(page).startswith("http://meetings.example.org/")
    assert "evil.example" not in page.root.text
    assert forging.last is not None
    assert "evil.example" not in forging.last.text + str(forging.last.headers)
    deliver_batch(NOW)
    (mail,) = (Path(app.instance_path) / "mail").iterdir()
    assert "evil" not in mail.read_text()
    picture = forging.raw("get", "/en/registration/calendar.ics")
    assert "evil" not in picture.text


@pytest.mark.parametrize(
    "contact", ["ada@example.org", "ADA@EXAMPLE.ORG", "(303) 555 0148", "wrong@example.org", "303 555 0199"]
)
@pytest.mark.parametrize("code", ["right", "ZZZZZZ"])
def test_who_lost_its_link_is_answered_alike_whether_it_is_known_or_not(
    browser: Browser, another_browser: Others, contact: str, code: str
) -> None:
    register(browser, phone="303 555 0148")
    code = the_only().code.lower() if code == "right" else code
    asking = another_browser()
    page = asking.send(asking.get("/en/lost-link").form("code"), code=f" {code[:3]} {code[3:]}", contact=contact)
    assert (page.status, page.heading) == (200, "Thank you")
    assert contact not in page.text
    known = contact not in ("wrong@example.org", "303 555 0199") and code != "ZZZZZZ"
    asked = select(OutboxMessage).where(OutboxMessage.message == "link", OutboxMessage.subject_id == the_only().id)
    assert (db.session.scalars(asked).first() is not None) is known


def test_asking_for_a_link_often_sends_one_a_minute_and_three_an_hour(browser: Browser) -> None:
    register(browser)
    form = browser.get("/en/lost-link").form("code").fill(code=the_only().code, contact="ada@example.org")
    for minute in (0, 0, 1, 2, 3):
        with clock.at(NOW + timedelta(minutes=minute)):
            browser.send(form)
    assert [state for message, state in messages() if message == "link"] == ["queued", "queued", "held", "held"]


def test_a_lost_link_without_code_or_contact_is_asked_for_in_words(browser: Browser) -> None:
    page = browser.send(browser.get("/en/lost-link").form("code"), code="12", contact="")
    assert page.status == 422
    assert {link.get("href") for link in page.root.one(class_="errors").all("a")} == {"#code", "#contact"}


def test_this_is_not_me_needs_a_press_and_then_stops_all_mail(browser: Browser, another_browser: Others) -> None:
    register(browser)
    found = the_only()
    address = f"/en/not-me/{holder.address_token(links.Purpose.NOT_ME, found)}"
    owner = another_browser()
    for method in ("head", "get"):
        assert owner.raw(method, address).status_code == 200
    owner.raw("post", address)
    assert the_only().not_me_at is None, "a POST without a token of the page does nothing"
    page = owner.send(owner.get(address).form())
    assert page.heading == "Thank you for telling us"
    assert "Ada" not in page.text
    assert the_only().not_me_at == NOW
    assert deliver_batch(NOW) == 1
    assert messages() == [("confirmation", "superseded")]
    assert browser.get("/en/registration/").status == 403, "whoever registered is shut out"
    assert db.session.scalars(select(Registration.status)).all() == ["registered"], "staff decide about the seats"


def test_not_me_with_a_forged_token_is_a_page_that_is_not_there(browser: Browser) -> None:
    register(browser)
    assert browser.get("/en/not-me/forged").status == 404
    assert browser.raw("post", "/en/not-me/forged").status_code in (400, 404)


def mailed_links(app: Flask, word: str = "/r/") -> list[str]:
    """The links of one kind in the mail sent so far, the oldest first, as paths."""
    deliver_batch(clock.now())
    folder = Path(app.instance_path) / "mail"
    mails = sorted(folder.glob("*.eml"), key=lambda path: int(path.stem.rpartition("-")[2]))
    texts = [message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)) for path in mails]
    found = [re.findall(rf"http://meetings\.example\.org(/\w+{word}\S+)", text.get_content()) for text in texts if text]
    return [some[0] for some in found if some]


def correct(browser: Browser, **typed: object) -> Page:
    """The family changes its answers."""
    return browser.send(browser.get("/en/registration/change").form("registration"), **typed)


def test_whoever_got_the_mail_of_a_mistyped_address_sees_nothing_once_it_is_corrected(
    app: Flask, browser: Browser, another_browser: Others
) -> None:
    register(browser, email="stranger@example.org")
    (theirs,) = mailed_links(app)
    (not_me,) = mailed_links(app, "/not-me/")
    stranger = another_browser()
    stranger.get(theirs)
    assert correct(browser, email="ada@example.org").status == 200
    assert "Ada" in browser.get("/en/registration/").main.text, "the family's own browser goes on"
    for opened in (another_browser().get(theirs), stranger.get("/en/registration/")):
        assert opened.status in (403, 410)
        assert "Ada" not in opened.text
        assert opened.main.one(class_="primary").get("href") == "/en/lost-link"
    refused = stranger.raw("post", "/en/registration/withdraw", data={"registration": the_only().public_id})
    assert refused.status_code == 403
    page = another_browser().get(not_me)
    assert (page.status, page.heading) == (410, "Thank you for telling us")
    assert the_only().not_me_at is None
    newest = mailed_links(app)[-1]
    assert "Ada" in another_browser().get(newest).main.text, "the new address got a link that works"


def test_another_phone_number_revokes_the_link_and_other_answers_do_not(browser: Browser, app: Flask) -> None:
    register(browser, phone="303 555 0148")
    correct(browser, name="Ada Byron", adults=2)
    assert the_only().link_version == 1
    correct(browser, phone="303 555 0199")
    assert the_only().link_version == 2
    assert browser.get("/en/registration/").status == 200
    assert browser.get(mailed_links(app)[-1]).status == 200


def test_this_is_not_me_shuts_out_whoever_registered(browser: Browser, another_browser: Others, app: Flask) -> None:
    register(browser)
    (link,) = mailed_links(app)
    # The attacker makes new links of every kind before the victim reads the first mail.
    correct(browser, phone="303 555 0199")
    (not_me, *_) = mailed_links(app, "/not-me/")
    owner = another_browser()
    owner.send(owner.get(not_me).form())
    assert the_only().not_me_at is not None
    assert browser.get("/en/registration/").status == 403
    assert another_browser().get(link).status == 410


def test_reminders_are_ended_by_the_address_that_gets_them_and_by_no_former_one(
    browser: Browser, another_browser: Others
) -> None:
    register(browser, email="stranger@example.org")
    before = holder.address_token(links.Purpose.UNSUBSCRIBE, the_only())
    correct(browser, email="ada@example.org")
    after = holder.address_token(links.Purpose.UNSUBSCRIBE, the_only())
    for token, status in ((before, 404), (after, 200)):
        answer = another_browser().raw("post", f"/en/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == status
        assert (the_only().unsubscribed_at is not None) is (status == 200)


def test_guessing_a_code_for_one_contact_ends_after_ten_tries_an_hour(browser: Browser) -> None:
    register(browser, phone="303 555 0148")
    form = browser.get("/en/lost-link").form("code")
    for number in range(10):
        browser.send(form, code=f"ZZZZZ{2 + number % 8}", contact="+1 303-555-0148")
    page = browser.send(form, code=the_only().code, contact="(303) 555 0148")
    assert (page.status, page.heading) == (200, "Thank you"), "the answer does not tell"
    assert ("link", "call") not in messages()
    browser.send(form, code=the_only().code, contact="ada@example.org")
    assert ("link", "queued") in messages(), "another contact has its own tries"
    with clock.at(NOW + timedelta(hours=1, minutes=1)):
        browser.send(form, code=the_only().code, contact="(303) 555 0148")
        assert [message for message, _ in messages()].count("link") == 12


@pytest.mark.parametrize("contact", ["ada@example.org", "nobody@example.org"])
def test_asking_for_a_lost_link_costs_the_same_whether_it_fits_or_not(browser: Browser, contact: str) -> None:
    register(browser)
    form = browser.get("/en/lost-link").form("code").fill(code=the_only().code, contact=contact)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        browser.send(form)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in written if "INSERT INTO sign_in_attempt" in one]) == 1
    assert any("INSERT INTO outbox" in one for one in written)
