"""The whole service, killed without warning and stopped with one, loses nothing that a family was told."""

import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, select, update

from registration import database, serve
from registration.extensions import db
from registration.families.models import Registration
from registration.families.recount import differences
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting
from registration.meetings.published import touch
from tests.promises.crowd import set_capacity, statuses
from tests.promises.service import Answer, Arrived, Crowd, Family, Service, free_port

SLUG = "english-meeting"
DELIVERED_WITHIN_SECONDS = 60


@pytest.fixture
def arrived() -> Arrived:
    """What the mail server has taken."""
    return Arrived()


@pytest.fixture
def mail_port(arrived: Arrived) -> Iterator[int]:
    """Where the mail server listens."""
    controller = Controller(arrived, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def service(app: Flask, database_uri: str, mail_port: int, tmp_path: Path) -> Iterator[Service]:
    """The service on the test's database; its clock is the real one, so the meeting is moved ahead of that."""
    starts = datetime.now(UTC) + timedelta(days=40)
    moved = update(Meeting).where(Meeting.slug == SLUG)
    db.session.execute(moved.values(starts_at=starts, ends_at=starts + timedelta(hours=1), childcare_closes_at=None))
    touch()
    db.session.commit()
    running = Service(database_uri, mail_port, tmp_path)
    yield running
    running.end()


def outbox() -> dict[str, int]:
    """How many messages are in which state."""
    db.session.rollback()
    database.reads_only()
    grouped = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    return dict(db.session.execute(grouped).all())


def wait_for_delivery() -> None:
    """Wait until nothing is queued any more."""
    until = time.monotonic() + DELIVERED_WITHIN_SECONDS
    while not outbox().keys() <= {State.SENT}:
        assert time.monotonic() < until, outbox()
        time.sleep(0.2)


def kill_during_load(service: Service, arrived: Arrived, kills: int) -> None:
    """Kill everything again and again while families register; then look at what is there."""
    set_capacity(SLUG, 40)
    service.start()
    crowd = Crowd(service, SLUG)
    chance = random.Random(kills)
    try:
        for _ in range(kills):
            crowd.wait_for(chance.randint(5, 30))
            time.sleep(chance.uniform(0, 0.2))
            service.kill()
            service.start()
        crowd.wait_for(5)
    finally:
        crowd.go_home()
    wait_for_delivery()
    assert crowd.wrong == []
    check_nothing_lost(set(crowd.acknowledged))
    check_mail(arrived, kills)


def check_nothing_lost(acknowledged: set[str]) -> None:
    """Every registration that was acknowledged is there once, with its message, and the counters are right."""
    db.session.rollback()
    there = db.session.scalars(select(Registration.submission_id)).all()
    assert acknowledged <= set(there)
    assert len(there) == len(set(there))
    told = select(Registration.id, func.count(OutboxMessage.id)).outerjoin(
        OutboxMessage, OutboxMessage.subject_id == Registration.id
    )
    assert {count for _, count in db.session.execute(told.group_by(Registration.id))} == {1}
    assert differences() == []


def check_mail(arrived: Arrived, kills: int) -> None:
    """Every message arrived; what arrived twice is at most one for each kill, under one Message-ID."""
    assert set(arrived.mails) == set(db.session.scalars(select(OutboxMessage.message_id)))
    twice = sum(times - 1 for times in arrived.mails.values())
    assert twice <= kills


def test_three_kills_during_load_lose_no_registration_that_was_acknowledged(service: Service, arrived: Arrived) -> None:
    kill_during_load(service, arrived, kills=3)


@pytest.mark.faults
def test_thirty_kills_during_load_lose_no_registration_that_was_acknowledged(
    service: Service, arrived: Arrived
) -> None:
    kill_during_load(service, arrived, kills=30)


def test_two_hundred_forms_over_http_for_fifty_seats_give_fifty_confirmed(service: Service) -> None:
    set_capacity(SLUG, 50)
    service.start()
    families = [(family := Family(service), family.form(SLUG, number)) for number in range(200)]
    answers: list[Answer] = []
    ready = threading.Barrier(200)

    def press(family: Family, form: dict[str, str]) -> None:
        ready.wait(60)
        answers.append(family.register(SLUG, form))

    threads = [threading.Thread(target=press, args=pair) for pair in families]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [303] * 200
    assert statuses(SLUG) == {"registered": 50, "waiting": 150}
    assert differences() == []


def test_a_stop_answers_the_request_under_way_and_leaves_no_process(service: Service) -> None:
    service.start()
    assert service.process is not None
    family = Family(service)
    form = family.form(SLUG, 1)
    answers: list[Answer] = []
    database.may_write()
    # While this transaction holds the meeting, the family's request waits.
    db.session.execute(update(Meeting).where(Meeting.slug == SLUG).values(version=Meeting.version))
    waiting = threading.Thread(target=lambda: answers.append(family.register(SLUG, form)))
    waiting.start()
    time.sleep(0.5)
    service.terminate()
    time.sleep(0.7)
    assert answers == []
    db.session.rollback()
    waiting.join()
    assert [answer.status for answer in answers] == [303]
    assert service.process.wait(30) == 0
    assert not service.lives()
    assert statuses(SLUG) == {"registered": 1}


def test_a_part_that_dies_is_started_again(service: Service, arrived: Arrived) -> None:
    service.start()
    assert service.process is not None
    mailer = next(child for child in children(service.process.pid) if name_of(child) == serve.MAIL)
    terminate(mailer)
    family = Family(service)
    assert family.register(SLUG, family.form(SLUG, 1)).status == 303
    wait_for_delivery()
    assert len(arrived.mails) == 1


def children(pid: int) -> list[int]:
    """The processes a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def name_of(pid: int) -> str:
    """What a process calls itself."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


def terminate(pid: int) -> None:
    """Kill one process."""
    os.kill(pid, signal.SIGKILL)


def test_nothing_a_client_sends_decides_where_the_service_leads(service: Service) -> None:
    forged = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil.example",
        "X-Script-Name": "/evil.example",
        "Script-Name": "/evil.example",
        "SCRIPT_NAME": "/evil.example",
        "Forwarded": "host=evil.example;proto=https",
    }
    redirected = 0
    service.start()
    paths = ["/", "/en", "/en/series/safety", f"/en/meetings/{SLUG}", f"/en/meetings/{SLUG}/", "/staff", "/interpreter"]
    for path in [*paths, "/en/registration", "/en/privacy/", "/nothing", "/EN/", "//evil.example/en"]:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        connection.request("GET", path, headers=forged)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        location = response.headers.get("Location", "")
        redirected += bool(location)
        assert "evil" not in location, path
        assert "evil.example" not in text.replace(f"{path}", ""), path
        assert not location.startswith("//")
    assert redirected >= 4
