"""A real conversation with a mail server: what arrives, what its answers mean, and one connection for many mails."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.mail import BUILDERS
from registration.mail.compose import compose
from registration.mail.deliver import Delivery, deliver
from registration.mail.letter import Attachment, Letter, Queued, Superseded
from registration.mail.models import OutboxMessage, State
from registration.mail.queue import enqueue
from registration.mail.smtp import Later, Refused, Server, ServerAway

SUBJECTS = [
    "Your code is T7C2PH",
    "A long plain subject that goes on and on, past the seventy-six letters of a line, until it is over at last",
    "Mã T7C2PH: quý vị đã ghi danh buổi họp mùa xuân của học khu Công lập Cottonwood",
    "Código T7C2PH: está inscrito en la reunión de la primavera, niños bienvenidos — ¡gracias!",
    "رمزكم T7C2PH: تم تسجيلكم في اجتماع الربيع للمدارس العامة",
    "ኮድዎ T7C2PH፦ ለስብሰባው ተመዝግበዋል በጸደይ ወቅት",
    "तपाईंको कोड T7C2PH: वसन्त बैठकमा दर्ता भयो",
    "သင့်ကုဒ် T7C2PH — အစည်းအဝေးအတွက် စာရင်းသွင်းပြီးပါပြီ",
    "您的代码是 T7C2PH：您已报名参加春季会议,地点在科顿伍德公立学校礼堂",
    "Ваш код T7C2PH: вы записаны на весеннюю встречу",
    "ستاسو کوډ T7C2PH: تاسو نوم لیکنه کړې",
    "5:00\u202fPM – mùa\u00a0xuân",
]


class Inbox:
    """A mail server that keeps what it takes and answers as told."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.sessions: list[Session] = []
        self.rcpt_answer: Callable[[str], str] = lambda _address: "250 OK"
        self.mail_answer: Callable[[], str] = lambda: "250 OK"
        self.data_answer: Callable[[], str] = lambda: "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if session not in self.sessions:
            self.sessions.append(session)
        envelope.mail_from = address
        return self.mail_answer()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt_answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data_answer()
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(envelope.content)
        return answer

    def last(self) -> EmailMessage:
        """The newest mail, read by the email package's modern rules."""
        parsed = message_from_bytes(self.mails[-1], policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@pytest.fixture
def inbox(mail_settings: dict[str, object]) -> Iterator[Inbox]:
    """A mail server on a free port; `bare_app` is set to it."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, server_hostname="mx.example.org")
    controller.start()
    mail_settings.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    yield inbox
    controller.stop()


@pytest.fixture
def server(inbox: Inbox, bare_app: Flask) -> Iterator[Server]:
    """The transport to the inbox."""
    server = Server(bare_app)
    yield server
    server.close()


def letter(**changes: Any) -> Letter:
    """A letter with everything in it."""
    whole: dict[str, Any] = {
        "recipient": "hoa@example.org",
        "locale": "vi",
        "subject": "Mã T7C2PH",
        "text": "Chào Hoa,\n\n" + "mùa xuân " * 300 + "\n.\nhết\n",
        "html": "<p>Chào Hoa, " + "x" * 3000 + "</p>",
        "attachments": [
            Attachment(
                "meeting.ics", "text/calendar; method=PUBLISH; charset=utf-8; name=meeting.ics", b"BEGIN:VCALENDAR"
            )
        ],
        "sender_name": "Học khu Công lập Cottonwood",
    }
    return Letter(**(whole | changes))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_arrives_as_it_was_written(server: Server, inbox: Inbox, subject: str) -> None:
    server.send(compose(letter(subject=subject), "<1@example.org>"), "")
    assert inbox.last()["Subject"] == subject


def test_a_mail_arrives_whole(server: Server, inbox: Inbox) -> None:
    written = letter(list_unsubscribe="https://meetings.example.org/u/1")
    server.send(compose(written, "<abc@meetings.example.org>"), "")
    mail = inbox.last()
    assert mail["Message-ID"] == "<abc@meetings.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "vi"
    assert mail["Reply-To"] == "office@example.org"
    assert mail["Date"].datetime is not None
    assert mail["List-Unsubscribe"] == "<https://meetings.example.org/u/1>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Học khu Công lập Cottonwood", "meetings@example.org")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == written.text
    assert html.get_content().strip() == written.html
    (calendar,) = mail.iter_attachments()
    assert calendar.get_param("method") == "PUBLISH"
    assert calendar.get_param("name") == "meeting.ics"
    assert calendar.get_filename() == "meeting.ics"
    assert max(len(line) for line in inbox.mails[-1].split(b"\r\n")) < 998
    assert inbox.mails[-1].isascii()


def test_many_mails_go_over_one_connection(server: Server, inbox: Inbox) -> None:
    for number in range(20):
        server.send(compose(letter(), f"<{number}@example.org>"), "")
    assert (len(inbox.mails), len(inbox.sessions)) == (20, 1)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("550 5.1.1 no such user", Refused),
        ("552 5.2.2 mailbox full for ever", Refused),
        ("501 5.1.3 bad address", Refused),
        ("450 4.2.0 greylisted", Later),
        ("452 4.2.2 mailbox full", Later),
        ("554 5.7.1 relay access denied", Later),
        ("550 relaying not permitted", Later),
        ("530 5.7.0 authentication required", ServerAway),
        ("421 4.3.2 shutting down", ServerAway),
    ],
)
def test_an_answer_to_the_recipient_is_understood(
    server: Server, inbox: Inbox, answer: str, meaning: type[Exception]
) -> None:
    inbox.rcpt_answer = lambda _address: answer
    with pytest.raises(meaning, match=answer.split()[0]):
        server.send(compose(letter(), "<1@example.org>"), "")
    inbox.rcpt_answer = lambda _address: "250 OK"
    server.send(compose(letter(), "<1@example.org>"), "")
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("554 5.6.0 not wanted", Refused), ("550 5.7.26 unauthenticated domain", Later), ("451 4.3.0 try again", Later)],
)
def test_an_answer_to_the_mail_itself_is_understood(
    server: Server, inbox: Inbox, answer: str, meaning: type[Exception]
) -> None:
    inbox.data_answer = lambda: answer
    with pytest.raises(meaning):
        server.send(compose(letter(), "<1@example.org>"), "")


def test_a_refused_sender_concerns_all_mail(server: Server, inbox: Inbox) -> None:
    inbox.mail_answer = lambda: "550 5.7.1 sender not allowed"
    with pytest.raises(ServerAway):
        server.send(compose(letter(), "<1@example.org>"), "")


def test_a_connection_that_the_server_closed_is_made_anew_without_a_failure(server: Server, inbox: Inbox) -> None:
    server.send(compose(letter(), "<1@example.org>"), "")
    answers = iter(["421 4.7.0 too many mails in one connection"])
    inbox.mail_answer = lambda: next(answers, "250 OK")
    server.send(compose(letter(), "<2@example.org>"), "")
    assert (len(inbox.mails), len(inbox.sessions)) == (2, 2)


def test_a_server_that_never_answers_is_given_up(bare_app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        bare_app.extensions["mail"].server = "127.0.0.1"
        bare_app.extensions["mail"].port = listening.getsockname()[1]
        bare_app.config["MAIL_TIMEOUT"] = 0.2
        started = time.monotonic()
        with pytest.raises(ServerAway, match="timed out"):
            Server(bare_app).send(compose(letter(), "<1@example.org>"), "")
        assert time.monotonic() - started < 5


def test_a_server_that_answers_drop_by_drop_has_a_limit_too(bare_app: Flask) -> None:
    def drip(listening: socket.socket, stop: threading.Event) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"220 mx.example.org\r\n")
            connection.recv(1000)
            while not stop.wait(0.1):
                try:
                    connection.sendall(b"250-still there\r\n")
                except OSError:
                    return

    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        bare_app.extensions["mail"].server = "127.0.0.1"
        bare_app.extensions["mail"].port = listening.getsockname()[1]
        bare_app.config["MAIL_TIMEOUT"] = 0.3
        thread = threading.Thread(target=drip, args=(listening, stop))
        thread.start()
        server = Server(bare_app)
        started = time.monotonic()
        giving_up = threading.Timer(4, stop.set)
        giving_up.start()
        with pytest.raises(ServerAway):
            server.send(compose(letter(), "<1@example.org>"), "")
        took = time.monotonic() - started
        giving_up.cancel()
        stop.set()
        thread.join()
        assert took < 2


def test_nothing_is_lost_while_no_server_listens(inbox: Inbox, bare_app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    for number in range(4):
        enqueue("hello", subject=("r", number), occurrence="", channel="mail")
    db.session.commit()
    mail = bare_app.extensions["mail"]
    port, mail.port = mail.port, nobody
    deliver(threading.Event(), once=True)
    assert set(db.session.scalars(select(OutboxMessage.state))) == {State.QUEUED}
    db.session.rollback()
    mail.port = port
    later = db.session.scalars(select(OutboxMessage.send_at).order_by(OutboxMessage.send_at.desc())).first()
    db.session.rollback()
    assert later is not None
    with clock.at(later):
        deliver(threading.Event(), once=True)
    assert len(inbox.mails) == 4
    assert set(db.session.scalars(select(OutboxMessage.state))) == {State.SENT}


def test_mail_is_not_dropped_silently_in_tests(inbox: Inbox, bare_app: Flask) -> None:
    assert bare_app.testing
    enqueue("hello", subject=("r", 1), occurrence="", channel="mail", facts={"to": "ana@example.org"})
    db.session.commit()
    delivery = Delivery(bare_app)
    delivery.batch(clock.now())
    delivery.transport.close()
    assert inbox.last()["To"] == "ana@example.org"


def three(app: Flask, build: Callable[[int], None]) -> list[int]:
    """Send three messages in one batch; gives the numbers that were written, in turn. `build` is asked at each."""
    written: list[int] = []
    plain: Callable[[Queued], Letter] = app.extensions[BUILDERS]["hello"]

    def counted(queued: Queued) -> Letter | Superseded:
        written.append(queued.subject_id)
        build(queued.subject_id)
        return replace(plain(queued), subject=f"Written {len(written)}")

    for number in range(3):
        enqueue("hello", subject=("r", number), occurrence="", channel="mail")
    db.session.commit()
    app.extensions[BUILDERS] = {"hello": counted}
    delivery = Delivery(app)
    while delivery.batch(clock.now()):
        pass
    delivery.transport.close()
    return written


def subjects(inbox: Inbox) -> list[str]:
    return [message_from_bytes(mail, policy=default)["Subject"] for mail in inbox.mails]


def test_the_next_letter_is_written_while_the_server_takes_one_in(
    inbox: Inbox, bare_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead: list[bool] = []
    write_ahead = Delivery._write_ahead

    def looked_at(delivery: Delivery) -> None:
        write_ahead(delivery)
        ahead.append(delivery._ready is not None)

    monkeypatch.setattr(Delivery, "_write_ahead", looked_at)
    assert three(bare_app, lambda _: None) == [0, 1, 2]
    assert subjects(inbox) == ["Written 1", "Written 2", "Written 3"]
    assert ahead == [True, True, False]


def test_a_letter_that_was_written_too_long_ago_is_written_again(
    inbox: Inbox, bare_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration.mail.deliver.FRESH_SECONDS", 0)
    assert three(bare_app, lambda _: None) == [0, 1, 1, 2, 2]
    assert subjects(inbox) == ["Written 1", "Written 3", "Written 5"]


def test_a_letter_that_cannot_be_written_ahead_keeps_no_other_back(inbox: Inbox, bare_app: Flask) -> None:
    def fails(number: int) -> None:
        if number == 1:
            raise LookupError("one")

    assert three(bare_app, fails) == [0, 1, 1, 2]
    assert len(inbox.mails) == 2
    states = db.session.execute(select(OutboxMessage.state, OutboxMessage.last_error).order_by(OutboxMessage.id)).all()
    assert [tuple(row) for row in states] == [
        (State.SENT, None),
        (State.QUEUED, "builder: LookupError"),
        (State.SENT, None),
    ]
