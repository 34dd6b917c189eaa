"""A message is a row, written once, in the transaction of what it tells of."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from registration import clock
from registration.database import is_sqlite
from registration.extensions import db
from registration.mail.models import AddressAllowance, OutboxMessage, State
from registration.mail.queue import Limited, enqueue
from tests.mail.conftest import NOON


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_the_same_message_asked_for_twice_is_one_row(bare_app: Flask) -> None:
    first = enqueue("hello", subject=("registration", 7), occurrence="", channel="mail", facts={"old": "17:00"})
    db.session.commit()
    second = enqueue("hello", subject=("registration", 7), occurrence="", channel="mail", facts={"old": "18:00"})
    db.session.commit()
    assert (second.id, second.facts) == (first.id, {"old": "17:00"})
    assert count() == 1


@pytest.mark.parametrize(
    ("message", "subject", "occurrence"),
    [
        ("changed", ("registration", 7), ""),
        ("hello", ("registration", 8), ""),
        ("hello", ("meeting", 7), ""),
        ("hello", ("registration", 7), "2"),
    ],
)
def test_another_message_subject_or_occurrence_is_another_row(
    bare_app: Flask, message: str, subject: tuple[str, int], occurrence: str
) -> None:
    enqueue("hello", subject=("registration", 7), occurrence="", channel="mail")
    enqueue(message, subject=subject, occurrence=occurrence, channel="mail")
    db.session.commit()
    assert count() == 2


def test_a_message_goes_with_the_transaction_it_belongs_to(bare_app: Flask) -> None:
    enqueue(
        "hello",
        subject=("registration", 7),
        occurrence="",
        channel="mail",
        address="hoa@example.org",
        limited=Limited.NOW,
    )
    db.session.rollback()
    assert count() == 0
    assert db.session.scalar(select(func.count()).select_from(AddressAllowance)) == 0


def test_a_family_without_email_is_called(bare_app: Flask) -> None:
    row = enqueue("hello", subject=("registration", 7), occurrence="", channel="call", limited=Limited.NOW)
    assert (row.state, row.address_key, row.stranger) == (State.CALL, None, False)


def test_a_row_holds_no_address_and_is_due_at_once(bare_app: Flask) -> None:
    with clock.at(NOON):
        row = enqueue("hello", subject=("registration", 7), occurrence="", channel="mail", address="Hoa@Example.org ")
    again = enqueue("hello", subject=("registration", 8), occurrence="", channel="mail", address="hoa@example.org")
    db.session.commit()
    assert "hoa" not in repr(vars(row)).lower()
    assert row.address_key == again.address_key
    assert (row.send_at, row.created_at, row.state) == (NOON, NOON, State.QUEUED)


def test_the_message_id_is_on_our_domain(bare_app: Flask) -> None:
    row = enqueue("hello", subject=("registration", 7), occurrence="", channel="mail")
    assert row.message_id.endswith("@meetings.example.org>")
    bare_app.config["BASE_URL"] = "http://127.0.0.1:5000"
    row = enqueue("hello", subject=("registration", 8), occurrence="", channel="mail")
    assert row.message_id.endswith("@[127.0.0.1]>")


def test_a_strangers_message_needs_an_address(bare_app: Flask) -> None:
    with pytest.raises(ValueError, match="needs the address"):
        enqueue("hello", subject=("registration", 7), occurrence="", channel="mail", limited=Limited.NOW)


def test_a_duplicate_from_a_stranger_takes_no_place(bare_app: Flask) -> None:
    for _ in range(5):
        enqueue(
            "hello", subject=("registration", 7), occurrence="", channel="mail", address="a@b.org", limited=Limited.NOW
        )
        db.session.commit()
    assert len(db.session.scalars(select(AddressAllowance)).one().places) == 1


def test_a_duplicate_to_another_address_takes_no_place_there(bare_app: Flask) -> None:
    rows = []
    for address in ("a@b.org", "c@d.org"):
        rows.append(
            enqueue(
                "hello",
                subject=("registration", 7),
                occurrence="",
                channel="mail",
                address=address,
                limited=Limited.NOW,
            )
        )
        db.session.commit()
    assert rows[0].id == rows[1].id
    assert sorted(len(one.places) for one in db.session.scalars(select(AddressAllowance))) == [0, 1]


@pytest.mark.parametrize(("earlier", "on_sqlite", "on_postgresql"), [(0, 2, 1), (1, 3, 3)])
def test_queueing_for_a_stranger_is_few_statements(
    bare_app: Flask, earlier: int, on_sqlite: int, on_postgresql: int
) -> None:
    for number in range(earlier):
        enqueue("hello", subject=("r", number), occurrence="", channel="mail", address="a@b.org", limited=Limited.NOW)
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    row = enqueue("hello", subject=("r", 99), occurrence="", channel="mail", address="a@b.org", limited=Limited.NOW)
    assert row.state == State.QUEUED
    expected = on_sqlite if is_sqlite() else on_postgresql
    assert len([statement for statement in seen if not statement.startswith("BEGIN")]) == expected, seen


def test_a_message_may_wait_for_its_time(bare_app: Flask) -> None:
    with clock.at(NOON):
        row = enqueue(
            "hello",
            subject=("registration", 7),
            occurrence="",
            channel="mail",
            send_at=NOON + timedelta(days=1),
            expires_at=NOON + timedelta(days=2),
            topic="meeting:12",
        )
    assert (row.send_at - NOON, row.topic) == (timedelta(days=1), "meeting:12")
