"""The loop: each message once, nothing lost, whatever fails."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from registration import clock
from registration.extensions import db
from registration.mail.deliver import GIVE_UP_AFTER, Delivery, deliver
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.mail.models import AddressAllowance, OutboxMessage, State
from registration.mail.queue import Limited, enqueue
from registration.mail.smtp import Later, Refused, ServerAway
from tests.mail.carriers import Recording
from tests.mail.conftest import NOON
from tests.mail.letters import LINK, hello
from tests.mail.test_limit import all_at_once


def fill(number: int) -> None:
    """Queue `number` messages."""
    for at in range(number):
        enqueue("hello", subject=("r", at), occurrence="", channel="mail")
    db.session.commit()


def one() -> OutboxMessage:
    """The only row, as the database has it now."""
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage)).one()


def failing(error: Exception) -> Recording:
    """A transport that takes nothing."""

    def fail(_message: object) -> None:
        raise error

    return Recording(fail)


def test_a_sent_message_keeps_what_was_said_without_its_links(bare_app: Flask) -> None:
    fill(1)
    with clock.at(NOON + timedelta(days=9999)):
        assert Delivery(bare_app, by=Recording()).batch(clock.now()) == 1
        row = one()
        assert (row.state, row.sent_at, row.sent_locale, row.attempts) == (State.SENT, clock.now(), "en", 1)
    assert (row.sent_subject, row.sent_text) == ("Hello 0", "Your link: …\n")
    assert (row.leased_by, row.leased_until) == (None, None)
    assert LINK not in repr(vars(row))


class WithoutLease(Delivery):
    """The negative control: it looks for what is due and does not claim it."""

    def claim_rows(self, now: datetime) -> list[OutboxMessage]:
        return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == State.QUEUED)))


def twice(app: Flask, worker: type[Delivery]) -> list[str]:
    """The subjects that two workers at once send of 30 messages."""
    fill(30)
    both_have_claimed = threading.Barrier(2)
    subjects: list[str] = []

    def work(_number: int) -> None:
        carrier = Recording()
        delivery = worker(app, by=carrier)
        first = True

        def wait(_message: object) -> None:
            nonlocal first
            if first:
                first = False
                both_have_claimed.wait(20)

        carrier.before = wait
        delivery.batch(clock.now())
        subjects.extend(carrier.subjects)

    all_at_once(app, 2, work)
    return subjects


@pytest.fixture
def mail_settings() -> dict[str, object]:
    return {"MAIL_BATCH": 15}


def test_two_workers_never_send_the_same_message(bare_app: Flask) -> None:
    subjects = twice(bare_app, Delivery)
    assert sorted(subjects) == sorted(f"Hello {number}" for number in range(30))


def test_two_workers_that_do_not_claim_send_everything_twice(bare_app: Flask) -> None:
    subjects = twice(bare_app, WithoutLease)
    assert len(subjects) == 60
    assert len(set(subjects)) == 30


class Killed(BaseException):
    """A kill -9 at this place: no handler of the program sees it."""


def test_a_kill_between_sending_and_recording_repeats_one_mail_with_its_message_id(bare_app: Flask) -> None:
    fill(3)
    carrier = Recording()
    worker = Delivery(bare_app, by=carrier)
    record = worker._record

    def die(row: OutboxMessage, **values: object) -> None:
        if len(carrier.sent) == 2:
            raise Killed
        record(row, **values)

    worker._record = die  # type: ignore[method-assign]
    with clock.at(NOON + timedelta(days=9999)):
        with pytest.raises(Killed):
            worker.batch(clock.now())
        db.session.rollback()
        assert Delivery(bare_app, by=carrier).batch(clock.now()) == 0, "the lease of the dead holds"
    with clock.at(NOON + timedelta(days=9999) + worker.lease):
        assert Delivery(bare_app, by=carrier).batch(clock.now()) == 2
    assert carrier.subjects == ["Hello 0", "Hello 1", "Hello 1", "Hello 2"]
    assert carrier.sent[1][1] == carrier.sent[2][1]
    assert len({message_id for _, message_id, _ in carrier.sent}) == 3


def test_a_temporary_refusal_is_tried_again_for_three_days_and_then_failed(bare_app: Flask) -> None:
    fill(1)
    carrier = failing(Later("450 greylisted <hoa@example.org>"))
    delivery = Delivery(bare_app, by=carrier)
    start = one().send_at
    moment, waits = start, []
    while one().state == State.QUEUED:
        with clock.at(moment):
            delivery.batch(moment)
        waits.append(one().send_at - moment)
        moment = max(one().send_at, moment)
    row = one()
    assert row.state == State.FAILED
    assert row.last_error == "450 greylisted <…>"
    assert moment - start == GIVE_UP_AFTER
    assert timedelta(seconds=30) <= waits[0] <= timedelta(seconds=45)
    assert all(wait <= timedelta(hours=3) for wait in waits)
    assert 25 < row.attempts < 60


def test_a_final_refusal_fails_at_once_and_is_never_tried_again(bare_app: Flask) -> None:
    fill(2)
    delivery = Delivery(bare_app, by=failing(Refused("550 no such user hoa@example.org")))
    with clock.at(NOON + timedelta(days=9999)):
        assert delivery.batch(clock.now()) == 2
    with clock.at(NOON + timedelta(days=19999)):
        assert delivery.batch(clock.now()) == 0
    rows = db.session.scalars(select(OutboxMessage)).all()
    assert {(row.state, row.attempts, row.last_error) for row in rows} == {(State.FAILED, 1, "550 no such user …")}


def test_while_the_server_is_away_only_one_message_is_tried_and_none_is_lost(bare_app: Flask) -> None:
    fill(5)
    delivery = Delivery(bare_app, by=failing(ServerAway("ConnectionRefusedError")))
    assert delivery.batch(clock.now()) == 1
    assert delivery.server_away
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(row.state, row.attempts) for row in rows] == [(State.QUEUED, 1)] + [(State.QUEUED, 0)] * 4
    carrier = Recording()
    with clock.at(rows[0].send_at):
        Delivery(bare_app, by=carrier).batch(clock.now())
    assert len(carrier.sent) == 5


def test_deliver_once_ends_when_the_server_is_away(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(3)
    carrier = failing(ServerAway("ConnectionRefusedError"))
    monkeypatch.setattr("registration.mail.deliver.transport", lambda _app: carrier)
    deliver(threading.Event(), once=True)
    assert carrier.closed
    assert db.session.scalars(select(OutboxMessage.attempts).order_by(OutboxMessage.id)).all() == [1, 0, 0]


def test_a_stop_ends_after_the_mail_in_hand(bare_app: Flask) -> None:
    fill(5)
    stop = threading.Event()
    carrier = Recording(lambda _message: stop.set())
    delivery = Delivery(bare_app, stop, by=carrier)
    delivery.batch(clock.now())
    assert carrier.subjects == ["Hello 0"]
    states = db.session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)).all()
    assert states == [State.SENT] + [State.QUEUED] * 4, "what was claimed and not sent is free for others at once"


def test_a_batch_longer_than_its_lease_renews_it(bare_app: Flask) -> None:
    fill(4)
    carrier, other = Recording(), Recording()
    delivery = Delivery(bare_app, by=carrier)
    moment = clock.now()
    passed = timedelta(0)

    def slow(_message: object) -> None:
        nonlocal passed
        passed += delivery.lease * 0.4
        with clock.at(moment + passed):
            Delivery(bare_app, by=other).batch(clock.now())

    carrier.before = slow

    class Slow(Delivery):
        def _deliver(self, row: OutboxMessage) -> None:
            with clock.at(moment + passed):
                super()._deliver(row)

        def _hold_on(self, rows: object) -> None:
            with clock.at(moment + passed):
                super()._hold_on(rows)  # type: ignore[arg-type]

    delivery = Slow(bare_app, by=carrier)
    with clock.at(moment):
        assert delivery.batch(moment) == 4
    assert (len(carrier.sent), other.sent) == (4, [])


def test_no_transaction_is_open_while_the_mail_server_talks(bare_app: Flask) -> None:
    fill(2)
    open_ones: list[bool] = []
    carrier = Recording(lambda _message: open_ones.append(db.session().in_transaction()))
    Delivery(bare_app, by=carrier).batch(clock.now())
    assert open_ones == [False, False]


def tell(queued: Queued) -> Letter | Superseded:
    """Superseded for odd subjects; a mistake for the third."""
    if queued.subject_id == 2:
        raise KeyError("the secret name of a child")
    return Superseded("withdrawn") if queued.subject_id % 2 else hello(queued)


@pytest.fixture
def builders() -> dict[str, Builder]:
    return {"hello": hello, "tell": tell}


def test_what_no_longer_holds_is_superseded_and_a_broken_builder_stops_nobody(bare_app: Flask) -> None:
    for number in range(5):
        enqueue("tell", subject=("r", number), occurrence="", channel="mail")
    db.session.commit()
    carrier = Recording()
    Delivery(bare_app, by=carrier).batch(clock.now())
    assert carrier.subjects == ["Hello 0", "Hello 4"]
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(row.state, row.last_error) for row in rows] == [
        (State.SENT, None),
        (State.SUPERSEDED, "withdrawn"),
        (State.QUEUED, "builder: KeyError"),
        (State.SUPERSEDED, "withdrawn"),
        (State.SENT, None),
    ]


def test_a_superseded_message_gives_its_place_back(bare_app: Flask) -> None:
    enqueue("tell", subject=("r", 1), occurrence="", channel="mail", address="hoa@example.org", limited=Limited.NOW)
    db.session.commit()
    Delivery(bare_app, by=Recording()).batch(clock.now())
    assert one().state == State.SUPERSEDED
    assert db.session.scalars(select(AddressAllowance)).one().places == []


def test_a_message_nobody_writes_fails_and_says_so(bare_app: Flask) -> None:
    enqueue("goodbye", subject=("r", 1), occurrence="", channel="mail")
    db.session.commit()
    Delivery(bare_app, by=Recording()).batch(clock.now())
    assert (one().state, one().last_error) == (State.FAILED, "no builder writes the message 'goodbye'")


def test_an_expired_message_is_not_sent(bare_app: Flask) -> None:
    enqueue("hello", subject=("r", 1), occurrence="", channel="mail", expires_at=NOON)
    db.session.commit()
    carrier = Recording()
    with clock.at(max(clock.now(), NOON)):
        Delivery(bare_app, by=carrier).batch(clock.now())
    assert (one().state, one().last_error, carrier.sent) == (State.SUPERSEDED, "expired", [])


def break_once(monkeypatch: pytest.MonkeyPatch, name: str, when: Callable[[], bool]) -> None:
    """Let the database be away the first time that `name` of claim is used while `when` holds."""
    from_here = f"registration.mail.claim.{name}"
    original = getattr(__import__("registration.mail.claim", fromlist=[name]), name)
    broken = False

    def breaking(*arguments: object) -> object:
        nonlocal broken
        if when() and not broken:
            broken = True
            db.session.execute(update(OutboxMessage).values(no_such_column=1))
        return original(*arguments)

    monkeypatch.setattr(from_here, breaking)


def test_a_mail_that_could_not_be_recorded_is_recorded_later_and_not_sent_again(
    bare_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(3)
    carrier = Recording()
    stop = threading.Event()
    monkeypatch.setattr("registration.mail.deliver.transport", lambda _app: carrier)
    monkeypatch.setattr("registration.mail.deliver._pause", lambda _trouble: 0.01)
    break_once(monkeypatch, "settle", lambda: len(carrier.sent) == 2)
    carrier.before = lambda _message: stop.set() if len(carrier.sent) == 2 else None
    deliver(stop)
    assert carrier.subjects == ["Hello 0", "Hello 1", "Hello 2"]
    assert set(db.session.scalars(select(OutboxMessage.state))) == {State.SENT}
