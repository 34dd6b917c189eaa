"""`flask mail`"""

import os
import signal
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.mail.commands import group
from registration.mail.deliver import Delivery
from registration.mail.models import OutboxMessage, State
from registration.mail.queue import Limited, enqueue
from registration.mail.smtp import Refused
from tests.mail.carriers import Recording
from tests.mail.conftest import NOON


@pytest.fixture
def outbox(bare_app: Flask) -> Flask:
    """One failed, one sent, one that waits since an hour, two held, one to call."""
    bare_app.cli.add_command(group)

    def refuse(message: object) -> None:
        if "Hello 1" in str(vars(message)):
            raise Refused("550 no such user")

    with clock.at(NOON - timedelta(hours=2)):
        for number in (1, 2):
            enqueue("hello", subject=("r", number), occurrence="", channel="mail")
        db.session.commit()
        Delivery(bare_app, by=Recording(refuse)).batch(clock.now())
    with clock.at(NOON - timedelta(hours=1)):
        for number in range(3, 8):
            enqueue(
                "hello", subject=("r", number), occurrence="", channel="mail", address="a@b.org", limited=Limited.NOW
            )
        enqueue("hello", subject=("r", 8), occurrence="", channel="call")
        db.session.commit()
    return bare_app


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["mail", *arguments])


def test_status_counts_names_the_oldest_and_what_failed(outbox: Flask) -> None:
    with clock.at(NOON):
        shown = run(outbox, "status")
    assert shown.exit_code == 0, shown.output
    lines = [line.split() for line in shown.output.splitlines()]
    assert ["queued", "3"] in lines
    assert ["sent", "1"] in lines
    assert ["failed", "1"] in lines
    assert ["held", "2"] in lines
    assert ["call", "1"] in lines
    assert ["oldest", "due", "3600", "s"] in lines
    assert "released from 2027-05-18 18:00 UTC" in shown.output
    assert "hello of r 1: 550 no such user" in shown.output


def test_retry_queues_what_failed_and_nothing_else(outbox: Flask) -> None:
    failed = db.session.scalars(select(OutboxMessage.id).filter_by(state=State.FAILED)).one()
    held = db.session.scalars(select(OutboxMessage.id).filter_by(state=State.HELD)).first()
    db.session.rollback()
    shown = run(outbox, "retry", str(failed), str(held))
    assert shown.exit_code == 1
    assert shown.output == f"{failed} queued again\n{held} is not a failed message\n"
    row = db.session.get_one(OutboxMessage, failed)
    assert (row.state, row.attempts, row.first_tried_at) == (State.QUEUED, 0, None)


def test_deliver_stops_at_a_signal_after_the_mail_in_hand(outbox: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    carrier = Recording(lambda _message: os.kill(os.getpid(), signal.SIGTERM))
    monkeypatch.setattr("registration.mail.deliver.transport", lambda _app: carrier)
    try:
        with clock.at(NOON - timedelta(minutes=30)):
            assert run(outbox, "deliver").exit_code == 0
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert (len(carrier.sent), carrier.closed) == (1, True)
    states = sorted(db.session.scalars(select(OutboxMessage.state)))
    assert states == ["call", "failed", "held", "held", "queued", "queued", "sent", "sent"]


def test_deliver_once_sends_all_that_is_due(outbox: Flask) -> None:
    with clock.at(NOON - timedelta(minutes=30)):
        assert run(outbox, "deliver", "--once").exit_code == 0
        states = db.session.scalars(select(OutboxMessage.state)).all()
    assert sorted(states) == ["call", "failed", "held", "held", "sent", "sent", "sent", "sent"]
