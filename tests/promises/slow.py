"""Clients that never finish: they hold a connection open and send or read a byte now and then."""

import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

Opening = Callable[[str], bytes]


def _headers(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ".encode()


def _body(path: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 100000\r\n\r\nname="
    ).encode()


def _chunks(path: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\n\r\nffff\r\nname="
    ).encode()


def _answers(path: str) -> bytes:
    # More than the buffers of both sockets hold.
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 40


def _nothing(_path: str) -> bytes:
    return b""


class Slow:
    """A kind of slow clients, so many at once."""

    def __init__(self, port: int, path: str, opening: Opening, drips: bool, clients: int) -> None:
        self.drips = drips
        self.sockets = [self._open(port, opening(path)) for _ in range(clients)]

    @staticmethod
    def _open(port: int, begins: bytes) -> socket.socket:
        opened = socket.socket()
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        opened.settimeout(30)
        opened.connect(("127.0.0.1", port))
        opened.sendall(begins)
        return opened

    def go_on(self) -> None:
        """Each sends another byte. Raises OSError when the server has given up on one."""
        for one in self.sockets if self.drips else ():
            one.sendall(b"a")

    def held(self) -> int:
        """How many the server still bears with: it has not closed them."""
        return sum(_is_open(one) for one in self.sockets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self.sockets:
            one.close()


def _is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return bool(one.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        one.settimeout(30)


# What opens each kind, and whether it sends on.
KINDS: dict[str, tuple[Opening, bool]] = {
    "headers": (_headers, True),
    "bodies": (_body, True),
    "chunked bodies": (_chunks, True),
    "readers": (_answers, False),
    "idlers": (_nothing, False),
}
