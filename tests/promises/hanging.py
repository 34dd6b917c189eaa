"""A proxy before PostgreSQL that can swallow all bytes, as a server that hangs or a dead link does."""

import contextlib
import socket
import threading

from sqlalchemy import URL, make_url


class HangingServer:
    """Passes connections on, until it is told to hang: then it accepts and reads, and answers nothing."""

    def __init__(self, uri: str) -> None:
        self.behind = make_url(uri)
        self.passing = threading.Event()
        self.passing.set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.opened: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def uri(self) -> str:
        """The address of the same database through this proxy."""
        there = self.behind.difference_update_query(["host", "port"]).set(host="127.0.0.1", port=self.port)
        return there.render_as_string(hide_password=False)

    def hang(self) -> None:
        """Answer nothing any more."""
        self.passing.clear()

    def go_on(self) -> None:
        """Pass on what was swallowed, and all that follows."""
        self.passing.set()

    def close(self) -> None:
        """End all connections."""
        self.go_on()
        self.listening.close()
        for one in self.opened:
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = _connect(self.behind)
                self.opened += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.passing.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def _connect(behind: URL) -> socket.socket:
    folder = behind.query.get("host")
    if not isinstance(folder, str):
        return socket.create_connection((behind.host or "127.0.0.1", behind.port or 5432))
    opened = socket.socket(socket.AF_UNIX)
    opened.connect(f"{folder}/.s.PGSQL.{behind.port or 5432}")
    return opened
