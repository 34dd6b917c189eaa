"""The web server that `flask serve` runs: slow clients stop nobody, and what HTTP asks of a server is kept."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from registration import server
from registration.extensions import db
from registration.meetings.models import Meeting
from registration.meetings.published import touch
from tests.promises.service import Family, Service, free_port
from tests.promises.slow import KINDS, Slow

SLUG = "english-meeting"
FORM = f"/en/meetings/{SLUG}/register"
SLOW_CLIENTS = 200
ENDS_WITHIN_SECONDS = 30


@pytest.fixture
def service(app: Flask, database_uri: str, tmp_path: Path) -> Iterator[Service]:
    """The service, running; its meeting is ahead of the real clock."""
    starts = datetime.now(UTC) + timedelta(days=40)
    moved = update(Meeting).where(Meeting.slug == SLUG)
    db.session.execute(moved.values(starts_at=starts, ends_at=starts + timedelta(hours=1), childcare_closes_at=None))
    touch()
    db.session.commit()
    running = Service(database_uri, free_port(), tmp_path)
    running.start()
    yield running
    running.end()


def exchange(service: Service, request: bytes) -> bytes:
    """All that comes back on one connection until the server closes it."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as opened:
        opened.sendall(request)
        return b"".join(iter(lambda: opened.recv(65536), b""))


@pytest.mark.parametrize("kind", KINDS)
def test_a_family_registers_while_two_hundred_slow_clients_hold_on(kind: str, service: Service) -> None:
    opening, drips = KINDS[kind]
    family = Family(service)
    with Slow(service.port, FORM, opening, drips, SLOW_CLIENTS) as slow:
        slow.go_on()
        form = family.form(SLUG, 1)
        slow.go_on()
        assert family.ask("POST", FORM, {**form, "checked": ""}).status in (200, 422)
        slow.go_on()
        assert family.register(SLUG, form).status == 303
        slow.go_on()
        assert family.ask("GET", "/en/registration/").status == 200
        assert slow.held() == SLOW_CLIENTS


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_uses_up_its_time_is_cut_off(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUEST_SECONDS", "IDLE_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(server, name, 0.3)
    opening, drips = KINDS[kind]

    def answers(_environ: object, start_response: object) -> list[bytes]:
        assert callable(start_response)
        start_response("200 OK", [("Content-Length", "400000")])
        return [b"a" * 400_000]

    with server.listen("127.0.0.1", 0) as listening:
        made = server.make(answers, listening, threads=2)
        running = threading.Thread(target=made.run)
        running.start()
        try:
            with Slow(listening.getsockname()[1], "/", opening, drips, 3):
                until = time.monotonic() + ENDS_WITHIN_SECONDS
                seen = False
                while made.active_channels or not seen:
                    seen = seen or bool(made.active_channels)
                    assert time.monotonic() < until
                    time.sleep(0.02)
        finally:
            made.stop()
            running.join()


@pytest.mark.one_database
def test_what_http_asks_of_a_server(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    for method, path in (("GET", "/en/"), ("HEAD", "/en/"), ("GET", "/healthz")):
        connection.request(method, path, headers={"Accept-Language": "español é", "X-Name": "Méndez".encode()})
        first = connection.sock
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200
        assert (method == "HEAD") == (body == b"")
        assert int(answer.headers["Content-Length"]) > 0
        assert answer.headers["Date"]
        assert answer.headers["Server"] is None
        assert connection.sock is first, "the connection stays open"
    connection.close()


@pytest.mark.one_database
def test_a_body_in_chunks_is_read_whole(service: Service) -> None:
    family = Family(service)
    form = family.form(SLUG, 1)
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in form.items()).encode()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in family.cookies.items()),
    }
    connection.request("POST", FORM, iter([body[:20], body[20:]]), headers, encode_chunked=True)
    assert connection.getresponse().status == 303
    connection.close()


@pytest.mark.one_database
@pytest.mark.parametrize("megabytes", [0.5, 100])
def test_a_body_that_is_too_large_is_refused(megabytes: float, service: Service) -> None:
    length = int(megabytes * 1024 * 1024)
    begins = f"POST {FORM} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n".encode()
    # The larger one is refused before any of it was sent.
    answer = exchange(service, begins + b"a" * (length if megabytes < 1 else 0))
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: 5\r\nTransfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Content-Length : 5",
        "A: b\nTransfer-Encoding: chunked",
    ],
)
def test_a_request_that_two_servers_could_read_differently_is_refused(headers: str, service: Service) -> None:
    answer = exchange(service, f"POST {FORM} HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n0\r\n\r\nGET /en/ HT".encode())
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 501", b"HTTP/1.0 501"))
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.one_database
def test_what_a_client_says_of_proxies_changes_nothing(service: Service) -> None:
    lies = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\n"
    lies += "Forwarded: host=evil.example\r\nX-Forwarded-Prefix: /evil\r\nScript-Name: /evil\r\nSCRIPT_NAME: /evil\r\n"
    answer = exchange(service, f"GET /en/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lies}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"evil" not in answer


@pytest.mark.one_database
def test_a_port_that_is_taken_is_named(service: Service, tmp_path: Path) -> None:
    second = Service(service.environment["FLASK_SQLALCHEMY_DATABASE_URI"], free_port(), tmp_path)
    second.port = service.port
    second.environment = service.environment
    second.log = tmp_path / "second.log"
    second.start_process()
    assert second.process is not None
    assert second.process.wait(60) == 1
    assert f"Cannot listen on 127.0.0.1 port {service.port}" in second.log.read_text()


@pytest.mark.one_database
def test_children_end_with_a_parent_that_is_killed(service: Service) -> None:
    assert service.process is not None
    os.kill(service.process.pid, signal.SIGKILL)
    service.process.wait()
    until = time.monotonic() + ENDS_WITHIN_SECONDS
    while service.lives():
        assert time.monotonic() < until
        time.sleep(0.05)
