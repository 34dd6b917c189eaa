"""The outbox on screen: found by meeting, state, kind, language and day, and decided about by hand."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families.models import Registration
from registration.mail import BUILDERS, allowance
from registration.mail.deliver import Delivery, deliver_batch
from registration.mail.models import AddressAllowance, OutboxMessage, State
from registration.staff.mail import kinds, outbox
from registration.staff.mail.outbox import PAGE, Wanted
from registration.staff.mail.reasons import reason
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.mail.carriers import Recording
from tests.pages import Browser
from tests.signing_in import person_with, signed_in
from tests.staff.messages import LOCALES, NAME, REFUSED, click, listed, many, message, registered, statements


@pytest.fixture
def family(app: Flask) -> Registration:
    """A family that reads Spanish and whose confirmation waits."""
    return registered(Browser(app))


@pytest.fixture
def staff(app: Flask, family: Registration) -> Browser:
    """A coordinator who reads English; the mail with which they signed in is not looked at."""
    browser = signed_in(app, "coordinator")
    for row in db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_kind != "registration")):
        db.session.delete(row)
    db.session.commit()
    return browser


def audited() -> list[tuple[str, dict[str, Any]]]:
    """What the record says of messages."""
    query = select(AuditEntry).where(AuditEntry.action.like("mail%")).order_by(AuditEntry.id)
    return [(one.action, one.facts) for one in db.session.scalars(query)]


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_shown_in_the_list_and_on_its_page_in_every_language(
    app: Flask, staff: Browser, state: State
) -> None:
    row = message(state=state.value, last_error=REFUSED)
    for locale in LOCALES:
        browser = signed_in(app, "coordinator", locale=locale)
        page = browser.get(f"/staff/mail/?state={state}")
        assert page.html.get("lang") == locale
        assert listed(page) == [f"/staff/mail/{row.id}/"]
        assert NAME in page.text
        assert "User unknown" in page.text
        page = browser.get(f"/staff/mail/{row.id}/")
        assert (page.status, page.html.get("lang")) == (200, locale)
        assert NAME in page.text
        assert "User unknown" in page.text


def test_states_are_said_as_on_other_pages(staff: Browser) -> None:
    for state in State:
        message(state=state.value)
        chips = [one.text for one in staff.get("/staff/mail/").main.all("table")[-1].all(class_="chip")]
        assert chips == [kinds.states()[state]]


def test_every_message_that_is_written_has_a_name(app: Flask) -> None:
    assert set(app.extensions[BUILDERS]) <= set(kinds.names())


FILTERS = [
    ("meeting={mine}", True),
    ("meeting={other}", False),
    ("state=queued", True),
    ("state=sent", False),
    ("message=confirmation", True),
    ("message=withdrawn", False),
    ("language=es", True),
    ("language=vi", False),
    ("day=2027-03-30", True),
    ("day=2027-03-31", False),
    ("meeting={mine}&state=queued&message=confirmation&language=es&day=2027-03-30", True),
    ("meeting={mine}&state=queued&message=confirmation&language=vi&day=2027-03-30", False),
    ("meeting=x&state=x&message=<b>&language=xx&day=tomorrow&from=x", True),
    ("meeting=999999999", False),
    ("day=9999-12-31&from=o99999999999999999.999999999999999", True),
    ("day=0001-01-01", True),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS)
def test_the_list_is_narrowed_by_what_the_address_says(
    staff: Browser, family: Registration, asked: str, found: bool
) -> None:
    other = meeting("spanish-meeting").id
    page = staff.get("/staff/mail/?" + asked.format(mine=family.meeting_id, other=other))
    assert page.status == 200
    assert bool(listed(page)) is found


def test_paging_shows_each_message_once_and_leads_back(staff: Browser, family: Registration) -> None:
    many(family, 2 * PAGE + 10)
    page = staff.get("/staff/mail/?state=sent")
    seen = [listed(page)]
    while any(one.get("rel") == "next" for one in page.root.all("a")):
        page = staff.get(page.link("Older"))
        seen.append(listed(page))
    assert [len(one) for one in seen] == [PAGE, PAGE, 10]
    assert len({one for some in seen for one in some}) == 2 * PAGE + 10
    page = staff.get(page.link("Newer"))
    assert listed(page) == seen[1]
    page = staff.get(page.link("Newer"))
    assert listed(page) == seen[0]
    assert not [one for one in page.root.all("a") if one.get("rel") == "prev"]


@pytest.mark.parametrize("wanted", [Wanted(state=State.SENT), Wanted(), Wanted(language="es"), Wanted(meeting=1)])
def test_messages_of_one_moment_are_all_found_once(family: Registration, wanted: Wanted) -> None:
    wanted = Wanted(family.meeting_id if wanted.meeting else None, wanted.state, "", wanted.language)
    many(family, 3 * PAGE, send_at=NOW)
    seen: list[int] = []
    found = outbox.find(wanted)
    seen += [entry.message.id for entry in found.entries]
    while found.older is not None:
        found = outbox.find(wanted, found.older)
        seen += [entry.message.id for entry in found.entries]
    assert len(seen) == len(set(seen))
    assert len(seen) == 3 * PAGE + (0 if wanted.state else 1)


def test_a_window_that_ends_early_says_so_and_the_next_page_goes_on(
    monkeypatch: pytest.MonkeyPatch, staff: Browser, family: Registration
) -> None:
    monkeypatch.setattr(outbox, "WINDOW", 20)
    many(family, 50)
    many(family, 1, State.SUPERSEDED, message="withdrawn", send_at=NOW - timedelta(days=1))
    page, pages = staff.get("/staff/mail/?message=withdrawn"), 1
    while not listed(page):
        assert "There may be more further on." in page.text
        page, pages = staff.get(page.link("Older")), pages + 1
    assert len(listed(page)) == 1
    assert pages == 3


@pytest.mark.parametrize("where", ["/staff/mail/", "/staff/mail/?state=sent&language=vi&message=changed"])
def test_a_page_asks_as_much_of_a_large_outbox_as_of_a_small_one(
    staff: Browser, family: Registration, where: str
) -> None:
    many(family, 200)
    staff.get(where)
    small = statements(staff, where)
    many(family, 19_800)
    assert statements(staff, where) == small
    assert small <= 20


def test_open_messages_are_counted_by_meeting_and_what_was_sent_is_not(staff: Browser, family: Registration) -> None:
    many(family, 3, State.FAILED)
    many(family, 2, State.HELD)
    many(family, 1200, State.CALL)
    many(family, 5, send_at=NOW - timedelta(hours=1))
    many(family, 7, send_at=NOW - timedelta(days=3))
    (line,) = staff.get("/staff/mail/").main.all("table")[0].one("tbody").all("tr")
    assert [cell.text for cell in line.all("td")][:3] == ["3", "2", "1,000+"]
    assert line.one("progress").get("value") == "5"
    assert line.one("progress").get("max") == "6"


def test_a_failed_message_is_sent_again(app: Flask, staff: Browser) -> None:
    row = message(state="failed", last_error=REFUSED, attempts=7)
    page = click(staff, staff.get(f"/staff/mail/{row.id}/"), "Send again")
    assert "1 message will be sent again." in page.text
    assert (message().state, message().attempts, message().last_error) == ("queued", 0, None)
    assert audited() == [("mail_retried", {"message": "confirmation", "from": "failed"})]
    assert "Sent again by hand" in page.text
    carrier = Recording()
    Delivery(app, by=carrier).batch(NOW)
    assert len(carrier.sent) == 1


@pytest.mark.parametrize(
    "why",
    [{"email": None, "phone": "+13035550148"}, {"contact_language": "so", "phone": "+13035550148"}],
    ids=["no address", "a language we do not write"],
)
def test_a_failed_message_of_whom_we_cannot_write_to_becomes_a_call_again(
    staff: Browser, family: Registration, why: dict[str, Any]
) -> None:
    for name, value in why.items():
        setattr(family, name, value)
    db.session.commit()
    row = message(state="failed", last_error=REFUSED)
    page = click(staff, staff.get(f"/staff/mail/{row.id}/"), "Send again")
    assert "to be called" in page.text
    assert message().state == "call"


def test_a_call_to_a_wrong_number_becomes_a_call_again(staff: Browser, family: Registration) -> None:
    row = message(state="failed", last_error="wrong number")
    click(staff, staff.get(f"/staff/mail/{row.id}/"), "Send again")
    assert message().state == "call"


def test_all_that_failed_of_a_list_is_sent_again_and_nothing_else(staff: Browser, family: Registration) -> None:
    message(state="failed", last_error=REFUSED)
    many(family, 60, State.FAILED)
    many(family, 3, State.FAILED, message="withdrawn")
    page = staff.get("/staff/mail/?state=failed&message=changed")
    page = click(staff, page, "Send all of these again")
    assert "60 messages will be sent again." in page.text
    left = outbox.find(Wanted(state=State.FAILED)).entries
    assert sorted(entry.message.message for entry in left) == ["confirmation", "withdrawn", "withdrawn", "withdrawn"]
    assert audited() == [("mail_retried", {"messages": 60})]


def test_more_than_can_be_sent_again_at_once_says_so(
    monkeypatch: pytest.MonkeyPatch, staff: Browser, family: Registration
) -> None:
    monkeypatch.setattr(outbox, "MOST_AT_ONCE", 5)
    many(family, 8, State.FAILED)
    page = click(staff, staff.get("/staff/mail/?state=failed"), "Send all of these again")
    assert "Press the button again" in page.text
    page = click(staff, page, "Send all of these again")
    assert "3 messages will be sent again." in page.text


def test_a_held_message_goes_when_somebody_says_so_and_is_counted(app: Flask, staff: Browser) -> None:
    for number in range(2, 6):
        register(Browser(app), name=f"Family {number}", email="rosa@example.org")
    deliver_batch(NOW)
    held = db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == "held")).all()
    assert len(held) == 2
    wanted = held[1]
    places = len(db.session.scalars(select(AddressAllowance)).one().places)
    page = click(staff, staff.get(f"/staff/mail/{wanted.id}/"), "Send it now")
    assert "It will be sent now." in page.text
    carrier = Recording()
    Delivery(app, by=carrier).batch(NOW)
    assert [id_ for _, id_, _ in carrier.sent] == [wanted.message_id]
    db.session.rollback()
    row = db.session.scalars(select(AddressAllowance)).one()
    assert len(row.places) == places + 1 > allowance.LIMITS[0][1]
    assert row.held_until == held[0].send_at
    assert audited()[-1] == ("mail_let_go", {"message": "confirmation", "from": "held"})


@pytest.mark.parametrize("state", ["queued", "held", "failed"])
def test_a_message_that_has_not_gone_out_can_be_stopped(app: Flask, staff: Browser, state: str) -> None:
    row = message(state=state)
    page = click(staff, staff.get(f"/staff/mail/{row.id}/"), "Do not send it")
    assert "It will not be sent." in page.text
    assert "Trần Văn Minh stopped it." in page.text
    stopped = message()
    assert (stopped.state, stopped.last_error) == ("superseded", f"stopped by person {person_with('coordinator').id}")
    assert audited() == [("mail_stopped", {"message": "confirmation", "from": state})]
    deliver_batch(NOW)
    assert message().state == "superseded"


def test_a_stopped_message_of_a_stranger_gives_its_place_back(app: Flask, staff: Browser) -> None:
    row = message()
    assert row.stranger
    click(staff, staff.get(f"/staff/mail/{row.id}/"), "Do not send it")
    db.session.rollback()
    assert db.session.scalars(select(AddressAllowance)).one().places == []


DECISIONS = {"retry": "failed", "let-go": "held", "stop": "queued"}


@pytest.mark.parametrize("verb", DECISIONS)
def test_what_another_has_decided_meanwhile_stays(staff: Browser, verb: str) -> None:
    row = message(state=DECISIONS[verb])
    (form,) = [form for form in staff.get(f"/staff/mail/{row.id}/").forms() if form.action.split("?")[0].endswith(verb)]
    message(state="sent")
    page = staff.send(form)
    assert message().state == "sent"
    assert "Nothing was" in page.text
    assert audited() == []


@pytest.mark.parametrize("verb", DECISIONS)
def test_an_old_form_changes_nothing_and_says_so(staff: Browser, verb: str) -> None:
    row = message(state=DECISIONS[verb])
    page = staff.post(f"/staff/mail/{row.id}/{verb}", {"csrf_token": "old"})
    assert page.status == 422
    assert "Nothing was done yet" in page.text
    assert message().state == DECISIONS[verb]
    assert staff.raw("get", f"/staff/mail/{row.id}/{verb}").status_code == 405


def test_an_old_form_of_the_list_changes_nothing(staff: Browser) -> None:
    message(state="failed")
    page = staff.post("/staff/mail/retry?state=failed", {})
    assert page.status == 422
    assert message().state == "failed"


@pytest.mark.parametrize("number", ["0", "999999999", "9999999999999999999"])
def test_a_message_that_is_not_there_is_a_page_that_says_so(staff: Browser, number: str) -> None:
    assert staff.get(f"/staff/mail/{number}/").status == 404


REASONS = {
    REFUSED: "mistyped",
    "SMTPRecipientsRefused: 552 5.2.2 Mailbox full": "full",
    "SMTPRecipientsRefused: 452 too much": "full",
    "SMTPRecipientsRefused: 450 greylisted": "later",
    "SMTPRecipientsRefused: 550 5.7.1 Relay access denied": "rules",
    "SMTPAuthenticationError: 535 5.7.8 bad password": "rules",
    "SMTPAuthenticationError: 535 bad password": "does not take mail from us",
    "SMTPDataError: 554 no": "refused this mail",
    "SMTPServerDisconnected: Connection unexpectedly closed": "could not be reached",
    "ConnectionRefusedError: Connection refused": "could not be reached",
    "TimeoutError: timed out": "could not be reached",
    "builder: KeyError": "could not write",
    "no builder writes the message 'x'": "could not write",
    "UnicodeError": "not a mail address",
    "wrong number": "somebody else's",
    "expired": "too late",
    "data deleted": "deleted its data",
    "there is no address any more": "no email address",
    "the owner of the address said: this is not me": "not me",
    "the meeting is over or called off": "over or called off",
    "the meeting was moved again": "no longer be true",
    "the registration is withdrawn now, or was changed again": "no longer be true",
    "stopped by person 999999": "Somebody of staff stopped it.",
}


@pytest.mark.parametrize("error", REASONS)
def test_why_a_message_did_not_go_out_is_said_in_words(app: Flask, error: str) -> None:
    said = reason(error)
    assert said is not None
    assert REASONS[error] in said.words
    assert said.original in ("", error)


def test_nothing_is_said_where_nothing_went_wrong(app: Flask) -> None:
    assert reason(None) is None
