"""Notices of mail that came back, from a maildir or an mbox: an address is marked once, and the family is called."""

import mailbox
from contextlib import closing
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
from registration.mail.notices import notices
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.test_messages import family as answers
from tests.mail.carriers import Recording
from tests.reminders.cast import enter, messages

PHONE = "+13035550148"


def notice(row: OutboxMessage, to: str, action: str = "failed", status: str = "5.1.1", whole: bool = False) -> Message:
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
    recipient["Diagnostic-Code"] = f"smtp; 550 {status} <{to}> unknown, see https://mail.example.net/why"
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
        ("failed", "4.2.2", "       1  will still be tried by the mail server"),
        ("failed", "5.7.26", "       1  refused for how we send; no address is marked"),
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
    assert [one.failed if one else None for one in found] == [False, None, None, None]
    with pytest.raises(FileNotFoundError):
        next(notices(tmp_path / "nothing"))
