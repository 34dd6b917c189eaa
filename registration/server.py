"""The web server: waitress, which no slow client can stop.

waitress reads every socket in one loop and gives a thread the whole request; the loop also sends what the thread
answered. So a client that sends or reads slowly costs a socket and its buffer, never a thread. What waitress leaves
open is here: how long one request may take, how large one may be where nobody is signed in, and a stop that first
answers what has arrived. Figures and alternatives: docs/decisions/020.
"""

import copy
import resource
import signal
import socket
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.wasyncore import close_all, loop

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Seconds from the first byte of a request to the last byte of its answer, not counting the work of our thread; and
# bytes a second that earn more time. The same rule as Apache's mod_reqtimeout: a slow phone passes, a drip does not.
REQUEST_SECONDS = 40
SLOWEST_RATE = 500
# Seconds that a connection stays open between two requests; a proxy that reuses connections must give up earlier.
IDLE_SECONDS = 75
# Seconds between two looks for connections that have used up their time.
LOOK_SECONDS = 5
# Open connections of one process. Each costs a file handle, and two more when its bodies are kept in files.
CONNECTIONS = 1000
MOST_HEADERS = 32 * 1024
# Above what the application takes (config.MAX_CONTENT_LENGTH), so that its own page says what to do; larger bodies are
# refused unread. Staff send files.
MOST_BODY = 1024 * 1024
STAFF = "/staff/"
MOST_STAFF_BODY = 64 * 1024 * 1024
# What of one body is kept in memory; the rest goes to a temporary file.
IN_MEMORY = 128 * 1024
# A thread waits for its reader only above this, so never.
LONGEST_ANSWER = 1 << 30
# Seconds after a stop for requests whose end has not arrived yet, and for answers that are read slowly.
STRAGGLERS = 3.0


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request; only staff may send large ones."""

    adj: Adjustments

    def parse_header(self, header_plus: bytes) -> None:
        """Take the headers apart, and set how long the body may be."""
        super().parse_header(header_plus)
        if self.path.startswith(STAFF):
            settings: Adjustments = copy.copy(self.adj)
            settings.max_request_body_size = MOST_STAFF_BODY
            self.adj = settings


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that counts what it moves, so that a slow one can be told from a slow line."""

    parser_class = Parser
    since = 0.0
    moved = 0

    def recv(self, buffer_size: int) -> bytes:
        """Read; the first bytes after an answer begin a new request."""
        if not self.under_way():
            self.since, self.moved = time.monotonic(), 0
        data: bytes = super().recv(buffer_size)
        self.moved += len(data)
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Write what the socket takes."""
        sent: int = super().send(data, do_close)
        self.moved += sent
        return sent

    def under_way(self) -> bool:
        """Whether a request is being received, worked on or answered."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)

    def overdue(self, idle_since: float) -> bool:
        """Whether the client has used up its time. `idle_since` is on waitress's clock."""
        if self.requests:
            return False
        if self.last_activity < idle_since:
            return True
        return self.under_way() and time.monotonic() - self.since > REQUEST_SECONDS + self.moved / SLOWEST_RATE


class Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress on a socket that is open already."""

    channel_class = Channel
    stopping = False

    def maintenance(self, now: float) -> None:
        """Close connections that have used up their time, those that read nothing included."""
        for channel in list(self.active_channels.values()):
            if channel.overdue(now - IDLE_SECONDS):
                channel.handle_close()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Take no more connections, answer what has arrived, then return from `run`."""
        self.stopping = True
        self.pull_trigger()

    def run(self, grace: float = 0) -> None:
        """Serve until stopped, and `grace` seconds longer at most."""
        while not self.stopping:
            self._look()
        self.del_channel()
        self.socket.close()
        now = time.monotonic()
        while self._awaited(straggling=time.monotonic() > now + STRAGGLERS) and time.monotonic() < now + grace:
            self._look(0.1)
        self.task_dispatcher.shutdown(timeout=0.5)
        close_all(self._map)

    def _look(self, seconds: float = 1.0) -> None:
        loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _awaited(self, *, straggling: bool) -> bool:
        channels: list[Any] = list(self.active_channels.values())
        return any(channel.requests if straggling else channel.under_way() for channel in channels)


def listen(host: str, port: int) -> socket.socket:
    """A socket that several processes can accept connections from. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def serve(application: "WSGIApplication", listening: socket.socket, threads: int, grace: float) -> None:
    """Serve `application` in this process until SIGTERM or SIGINT; requests under way get `grace` seconds."""
    _allow_files()
    server = make(application, listening, threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop)
    server.run(grace)


def make(application: "WSGIApplication", listening: socket.socket, threads: int) -> Server:
    """A server with our settings on an open socket; its threads run, `run` accepts connections."""
    settings = Adjustments(
        sockets=[listening],
        threads=threads,
        # Nobody needs to know what serves, nor with which version.
        ident=None,
        # The application decides which proxy it trusts; what a client says of itself means nothing to it.
        clear_untrusted_proxy_headers=False,
        connection_limit=CONNECTIONS,
        cleanup_interval=LOOK_SECONDS,
        max_request_header_size=MOST_HEADERS,
        max_request_body_size=MOST_BODY,
        inbuf_overflow=IN_MEMORY,
        outbuf_overflow=IN_MEMORY,
        outbuf_high_watermark=LONGEST_ANSWER,
        log_socket_errors=False,
    )
    where = (listening.family, listening.type, listening.proto, listening.getsockname())
    return Server(application, {}, _sock=listening, adj=settings, sockinfo=where, bind_socket=False)


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
