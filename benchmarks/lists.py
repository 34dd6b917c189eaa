"""Staff's pages at a thousand and at a million registrations: the time of one must hardly be that of the other."""

import contextlib
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text

from benchmarks import million, served
from registration import clock, create_app
from registration.accounts import people, sign_in
from registration.accounts.roles import Role
from registration.extensions import db

FEW, COPIES = 1000, 999
GOAL = 1.2
MADE_UP, GOAL_SECONDS = 100_000, 60.0
# Requests of each page on each database, one here and one there in turn, after some that are not counted.
REQUESTS, WARM = 80, 10


@dataclass(frozen=True)
class Page:
    """One page: milliseconds of each request at few and at many registrations, and bytes of its answers."""

    name: str
    few: tuple[float, ...]
    many: tuple[float, ...]
    size_few: int
    size_many: int

    @property
    def ratio(self) -> float:
        """Many to few, of medians."""
        return median(self.many) / median(self.few)


@dataclass(frozen=True)
class Result:
    """All pages on one database; seconds that the million took, and whether its counters are right."""

    database: str
    pages: tuple[Page, ...]
    filled: float
    registrations: int


class Wrong(Exception):
    """The million is not what it should be, or a page was refused: no benchmark."""


@contextlib.contextmanager
def on_sqlite(folder: Path) -> Iterator[tuple[str, str, float]]:
    """The addresses of a database with few registrations and of one with many, and the seconds that took."""
    few, many = (f"sqlite:///{folder / name}.sqlite" for name in ("few", "many"))
    began = time.perf_counter()
    _fill(few)
    shutil.copy(folder / "few.sqlite", folder / "many.sqlite")
    engine = create_engine(many)
    million.multiply(engine, COPIES)
    engine.dispose()
    yield few, many, time.perf_counter() - began


@contextlib.contextmanager
def on_postgresql(server_uri: str) -> Iterator[tuple[str, str, float]]:
    """The same on the server that `server_uri` names."""
    address = make_url(server_uri)
    names = [f"lists_{name}_{secrets.token_hex(4)}" for name in ("few", "many")]
    few, many = (address.set(database=name).render_as_string(hide_password=False) for name in names)
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        try:
            began = time.perf_counter()
            connection.execute(text(f"CREATE DATABASE {names[0]}"))
            _fill(few)
            connection.execute(text(f"CREATE DATABASE {names[1]} TEMPLATE {names[0]}"))
            engine = create_engine(many)
            million.multiply(engine, COPIES)
            engine.dispose()
            yield few, many, time.perf_counter() - began
        finally:
            for name in names:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


def _fill(uri: str) -> None:
    _flask(uri, "db", "upgrade")
    _flask(uri, "demo", "load")
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE meeting SET capacity = NULL, online_capacity = NULL, childcare_capacity = NULL")
        )
    engine.dispose()
    _flask(uri, "demo", "load", "--registrations", str(FEW))


def _flask(uri: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "registration", *words],
        cwd=served.CHECKOUT,
        env=served.environment(SQLALCHEMY_DATABASE_URI=uri, SECRET_KEY=secrets.token_hex(32)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def compare(database: str, few: str, many: str, filled: float, folder: Path) -> Result:
    """Time the pages. Raises Wrong."""
    _flask(many, "check", "counters")
    readers = [_Reader(uri, folder) for uri in (few, many)]
    if readers[1].registrations != FEW * (COPIES + 1):
        raise Wrong(f"{database}: {readers[1].registrations} registrations instead of {FEW * (COPIES + 1)}")
    meeting, beginning = readers[0].busiest()
    addresses = {
        "meetings": "/staff/meetings/",
        "one meeting": f"/staff/meetings/{meeting}/",
        "families": f"/staff/meetings/{meeting}/families/",
        f"search “{beginning}”": f"/staff/meetings/{meeting}/families/?q={beginning}",
        "late and need": f"/staff/meetings/{meeting}/families/?only=late&need=wheelchair",
        f"in all “{beginning}”": f"/staff/families/?q={beginning}",
    }
    pages = tuple(_time(name, address, readers[0], readers[1]) for name, address in addresses.items())
    return Result(database, pages, filled, readers[1].registrations)


class _Reader:
    """A coordinator who is signed in, in this process."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.app = create_app({"SQLALCHEMY_DATABASE_URI": uri, "SECRET_KEY": "bench"}, instance_path=str(folder))
        self.client: FlaskClient = self.app.test_client()
        with self.app.app_context():
            person = people.add("bench@staff.example.org", "Ana Ruiz", [Role.COORDINATOR], "en")
            db.session.commit()
            link = sign_in.link_for(person, clock.now())
            db.session.commit()
            self.registrations = int(db.session.scalar(text("SELECT SUM(registrations) FROM meeting")) or 0)
        path = re.sub(r"^\w+://[^/]+", "", link)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(path).text)
        if token is None:
            raise Wrong("the page of a sign-in link has no button")
        self.client.post(path, data={"csrf_token": token[1]})

    def busiest(self) -> tuple[int, str]:
        """The meeting with the most families, and the two letters with which most words of their names begin."""
        with self.app.app_context():
            meeting = db.session.execute(
                text("SELECT id FROM meeting ORDER BY registrations DESC LIMIT 1")
            ).scalar_one()
            counted = text(
                "SELECT substr(word, 1, 2) FROM registration_word"
                " WHERE meeting_id = :meeting AND word >= 'a' AND word < 'z'"
                " GROUP BY substr(word, 1, 2) ORDER BY COUNT(DISTINCT registration_id) DESC LIMIT 1"
            )
            return int(meeting), str(db.session.execute(counted, {"meeting": meeting}).scalar_one())

    def get(self, address: str) -> tuple[float, int]:
        """Milliseconds and bytes of a page. Raises Wrong."""
        began = time.perf_counter()
        answer = self.client.get(address)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise Wrong(f"{address}: {answer.status_code}")
        return took, len(answer.data)


def _time(name: str, address: str, few: _Reader, many: _Reader) -> Page:
    for _ in range(WARM):
        few.get(address)
        many.get(address)
    taken: tuple[list[float], list[float]] = ([], [])
    sizes = [0, 0]
    for number in range(REQUESTS):
        # Neither is always the first.
        for one in (0, 1) if number % 2 == 0 else (1, 0):
            took, sizes[one] = (few, many)[one].get(address)
            taken[one].append(took)
    return Page(name, tuple(taken[0]), tuple(taken[1]), sizes[0], sizes[1])


def made_up(folder: Path) -> float:
    """Seconds in which `flask demo load` makes 100,000 registrations on SQLite."""
    uri = f"sqlite:///{folder / 'made_up.sqlite'}"
    _flask(uri, "db", "upgrade")
    _flask(uri, "demo", "load")
    began = time.perf_counter()
    _flask(uri, "demo", "load", "--registrations", str(MADE_UP))
    return time.perf_counter() - began


def words_of(result: Result) -> Iterator[str]:
    """The result in lines."""
    yield (
        f"{result.database}: staff's pages at {FEW:,} and at {result.registrations:,} registrations (made in "
        f"{result.filled:.0f} s, counters right); medians of {REQUESTS} requests each, in turn, in one process"
    )
    yield f"{'':>20}{'few ms':>10}{'many ms':>10}{'few KB':>9}{'many KB':>9}{'ratio':>8}"
    for page in result.pages:
        met = "met" if page.ratio <= GOAL else "NOT met"
        yield (
            f"{page.name:>20}{median(page.few):>10.2f}{median(page.many):>10.2f}{page.size_few / 1000:>9.1f}"
            f"{page.size_many / 1000:>9.1f}{page.ratio:>8.2f}  (goal ≤ {GOAL}: {met})"
        )
