"""Strangers cause at most 3 mails an hour and 10 a day to one address; the rest waits and none is lost."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration import clock
from registration.extensions import db
from registration.mail import allowance, queue
from registration.mail.deliver import Delivery
from registration.mail.models import AddressAllowance, OutboxMessage, State
from registration.mail.queue import Limited, enqueue
from registration.mail.smtp import ServerAway
from tests.mail.carriers import Recording
from tests.mail.conftest import NOON

HOUR = timedelta(hours=1)


def ask(number: int, address: str = "hoa@example.org") -> OutboxMessage:
    """A stranger registers and gives this address."""
    row = enqueue("hello", subject=("r", number), occurrence="", channel="mail", address=address, limited=Limited.NOW)
    db.session.commit()
    return row


def counts() -> dict[str, int]:
    """How many messages are in each state."""
    grouped = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    return dict(db.session.execute(grouped).all())


def all_at_once(app: Flask, people: int, act: Callable[[int], Any]) -> None:
    """Let `people` threads act at the same moment."""
    ready = threading.Barrier(people)
    errors: list[Exception] = []

    def one(number: int) -> None:
        with app.app_context():
            ready.wait(20)
            try:
                act(number)
            except Exception as error:  # noqa: BLE001 - handed to the test
                errors.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def empty_outbox(delivery: Delivery, moment: datetime) -> None:
    """Send what may be sent at `moment`."""
    with clock.at(moment):
        while delivery.batch(moment):
            assert not delivery.server_away


def assert_within_limits(moments: list[datetime]) -> None:
    """Check every window that begins with a mail."""
    for start in moments:
        assert sum(start <= moment < start + HOUR for moment in moments) <= 3
        assert sum(start <= moment < start + timedelta(days=1) for moment in moments) <= 10


def test_of_twenty_at_once_three_are_queued_and_the_rest_held(bare_app: Flask) -> None:
    all_at_once(bare_app, 20, ask)
    assert counts() == {State.QUEUED: 3, State.HELD: 17}
    assert len(db.session.scalars(select(AddressAllowance)).one().places) == 3


def test_without_the_lock_more_than_three_would_be_queued(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what twenty at once do when each looks before anybody has written."""
    ask(0)
    everyone_has_looked = threading.Barrier(10)

    def look(_row: object, key: str, _now: datetime, _place: str) -> tuple[allowance.Allowance, None]:
        row = db.session.scalars(select(AddressAllowance).filter_by(address_key=key)).one()
        seen = allowance.Allowance(key, [(name, at) for name, at in row.places], row.held_until)
        db.session.rollback()
        everyone_has_looked.wait(20)
        return seen, None

    monkeypatch.setattr(queue, "_lock_and_insert", look)
    all_at_once(bare_app, 10, lambda number: ask(number + 1))
    assert counts() == {State.QUEUED: 11}


def test_other_addresses_and_known_senders_are_not_held(bare_app: Flask) -> None:
    for number in range(5):
        ask(number)
    assert ask(5, "ana@example.org").state == State.QUEUED
    row = enqueue("hello", subject=("r", 6), occurrence="", channel="mail", address="hoa@example.org")
    assert row.state == State.QUEUED


def test_held_messages_go_out_in_order_within_the_limits_for_two_days(bare_app: Flask) -> None:
    carrier = Recording()
    delivery = Delivery(bare_app, by=carrier)
    with clock.at(NOON):
        for number in range(40):
            ask(number)
    for minutes in range(0, 48 * 60 + 1, 10):
        empty_outbox(delivery, NOON + timedelta(minutes=minutes))
    moments = [moment for moment, _, _ in carrier.sent]
    assert_within_limits(moments)
    assert carrier.subjects == [f"Hello {number}" for number in range(len(moments))]
    # Ten a day, and the first three of the third day at its very beginning.
    assert len(moments) == 23
    assert counts() == {State.SENT: 23, State.HELD: 17}


def test_who_comes_later_waits_behind_who_is_held(bare_app: Flask) -> None:
    with clock.at(NOON):
        rows = [ask(number) for number in range(4)]
    with clock.at(NOON + HOUR):
        late = ask(4)
    assert [row.state for row in rows] == [State.QUEUED] * 3 + [State.HELD]
    assert late.state == State.HELD
    carrier = Recording()
    delivery = Delivery(bare_app, by=carrier)
    empty_outbox(delivery, NOON)
    empty_outbox(delivery, NOON + HOUR)
    assert carrier.subjects == [f"Hello {number}" for number in range(5)]
    with clock.at(NOON + 2 * HOUR):
        assert ask(5).state == State.QUEUED


def test_mail_that_piled_up_while_the_server_was_away_keeps_the_limit(bare_app: Flask) -> None:
    away = True

    def perhaps(_message: object) -> None:
        if away:
            raise ServerAway("refused")

    carrier = Recording(perhaps)
    delivery = Delivery(bare_app, by=carrier)
    with clock.at(NOON):
        for number in range(9):
            ask(number)
    for hours in range(5):
        with clock.at(NOON + hours * HOUR):
            delivery.batch(clock.now())
    away = False
    for minutes in range(5 * 60, 14 * 60, 10):
        empty_outbox(delivery, NOON + timedelta(minutes=minutes))
    assert len(carrier.sent) == 9
    assert_within_limits([moment for moment, _, _ in carrier.sent])


def test_a_held_message_that_expires_takes_no_place(bare_app: Flask) -> None:
    carrier = Recording()
    delivery = Delivery(bare_app, by=carrier)
    with clock.at(NOON):
        for number in range(5):
            ask(number)
    held = db.session.scalars(select(OutboxMessage).filter_by(state=State.HELD).order_by(OutboxMessage.id)).all()
    held[0].expires_at = NOON + timedelta(minutes=30)
    db.session.commit()
    empty_outbox(delivery, NOON)
    empty_outbox(delivery, NOON + HOUR)
    assert counts() == {State.SENT: 4, State.SUPERSEDED: 1}
    assert carrier.subjects[-1] == "Hello 4"
