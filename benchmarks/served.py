"""A web server under measurement: ours as `flask serve` starts it, without mail, on a free port of the loopback."""

import contextlib
import importlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from registration import serve

CHECKOUT = Path(__file__).resolve().parent.parent
ANSWERS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 30

# As in registration/serve.py, for both sides.
WORKERS, THREADS = 2, 8


class DidNotStart(Exception):
    """A server ended or did not answer; the message holds what it said."""


class Served(NamedTuple):
    """A running server: its port, its first process, and the seconds from its start to its first answer."""

    port: int
    pid: int
    answered_after: float


def environment(**settings: str) -> dict[str, str]:
    """Our environment with these settings of the service and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    return kept | {f"FLASK_{name}": value for name, value in settings.items()}


def command(application: str, port: int) -> list[str]:
    """The command that serves `application` (`module:name` or `module:call(…)`) as registration/serve.py does."""
    return [sys.executable, "-m", "benchmarks.served", application, str(port)]


def main() -> None:
    """Serve the application that the command line names."""
    application, port = sys.argv[1:]
    module, _, attribute = application.partition(":")
    app = eval(attribute, vars(importlib.import_module(module)))  # noqa: S307 - our own benchmarks' words
    serve.pages(app, "127.0.0.1", int(port), WORKERS, THREADS).run()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(command: list[str], port: int, path: str, settings: Mapping[str, str], log: Path) -> Iterator[Served]:
    """Run `command` until the block ends; it is there once `path` is answered. Raises DidNotStart."""
    with log.open("ab") as output:
        began = time.perf_counter()
        server = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment(**settings), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait_for_answer(server, f"http://127.0.0.1:{port}{path}", log)
        yield Served(port, server.pid, time.perf_counter() - began)
    finally:
        server.terminate()
        try:
            server.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for_answer(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                answer.read()
            return
        except urllib.error.HTTPError as error:
            raise DidNotStart(f"{address}: {error.code}\n{log.read_text(errors='replace')[-4000:]}") from error
        except OSError:
            time.sleep(0.01)
    raise DidNotStart(f"{address}: no answer\n{log.read_text(errors='replace')[-4000:]}")


if __name__ == "__main__":
    main()
