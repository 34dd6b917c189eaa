"""How delivery stands, and why; after a backup was restored nothing goes out twice."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from sqlalchemy import delete, event, select

from registration import clock
from registration.extensions import Declarative, db
from registration.logs import JsonLines
from registration.mail import health
from registration.mail.deliver import Delivery, More, deliver_batch
from registration.mail.health import Delivery as Stands
from registration.mail.models import MailGeneration, OutboxMessage, State
from registration.mail.smtp import Server, ServerAway
from registration.mail.trouble import Trouble
from tests.conftest import NOW
from tests.families.steps import meeting, messages, register
from tests.mail.carriers import Recording
from tests.pages import Browser
from tests.promises.service import Arrived, free_port
from tests.signing_in import signed_in


def try_at(app: Flask, port: int, now: datetime = NOW, **settings: Any) -> Delivery:
    """One round of a delivery loop whose mail server is at a port of this machine."""
    mail = app.extensions["mail"]
    for name, value in {"server": "127.0.0.1", "port": port, **settings}.items():
        setattr(mail, name, value)
    app.config["MAIL_TIMEOUT"] = 0.5
    with clock.at(now):
        delivery = Delivery(app, by=Server(app))
        try:
            delivery.batch(now)
            delivery.beat(now, last=True)
        finally:
            delivery.transport.close()
    return delivery


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of something that accepts a connection and says one thing, or nothing."""
    listening = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            opened.append(one)
            if request.param:
                one.sendall(request.param)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    for one in [listening, *opened]:
        one.close()
    thread.join(5)


def status_of(app: Flask, *arguments: str) -> tuple[int, str]:
    """Exit status and words of `flask mail status`."""
    result = app.test_cli_runner().invoke(args=["mail", "status", *arguments])
    return result.exit_code, result.output


def metric(app: Flask, name: str) -> float:
    """A value of /metrics."""
    text = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert f"# HELP {name} " in text
    assert f"# TYPE {name} gauge" in text
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def check_trouble(app: Flask, trouble: Trouble, setting: str) -> None:
    """All four places say what is wrong and which setting to look at."""
    found = health.look(NOW)
    assert found.failure is not None
    assert (found.delivery, found.failure.trouble) == (Stands.SERVER_AWAY, trouble), found.failure.error
    assert not found.healthy
    code, words = status_of(app, "--check")
    assert code == 1
    assert setting in words
    page = signed_in(app, "coordinator").get("/staff/")
    assert "The mail server takes no mail" in page.text
    assert setting in page.text
    assert page.link("See the messages") == "/staff/mail/"


def test_a_port_where_nothing_listens_is_named(app: Flask) -> None:
    register(Browser(app))
    try_at(app, free_port())
    check_trouble(app, Trouble.REFUSED, "FLASK_MAIL_PORT")


@pytest.mark.parametrize("answering", [b"HTTP/1.1 400 Bad Request\r\n\r\n"], indirect=True)
def test_a_port_of_something_else_is_named(app: Flask, answering: int) -> None:
    register(Browser(app))
    try_at(app, answering)
    check_trouble(app, Trouble.NOT_SMTP, "FLASK_MAIL_PORT")


@pytest.mark.parametrize("answering", [b""], indirect=True)
def test_a_server_that_never_answers_is_named(app: Flask, answering: int) -> None:
    register(Browser(app))
    try_at(app, answering)
    check_trouble(app, Trouble.TIMEOUT, "FLASK_MAIL_PORT")


def test_a_certificate_that_nobody_vouches_for_is_named(app: Flask, tmp_path: Path) -> None:
    register(Browser(app))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    controller = Controller(Arrived(), hostname="127.0.0.1", port=free_port(), tls_context=context)
    controller.start()
    try:
        try_at(app, controller.port, use_tls=True)
    finally:
        controller.stop()
    check_trouble(app, Trouble.CERTIFICATE, "FLASK_MAIL_SERVER")


def self_signed(folder: Path) -> tuple[str, str]:
    """A certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), NOW, NOW + timedelta(days=9)
    )
    parts = {
        "certificate": made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
        "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    for part, data in parts.items():
        (folder / part).write_bytes(data)
    return str(folder / "certificate"), str(folder / "key")


def test_while_the_server_is_away_the_oldest_message_grows_older_whatever_was_tried(app: Flask) -> None:
    register(Browser(app))
    port = free_port()
    for minute in (0, 1, 3, 6):
        try_at(app, port, NOW + timedelta(minutes=minute))
    with clock.at(NOW + timedelta(minutes=6)):
        assert metric(app, "outbox_oldest_due_seconds") == 360
        code, words = status_of(app)
        assert (code, "nothing waits" in words) == (0, False)
        assert status_of(app, "--check")[0] == 1


def test_once_the_server_takes_mail_again_all_is_well(app: Flask) -> None:
    register(Browser(app))
    try_at(app, free_port())
    later = NOW + timedelta(minutes=10)
    with clock.at(later):
        delivery = Delivery(app, by=Recording())
        delivery.batch(later)
        delivery.beat(later, last=True)
        found = health.look(later)
        assert (found.delivery, found.healthy, found.sent_at) == (Stands.IDLE, True, later)
        assert status_of(app, "--check")[0] == 0


def test_a_loop_that_is_heard_of_no_more_is_missed(app: Flask) -> None:
    deliver_batch(NOW)
    assert health.look(NOW + timedelta(minutes=1)).delivery is Stands.IDLE
    late = NOW + timedelta(minutes=6)
    assert health.look(late).delivery is Stands.STOPPED
    with clock.at(late):
        assert "Mail is not being sent" in signed_in(app, "administrator").get("/staff/").text
        assert "Mail is not being sent" not in signed_in(app, "greeter").get("/staff/").text


def test_messages_of_a_loop_that_died_are_counted_as_stuck(app: Flask) -> None:
    register(Browser(app))
    row = db.session.scalars(select(OutboxMessage)).one()
    row.state, row.leased_by, row.leased_until = State.SENDING, "a loop that died", NOW - timedelta(seconds=1)
    db.session.commit()
    assert health.look(NOW).stuck == 1
    assert not health.look(NOW).healthy


def copied() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, as a backup has them."""
    db.session.rollback()
    return {
        table.name: [dict(row) for row in db.session.execute(select(table)).mappings()]
        for table in Declarative.metadata.sorted_tables
    }


def restore(backup: dict[str, list[dict[str, Any]]]) -> None:
    """Put the backup in the place of what is there."""
    db.session.rollback()
    for table in reversed(Declarative.metadata.sorted_tables):
        db.session.execute(delete(table))
    for table in Declarative.metadata.sorted_tables:
        if backup[table.name]:
            db.session.execute(table.insert(), backup[table.name])
    db.session.commit()


def send_all(app: Flask, now: datetime) -> list[str]:
    """The subjects of what a new loop sends."""
    carrier = Recording()
    with clock.at(now):
        delivery = Delivery(app, by=carrier)
        while delivery.batch(now):
            pass
        delivery.beat(now, last=True)
    return carrier.subjects


@pytest.mark.own_app
def test_what_was_sent_after_a_backup_is_not_sent_again_from_it(app: Flask) -> None:
    register(Browser(app), email="first@example.org")
    assert len(send_all(app, NOW)) == 1
    for number in range(3):
        register(Browser(app), email=f"later-{number}@example.org")
    backup = copied()
    assert len(send_all(app, NOW + timedelta(minutes=1))) == 3
    restore(backup)
    assert send_all(app, NOW + timedelta(minutes=2)) == []
    assert [state for _, state in messages()] == ["sent", "restored", "restored", "restored"]
    with clock.at(NOW + timedelta(minutes=3)):
        staff = signed_in(app, "coordinator")
        page = staff.get("/staff/")
        assert "3 messages came back with a backup" in page.text
        listed = staff.get(page.link("Decide about them"))
        forms = {form.action: form for form in listed.forms()}
        staff.send(next(form for action, form in forms.items() if "/mail/release" in action))
    sent = send_all(app, NOW + timedelta(minutes=4))
    assert len([subject for subject in sent if "registered" in subject]) == 3
    register(Browser(app), email="new@example.org")
    assert len(send_all(app, NOW + timedelta(minutes=5))) == 1, "what comes after goes out as usual"


@pytest.mark.own_app
def test_staff_drop_what_came_back_with_a_backup(app: Flask) -> None:
    register(Browser(app))
    backup = copied()
    send_all(app, NOW)
    restore(backup)
    # Somebody who lost the data directory as well says that it was restored.
    result = app.test_cli_runner().invoke(args=["mail", "hold"])
    assert "1 messages are held" in result.output
    staff = signed_in(app, "coordinator")
    listed = staff.get("/staff/mail/?state=restored")
    staff.send(next(form for form in listed.forms() if "/mail/drop" in form.action))
    assert ("confirmation", "superseded") in messages()
    assert not [subject for subject in send_all(app, NOW + timedelta(minutes=1)) if "registered" in subject]


@pytest.mark.own_app
def test_a_backup_from_before_the_very_first_mail_is_known_as_one(app: Flask) -> None:
    assert send_all(app, NOW) == []
    register(Browser(app))
    backup = copied()
    assert len(send_all(app, NOW + timedelta(minutes=1))) == 1
    restore(backup)
    assert send_all(app, NOW + timedelta(minutes=2)) == []


@pytest.mark.own_app
def test_a_reminder_that_went_out_after_a_backup_is_not_sent_again_from_it(app: Flask) -> None:
    register(Browser(app))
    send_all(app, NOW)
    backup = copied()
    due = meeting().starts_at - timedelta(hours=3)
    asked = send_what_comes_due(app, due)
    assert asked, "the season has a reminder before each meeting"
    restore(backup)
    # The loop notices before it has queued all that is due: the rest of that is held too.
    assert send_all(app, due + timedelta(minutes=5)) == []
    assert send_what_comes_due(app, due + timedelta(minutes=6)) == []
    assert "restored" in [state for _, state in messages()]


def send_what_comes_due(app: Flask, now: datetime) -> list[str]:
    """The subjects of what a new loop queues by itself and sends."""
    with clock.at(now):
        More(app).queue(now)
        while More(app).queue(now):
            pass
    return send_all(app, now)


def test_a_loop_that_sends_many_mails_writes_about_itself_once_in_ten_seconds(app: Flask) -> None:
    for number in range(12):
        register(Browser(app), email=f"family-{number}@example.org")
    # Half a second for each mail.
    seconds = iter(range(1, 100))
    moments: list[datetime] = []

    def later(_message: object) -> None:
        moments.append(NOW + timedelta(seconds=next(seconds) / 2))
        clock._standing_still = moments[-1]

    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO mail_worker"):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with clock.at(NOW):
            assert Delivery(app, by=Recording(later)).batch(NOW) == 12
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    # At the start, when the first mail went out, and not again before ten seconds are over.
    assert (moments[-1] - NOW, len(written)) == (timedelta(seconds=6), 2)


def test_the_log_says_why_and_names_nobody(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    register(Browser(app), email="rosa@example.org")

    def refuse(_message: object) -> None:
        raise ServerAway("SMTPSenderRefused: 530 rosa@example.org may not send", Trouble.AUTHENTICATION)

    logging.getLogger("registration").propagate = True
    with clock.at(NOW), caplog.at_level(logging.INFO):
        Delivery(app, by=Recording(refuse)).batch(NOW)
    logging.getLogger("registration").propagate = False
    lines = [JsonLines().format(record) for record in caplog.records]
    assert "rosa" not in "".join(lines)
    said = next(line for line in map(json.loads, lines) if "trouble" in line)
    assert (said["level"], said["trouble"]) == ("warning", "authentication")
    assert "FLASK_MAIL_PASSWORD" in said["message"]


def test_another_database_is_no_restored_one(app: Flask) -> None:
    register(Browser(app))
    send_all(app, NOW)
    db.session.execute(delete(MailGeneration))
    db.session.commit()
    register(Browser(app), email="other@example.org")
    assert len(send_all(app, NOW + timedelta(minutes=1))) == 1
