"""Families that register, from a process of its own: python -m benchmarks.load '{"port": …}' prints one line of JSON.

One thread and plain sockets, so that the load costs little beside what it measures. A family is a browser: a connection
of its own that is kept for its four requests, and its own cookies. It loads no style sheet and thinks no time.
"""

import html
import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Generator
from typing import NamedTuple, TypedDict
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
COOKIE = re.compile(rb"\r\nset-cookie: ([^=\r\n]+)=([^;\r\n]*)", re.IGNORECASE)
# Interpreters asked for, in turn.
WISHES = ("es", "vi", "none", "ar", "so")


class Order(TypedDict):
    """What to do. `name` tells one run from another; nothing begins after `seconds`, all ends ten seconds later."""

    port: int
    path: str
    name: str
    concurrency: int
    families: int
    seconds: float


class Answer(NamedTuple):
    """An answer of the server."""

    status: int
    head: bytes
    body: bytes


class Refused(Exception):
    """A family was not answered as it should be."""


Browsing = Generator[bytes, Answer, str]


def typed(name: str, number: int) -> list[tuple[str, str]]:
    """What a browser sends for the form as a family fills it in: every third gives its telephone number as well."""
    return [
        ("name", f"Ana Flores {name} {number}"),
        ("phone", f"303 555 {number % 10000:04}" if number % 3 == 0 else ""),
        ("email", address(name, number)),
        ("interpretation", WISHES[number % len(WISHES)]),
        ("other_language", ""),
        ("interpretation", ""),
        ("listeners", ""),
        ("adults", "2"),
        ("children", "1"),
        ("needs_other", ""),
        ("childcare_children", ""),
        ("question", "What will change for us?" if number % 4 == 0 else ""),
    ]


def address(name: str, number: int) -> str:
    """Each family has its own, so that no limit on mail to one address is met."""
    return f"ana.{name}.{number}@example.org"


def _request(method: str, path: str, jar: dict[bytes, bytes], fields: list[tuple[str, str]] | None = None) -> bytes:
    cookies = b"; ".join(key + b"=" + value for key, value in jar.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: text/html\r\n".encode()
    if cookies:
        head += b"Cookie: " + cookies + b"\r\n"
    if fields is None:
        return head + b"\r\n"
    body = urlencode(fields).encode()
    return head + (b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)) + body


def _first_form(page: bytes, containing: bytes = b"") -> list[tuple[str, str]]:
    start = page.find(b'<form method="post"')
    end = page.find(b"</form>", start)
    if start < 0 or containing not in page[start:end]:
        raise Refused("a page without the form expected")
    found = HIDDEN.findall(page[start:end].decode())
    return [(key, html.unescape(value)) for key, value in found]


def family(order: Order, number: int) -> Browsing:
    """One family: form, check, send, confirmation. Returns its address once it has seen that it is registered."""
    jar: dict[bytes, bytes] = {}
    path = order["path"]
    form = yield from _ask(_request("GET", path, jar), jar, 200)
    fields = _first_form(form.body, b'name="submission_id"') + typed(order["name"], number)
    check = yield from _ask(_request("POST", path, jar, fields), jar, 200)
    sent = yield from _ask(
        _request("POST", path, jar, [*_first_form(check.body, b'name="submission_id"'), ("contact_language", "en")]),
        jar,
        303,
    )
    where = re.search(rb"\r\nlocation: ([^\r\n]+)", sent.head, re.IGNORECASE)
    if where is None:
        raise Refused("303 without Location")
    to = urlsplit(where[1].decode())
    shown = yield from _ask(_request("GET", to.path + (f"?{to.query}" if to.query else ""), jar), jar, 200)
    if b"You are registered" not in shown.body or address(order["name"], number).encode() not in shown.body:
        raise Refused("the confirmation is not this family's")
    return address(order["name"], number)


def _ask(request: bytes, jar: dict[bytes, bytes], status: int) -> Generator[bytes, Answer, Answer]:
    answer = yield request
    if answer.status != status:
        raise Refused(f"{answer.status} instead of {status}: {answer.body[:300]!r}")
    for key, value in COOKIE.findall(answer.head):
        jar[key] = value
    return answer


class Visit:
    """One family under way: its connection and what has come of the answer so far."""

    def __init__(self, port: int, browsing: Browsing) -> None:
        self.browsing = browsing
        self.began = time.perf_counter()
        self.received = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(next(browsing))

    def go_on(self) -> str | None:
        """Read what is there; send the next request when the answer is whole. The address at the end."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise Refused("the server closed the connection")
        self.received += piece
        answer = _whole(self.received)
        if answer is None:
            return None
        self.received = bytearray()
        try:
            self.socket.sendall(self.browsing.send(answer))
        except StopIteration as end:
            return str(end.value)
        return None


def _whole(received: bytearray) -> Answer | None:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[:end])
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    if length is None:
        raise Refused("an answer without Content-Length")
    if len(received) < end + 4 + int(length[1]):
        return None
    return Answer(int(head[9:12]), head, bytes(received[end + 4 :]))


def run(order: Order) -> dict[str, object]:
    """Send the families; say who was registered, how long it took, what a family waited, what went wrong."""
    registered: list[str] = []
    waited: list[float] = []
    wrong: list[str] = []
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    number = 0
    while True:
        now = time.perf_counter() - began
        while len(selector.get_map()) < order["concurrency"] and number < order["families"] and now < order["seconds"]:
            visit = Visit(order["port"], family(order, number))
            selector.register(visit.socket, selectors.EVENT_READ, visit)
            number += 1
        if not selector.get_map():
            break
        if now > order["seconds"] + 10:
            wrong.append(f"{len(selector.get_map())} families were not answered in time")
            break
        for key, _ in selector.select(timeout=1):
            visit = key.data
            try:
                done = visit.go_on()
            except (Refused, OSError) as error:
                wrong.append(str(error))
            else:
                if done is None:
                    continue
                registered.append(done)
                waited.append(time.perf_counter() - visit.began)
            selector.unregister(visit.socket)
            visit.socket.close()
    return {
        "registered": registered,
        "seconds": time.perf_counter() - began,
        "waited": sorted(waited),
        "wrong": wrong,
        "processor": time.process_time(),
    }


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
