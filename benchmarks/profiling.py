"""Where the time of the four requests goes: python -m benchmarks.profiling [--side bare] [--functions 30]

In one process, without a web server: processor time, SQL statements and size of each request; with --functions the
functions that take most of it (cProfile slows all calls, so its figures compare functions, not sides).
"""

import argparse
import cProfile
import io
import os
import pstats
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from sqlalchemy import Engine, event

from benchmarks import bare, sides
from benchmarks.load import Answer, Order, family
from registration import create_app
from registration.extensions import db
from registration.prepared import Prepared

REQUESTS = ("form", "check", "send", "confirmation")


@dataclass
class Request:
    """One of the four requests over all families: processor milliseconds, bytes, SQL statements of the last one."""

    processor: list[float] = field(default_factory=list)
    size: int = 0
    statements: list[str] = field(default_factory=list)
    # Processor time, not the clock: others may be at work on the machine.
    profile: cProfile.Profile = field(default_factory=lambda: cProfile.Profile(time.process_time))


def environ(request: bytes) -> dict[str, Any]:
    """The WSGI environment of a request as the load sends it."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, address, protocol = first.split(" ")
    path, _, query = address.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": protocol,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for line in lines:
        name, _, value = line.partition(": ")
        key = name.upper().replace("-", "_")
        found[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return found


def answer(app: WSGIApplication, request: bytes) -> Answer:
    """What `app` answers."""
    head: list[bytes] = []

    def start_response(status: str, headers: Iterable[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        head[:] = [f"HTTP/1.1 {status}".encode(), *(f"{name}: {value}".encode() for name, value in headers)]
        return head.append

    result = app(environ(request), start_response)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    return Answer(int(head[0][9:12]), b"\r\n".join(head), body)


def measure(app: Flask, form: str, families: int, warm: int, *, functions: bool) -> list[Request]:
    """Send whole families through `app`, one after the other."""
    found = [Request() for _ in REQUESTS]
    order = Order(port=0, path=form, name=f"p{os.getpid()}", concurrency=1, families=families, seconds=0)
    for number in range(warm + families):
        if number == warm:
            found = [Request() for _ in REQUESTS]
        _one(app, family(order, number), found, functions=functions and number >= warm)
    return found


def _one(app: Flask, browsing: Generator[bytes, Answer, str], found: list[Request], *, functions: bool) -> None:
    request = next(browsing)
    for each in found:
        with statements_into(each):
            if functions:
                each.profile.enable()
            began = time.process_time()
            answered = answer(app.wsgi_app, request)
            each.processor.append((time.process_time() - began) * 1000)
            each.profile.disable()
        each.size = len(answered.body)
        try:
            request = browsing.send(answered)
        except StopIteration:
            return


_listening: list[str] | None = None


@contextmanager
def statements_into(request: Request) -> Generator[None, None, None]:
    """Keep the statements that SQLAlchemy sends in the block."""
    global _listening
    request.statements = _listening = []
    yield
    _listening = None


def _listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    if _listening is not None:
        _listening.append(" ".join(statement.split()))


def main() -> None:
    """Print a line for each request, then what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling")
    parser.add_argument("--side", choices=["ours", "bare"], default="ours")
    parser.add_argument("--families", type=int, default=150)
    parser.add_argument("--functions", type=int, default=0, help="so many functions of each request")
    parser.add_argument("--sort", default="tottime", help="tottime or cumulative")
    parser.add_argument("--statements", action="store_true")
    arguments = parser.parse_args()
    server = os.environ.get("TEST_DATABASE_URI")
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        with sides.on_postgresql(folder, server) if server else sides.on_sqlite(folder) as pair:
            side = pair.ours if arguments.side == "ours" else pair.bare
            app = _app(pair, side, folder)
            found = measure(app, side.form, arguments.families, 30, functions=bool(arguments.functions))
            _print(found, arguments)
            if side is pair.ours:
                with app.app_context():
                    db.engine.dispose()


def _app(pair: sides.Pair, side: sides.Side, folder: Path) -> Flask:
    if side is pair.bare:
        return bare.create_app(pair.bare_address, str(folder / "offered.json"), sides.SECRET)
    app = create_app(dict(side.settings), instance_path=str(folder / "instance"))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _listen)
    _listen_to_prepared()
    return app


def _listen_to_prepared() -> None:
    # They are not sent by SQLAlchemy.
    read = Prepared._read

    def noted(prepared: Prepared, engine: Engine, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        _listen(None, None, str(prepared.query))
        return read(prepared, engine, values)

    setattr(Prepared, "_read", noted)  # noqa: B010 - mypy lets no method be assigned


def _print(found: list[Request], arguments: argparse.Namespace) -> None:
    print(f"{'':>14}{'processor ms':>14}{'SQL':>6}{'bytes':>8}")
    for name, request in zip(REQUESTS, found, strict=True):
        print(f"{name:>14}{median(request.processor):>14.2f}{len(request.statements):>6}{request.size:>8}")
    print(f"{'together':>14}{sum(median(request.processor) for request in found):>14.2f}")
    for name, request in zip(REQUESTS, found, strict=True):
        if arguments.statements:
            print(f"\n{name}", *request.statements, sep="\n  ")
        if arguments.functions:
            written = io.StringIO()
            pstats.Stats(request.profile, stream=written).sort_stats(arguments.sort).print_stats(arguments.functions)
            print(f"\n{name}, {arguments.families} families\n{written.getvalue()}")


if __name__ == "__main__":
    main()
