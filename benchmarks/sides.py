"""Both sides of the comparison on one kind of database, each on one of its own, ours filled by its own commands."""

import contextlib
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, create_engine, make_url, text

from benchmarks import bare_stores, processes, served
from registration import languages

SECRET = secrets.token_hex(32)

# A registration counts as kept when its message is there as well.
OURS_KEPT = """SELECT email FROM registration JOIN outbox ON outbox.subject_kind = 'registration'
    AND outbox.subject_id = registration.id WHERE email LIKE :like"""
BARE_KEPT = "SELECT email FROM registration JOIN outbox ON registration_id = registration.id WHERE email LIKE :like"


@dataclass(frozen=True)
class Side:
    """One side: how it is started, where its form is, and how its rows are read."""

    name: str
    application: str
    form: str
    settings: dict[str, str]
    uri: str
    kept_query: str

    def kept(self, run: str) -> set[str]:
        """The addresses of the registrations of a run that are in the database, each with its message."""
        engine = create_engine(self.uri)
        with engine.connect() as connection:
            found = set(connection.scalars(text(self.kept_query), {"like": f"ana.{run}.%"}))
        engine.dispose()
        return found

    def check(self) -> None:
        """Compare the service's counters with its rows. Raises CalledProcessError when they differ."""
        if self.settings:
            _flask(self.settings, "check", "counters")


@dataclass(frozen=True)
class Pair:
    """Both sides on one kind of database; `server` is the first process of the database server, if it is one."""

    database: str
    ours: Side
    bare: Side
    bare_address: str
    server: tuple[int, ...]


@contextlib.contextmanager
def on_sqlite(folder: Path) -> Iterator[Pair]:
    """Both sides, each on a SQLite file."""
    uri = f"sqlite:///{folder / 'ours.sqlite'}"
    bare = folder / "bare.sqlite"
    yield _pair("SQLite", folder, uri, f"sqlite:///{bare}", str(bare), ())


@contextlib.contextmanager
def on_postgresql(folder: Path, server_uri: str) -> Iterator[Pair]:
    """Both sides, each in a database of its own on the server."""
    address = make_url(server_uri)
    names = {side: f"bench_{side}_{secrets.token_hex(4)}" for side in ("ours", "bare")}
    uris = {side: address.set(database=name).render_as_string(hide_password=False) for side, name in names.items()}
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for name in names.values():
            connection.execute(text(f"CREATE DATABASE {name}"))
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        durable = {connection.scalar(text(f"SHOW {name}")) for name in ("fsync", "synchronous_commit")} == {"on"}
        database = "PostgreSQL" if durable else "PostgreSQL without fsync"
        try:
            # Backends, writers and what the server has seen end: all of it stands below its first process.
            yield _pair(
                database, folder, uris["ours"], uris["bare"], _psycopg_address(uris["bare"]),
                (processes.parent(int(str(backend))),),
            )  # fmt: skip
        finally:
            for name in names.values():
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def _psycopg_address(uri: str) -> str:
    # psycopg reads the same address without SQLAlchemy's name of the driver.
    return make_conninfo(uri.replace("postgresql+psycopg://", "postgresql://", 1))


def _pair(
    database: str, folder: Path, ours_uri: str, bare_uri: str, bare_address: str, server: tuple[int, ...]
) -> Pair:
    settings = {"SQLALCHEMY_DATABASE_URI": ours_uri, "SECRET_KEY": SECRET}
    fill(settings)
    engine = create_engine(ours_uri)
    slug = _open_all_seats(engine)
    engine.dispose()
    bare_stores.prepare(bare_address, (slug, "Meeting in English", "Cottonwood High School", "Monday, 5:30–6:30 PM"))
    offered = folder / "offered.json"
    offered.write_text(json.dumps(_offered()), encoding="utf-8")
    ours = Side(
        "ours",
        "registration.wsgi:app",
        f"/en/meetings/{slug}/register",
        settings,
        ours_uri,
        OURS_KEPT,
    )
    application = f"benchmarks.bare:create_app({bare_address!r}, {str(offered)!r}, {SECRET!r})"
    return Pair(
        database, ours, Side("bare", application, f"/{slug}/register", {}, bare_uri, BARE_KEPT), bare_address, server
    )


def fill(settings: dict[str, str]) -> None:
    """Make the schema and the demo season by the service's own commands."""
    _flask(settings, "db", "upgrade")
    _flask(settings, "demo", "load")


def _open_all_seats(engine: Engine) -> str:
    """Take the limits off every meeting; the slug of the first one ahead that is held in English."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE meeting SET capacity = NULL, online_capacity = NULL"))
        return str(
            connection.scalar(
                text("SELECT slug FROM meeting WHERE floor_language = 'en' ORDER BY starts_at DESC LIMIT 1"),
            )
        )


def _offered() -> dict[str, list[tuple[str, str, str, str]]]:
    """As many choices as the service has on its pages."""
    choices = languages.interpretation_choices("en", "en")
    spoken = [row.tag for row in languages.LANGUAGES.values() if row.spoken and row.modality == "spoken"]
    groups = {"common": choices.common, "more": choices.more, "signed": choices.signed, "contact": spoken}
    return {name: [_row(tag) for tag in tags] for name, tags in groups.items()}


def _row(tag: str) -> tuple[str, str, str, str]:
    language = languages.LANGUAGES[tag]
    return tag, language.own_name, language.direction, language.english_name


def _flask(settings: dict[str, str], *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "registration", *words],
        cwd=served.CHECKOUT,
        env=served.environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
