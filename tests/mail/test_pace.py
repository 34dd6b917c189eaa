"""A provider's quota: no minute has more mails than the setting says, however many workers there are."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration import clock, config, create_app
from registration.extensions import db
from registration.mail.deliver import Delivery, deliver
from registration.mail.models import OutboxMessage, State
from tests.mail.carriers import Recording
from tests.mail.conftest import NOON
from tests.mail.test_delivery import fill
from tests.mail.test_limit import all_at_once


@pytest.fixture
def mail_settings() -> dict[str, object]:
    return {"MAIL_PER_MINUTE": 60}


def sent() -> int:
    """How many mails have left."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OutboxMessage.state == State.SENT)) or 0


def run(app: Flask, workers: int, minutes: float) -> list[datetime]:
    """When mails leave, two workers looking every half second in turn."""
    moments: list[datetime] = []
    working = [Delivery(app, by=Recording(lambda _: moments.append(clock.now()))) for _ in range(workers)]
    for tick in range(int(minutes * 120)):
        moment = NOON + timedelta(seconds=tick / 2)
        with clock.at(moment):
            for worker in working:
                worker.batch(moment)
    return moments


@pytest.mark.parametrize("workers", [1, 2])
def test_no_minute_has_more_than_the_quota(bare_app: Flask, workers: int) -> None:
    with clock.at(NOON):
        fill(200)
    moments = run(bare_app, workers, 2.5)
    for first in moments:
        assert sum(first <= moment < first + timedelta(minutes=1) for moment in moments) <= 60
    # And no much slower than it may be.
    assert len(moments) >= 135


def test_a_place_that_nobody_took_is_not_saved_up(bare_app: Flask) -> None:
    with clock.at(NOON):
        fill(1)
        Delivery(bare_app, by=Recording()).batch(NOON)
    later = NOON + timedelta(hours=1)
    with clock.at(later):
        fill(200)
        assert Delivery(bare_app, by=Recording()).batch(later) <= 2


def test_workers_at_the_same_moment_share_one_line(bare_app: Flask) -> None:
    with clock.at(NOON):
        fill(100)

        def work(_: int) -> None:
            Delivery(bare_app, by=Recording()).batch(NOON)
            db.session.remove()

        all_at_once(bare_app, 4, work)
    assert sent() <= 2


def test_delivering_once_goes_on_until_nothing_is_due(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.at(NOON):
        fill(7)
    moments = iter(NOON + timedelta(seconds=second) for second in range(1000))
    monkeypatch.setattr("registration.mail.deliver.clock.now", lambda: next(moments))
    monkeypatch.setattr("registration.mail.deliver.POLL_SECONDS", 0.0)
    monkeypatch.setattr("registration.mail.deliver.transport", lambda _app: Recording())
    deliver(threading.Event(), once=True)
    assert sent() == 7


@pytest.mark.parametrize("value", [0, -5, "many", 1.5])
def test_a_pace_that_is_none_is_refused(value: object, tmp_path: object) -> None:
    with pytest.raises(config.SettingsError, match="FLASK_MAIL_PER_MINUTE"):
        create_app({"MAIL_PER_MINUTE": value, "SECRET_KEY": "x"}, instance_path=str(tmp_path))
