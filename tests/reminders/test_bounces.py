"""Notices of mail that came back, from a maildir or an mbox: an address is marked once, and the family is called."""

import base64
import mailbox
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registration.extensions import db
from registration.families.change import change
from registration.families.models import Registration
from registration.families.tell import channel
from registration.mail.deliver import Delivery
from registration.mail.models import OutboxMessage, State
from registration.mail.notices import Meaning, notices, read
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.test_messages import family as answers
from tests.mail.carriers import Recording
from tests.reminders.cast import enter, messages

PHONE = "+13035550148"


def notice(
    row: OutboxMessage,
    to: str,
    action: str = "failed",
    status: str = "5.1.1",
    whole: bool = False,
    diagnostic: str | None = None,
    original: str | None = None,
) -> Message:
    """What a mail server says of a mail (RFC 3464), with the mail itself or its headers only."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "mailer-daemon@mail.example.net"
    report.attach(MIMEText("Your mail did not arrive.", "plain"))
    said = MIMEBase("message", "delivery-status")
    about, recipient = Message(), Message()
    about["Reporting-MTA"] = "dns; mail.example.net"
    recipient["Final-Recipient"] = f"rfc822; {to}"
    recipient["Action"] = action
    recipient["Status"] = status
    if original:
        recipient["Original-Recipient"] = f"rfc822; {original}"
    recipient["Diagnostic-Code"] = diagnostic or f"smtp; 550 {status} <{to}> unknown, see https://mail.example.net/why"
    said.set_payload([about, recipient])
    report.attach(said)
    if whole:
        inside = EmailMessage()
        inside["Message-ID"] = row.message_id
        inside.set_content("Hello")
        report.attach(MIMEMessage(inside))
    else:
        report.attach(MIMEText(f"Subject: Hello\nMessage-ID: {row.message_id}\n", "rfc822-headers"))
    return report


def sent(app: Flask, number: int = 0, **given: Any) -> OutboxMessage:
    """The confirmation of a family, as it was sent."""
    registration = enter(number, **given)
    Delivery(app, by=Recording()).batch(NOW)
    row = messages("confirmation")[-1]
    assert (row.subject_id, row.state) == (registration.id, State.SENT)
    return row


def family_of(row: OutboxMessage) -> Registration:
    """The family of a message."""
    db.session.rollback()
    return db.session.get_one(Registration, row.subject_id, populate_existing=True)


def again(row: OutboxMessage) -> OutboxMessage:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(OutboxMessage, row.id, populate_existing=True)


def take_in(app: Flask, path: Path, *mails: Message) -> str:
    """What the command says, run over an mbox with these mails."""
    box = mailbox.mbox(path)
    for mail in mails:
        box.add(mail)
    box.close()
    result = app.test_cli_runner().invoke(args=["mail", "bounces", str(path)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("whole", [True, False])
def test_a_hard_bounce_marks_the_address_and_makes_a_call(app: Flask, tmp_path: Path, whole: bool) -> None:
    row = sent(app, phone=PHONE)
    said = take_in(app, tmp_path / "box", notice(row, "Family-0@example.org", whole=whole))
    assert "       1  to be called now" in said
    assert family_of(row).bounced_at is not None
    assert (again(row).state, again(row).last_error) == (
        State.CALL, "returned: 5.1.1 550 5.1.1 <…> unknown, see …",
    )  # fmt: skip
    assert channel(family_of(row)) == "call"


def test_reading_it_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    row = sent(app, phone=PHONE)
    mail = notice(row, "family-0@example.org")
    take_in(app, tmp_path / "box", mail)
    first = again(row).bounced_at
    again(row).state = State.SENT
    db.session.commit()
    assert "       2  known already" in take_in(app, tmp_path / "box", mail)
    assert (again(row).state, again(row).bounced_at) == (State.SENT, first)


def test_a_maildir_is_read_and_left_as_it_is(app: Flask, tmp_path: Path) -> None:
    row = sent(app, phone=PHONE)
    box = mailbox.Maildir(tmp_path / "maildir")
    box.add(notice(row, "family-0@example.org"))
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    app.test_cli_runner().invoke(args=["mail", "bounces", str(tmp_path / "maildir")])
    assert family_of(row).bounced_at is not None
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if "instance" not in str(path)) == [
        path for path in before if "instance" not in str(path)
    ]


def test_without_a_telephone_the_message_has_failed(app: Flask, tmp_path: Path) -> None:
    row = sent(app)
    take_in(app, tmp_path / "box", notice(row, "family-0@example.org"))
    assert again(row).state == State.FAILED
    assert family_of(row).bounced_at is not None


@pytest.mark.parametrize(
    ("action", "status", "says"),
    [
        ("delayed", "4.4.1", "       1  will still be tried by the mail server"),
        ("failed", "4.4.1", "       1  to be called now"),
        ("failed", "4.2.2", "       1  to be called now"),
        ("failed (gave up)", "4.4.7", "       1  to be called now"),
        ("failed", "5.2.2", "       1  to be called now"),
        ("failed", "5.7.26", "       1  refused for how we send; no address is marked"),
        ("failed", "5.5.2", "       1  refused for how we send; no address is marked"),
        ("failed", "5.6.0", "       1  refused for what was sent; no address is marked"),
        ("failed", "5.3.4", "       1  refused for what was sent; no address is marked"),
    ],
)
def test_what_says_nothing_of_the_address_marks_none(
    app: Flask, tmp_path: Path, action: str, status: str, says: str
) -> None:
    row = sent(app, phone=PHONE)
    assert says in take_in(app, tmp_path / "box", notice(row, "family-0@example.org", action, status))
    assert family_of(row).bounced_at is None


def test_a_notice_of_a_mail_we_never_sent_marks_nobody(app: Flask, tmp_path: Path) -> None:
    row = sent(app, phone=PHONE)
    forged = OutboxMessage(message_id="<00000000000000000000000000000000@meetings.example.org>")
    other = EmailMessage()
    other["Subject"] = "Hello"
    other.set_content("not a notice")
    said = take_in(app, tmp_path / "box", notice(forged, "family-0@example.org"), other)
    assert "       1  of no mail of ours" in said
    assert "       1  other mail" in said
    assert family_of(row).bounced_at is None


def test_a_notice_about_an_address_that_was_mended_since_marks_not_the_new_one(app: Flask, tmp_path: Path) -> None:
    row = sent(app, phone=PHONE)
    registration = family_of(row)
    registration.bounced_at = NOW
    db.session.commit()
    new = answers("en", email="right@example.org", phone=PHONE)
    district = content("en").district
    change(registration.id, registration.meeting_id, new, version=1, district=district, now=NOW, actor="family")
    db.session.commit()
    assert family_of(row).bounced_at is None
    take_in(app, tmp_path / "box", notice(row, "family-0@example.org"))
    assert family_of(row).bounced_at is None


def test_whatever_lies_in_the_box_it_is_read_to_its_end(app: Flask, tmp_path: Path) -> None:
    without = MIMEMultipart("report", report_type="delivery-status")
    part = MIMEBase("message", "delivery-status")
    block = Message()
    block["Action"] = "failed"
    part.set_payload([block])
    without.attach(part)
    head = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    with closing(mailbox.mbox(tmp_path / "box")) as box:
        box.add(without)
        box.add(head + b"no blocks\n--b--\n")
        box.add(head)
        box.add(b"From nobody\n\xff\xfe\x00 nothing\n\n")
    found = list(notices(tmp_path / "box"))
    assert [(one.failed, one.meaning, one.message_ids) if one else None for one in found] == [
        (True, Meaning.GIVEN_UP, ()), None, None, None,
    ]  # fmt: skip
    with pytest.raises(FileNotFoundError):
        next(notices(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("status", "diagnostic", "says", "marked"),
    [
        # Generic codes: the diagnostic decides.
        ("5.0.0", "smtp; 550-5.7.26 This mail is unauthenticated", "refused for how we send", False),
        ("5.0.0", "smtp; 550 5.1.1 <a@example.org> unknown", "to be called now", True),
        ("5.0.0", "smtp; 550 No such user here", "to be called now", True),
        ("5.0.0", "smtp; 550 Blocked by our spam filter, see 5.2.1.4", "refused for how we send", False),
        ("5.0.0", "smtp; 554 Transaction failed", "to be called now", False),
        ("5.1.0", "smtp; 553 5.1.8 Sender domain does not exist", "refused for how we send", False),
        ("", "smtp; 552 Mailbox full", "to be called now", False),
        # Specific ones do not need it.
        ("5.1.10", "smtp; 556 Domain takes no mail", "to be called now", True),
        ("5.2.1", "smtp; 550 5.2.1 The account is disabled", "to be called now", True),
        ("5.7.17", "smtp; 550 5.7.17 Mailbox owner has changed", "to be called now", True),
    ],
)
def test_the_status_code_says_whether_the_address_is_dead(
    app: Flask, tmp_path: Path, status: str, diagnostic: str, says: str, marked: bool
) -> None:
    row = sent(app, phone=PHONE)
    mail = notice(row, "family-0@example.org", status=status, diagnostic=diagnostic)
    assert f"       1  {says}" in take_in(app, tmp_path / "box", mail)
    assert (family_of(row).bounced_at is not None) is marked


def test_an_address_that_forwards_is_known_by_the_one_we_wrote_to(app: Flask, tmp_path: Path) -> None:
    row = sent(app, phone=PHONE)
    mail = notice(row, "somebody@elsewhere.example", original="Family-0@example.org")
    take_in(app, tmp_path / "box", mail)
    assert family_of(row).bounced_at is not None


@pytest.mark.parametrize("to", ["ana@xn--strae-prueba-o9a.de", "ana@straße-prueba.de", "Ana@STRASSE-prueba.de"])
def test_an_international_domain_is_the_same_in_both_its_forms(app: Flask, tmp_path: Path, to: str) -> None:
    row = sent(app, phone=PHONE, email="ana@straße-prueba.de")
    # "ss" is another domain (IDNA2008), which may belong to somebody else.
    same = "strasse" not in to.lower()
    mail = message_from_bytes(as_global(notice(row, to), "8bit"))
    take_in(app, tmp_path / "box", mail)
    assert (family_of(row).bounced_at is not None) is same


def as_global(mail: Message, encoding: str) -> bytes:
    """The same notice in the form of RFC 6533: UTF-8 fields, and the mail's headers as message/global-headers."""
    parts: Any = mail.get_payload()
    _, report, headers = parts
    groups: list[Message] = report.get_payload()
    fields = "\n".join("".join(f"{name}: {value}\n" for name, value in group.items()) for group in groups)
    body = fields.replace("rfc822;", "utf-8;").encode()
    lines = [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"\n--b\nContent-Type: message/global-delivery-status",
        f"Content-Transfer-Encoding: {encoding}\n".encode(),
        base64.encodebytes(body) if encoding == "base64" else body,
        b"--b\nContent-Type: message/global-headers\n",
        headers.get_payload().encode(),
        b"--b--\n",
    ]
    return b"\n".join(lines)


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_notice_with_international_fields_is_read(app: Flask, encoding: str) -> None:
    row = OutboxMessage(message_id="<0000@meetings.example.org>")
    found = read(message_from_bytes(as_global(notice(row, "ana@straße-prueba.de", status="5.1.1"), encoding)))
    assert found is not None
    assert found.recipients == {"ana@xn--strae-prueba-o9a.de"}
    assert (found.failed, found.meaning, found.message_ids) == (True, Meaning.ADDRESS, ("<0000@meetings.example.org>",))


def test_characters_of_an_address_that_were_escaped_are_read(app: Flask) -> None:
    row = OutboxMessage(message_id="<0000@meetings.example.org>")
    found = read(message_from_bytes(as_global(notice(row, r"ana@stra\x{DF}e-prueba.de"), "8bit")))
    assert found is not None
    assert found.recipients == {"ana@xn--strae-prueba-o9a.de"}
