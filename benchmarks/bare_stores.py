"""Where the yardstick keeps its rows: two tables and a meeting, by psycopg or sqlite3, one connection a thread."""

import sqlite3
import threading
from collections.abc import Mapping
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

Row = Mapping[str, Any]

TABLES = (
    """CREATE TABLE meeting (
        id integer PRIMARY KEY, slug text NOT NULL UNIQUE, title text NOT NULL, place text NOT NULL,
        day text NOT NULL)""",
    """CREATE TABLE registration (
        id {serial}, public_id text NOT NULL UNIQUE, code text NOT NULL UNIQUE, submission_id text NOT NULL UNIQUE,
        meeting_id integer NOT NULL REFERENCES meeting (id), name text NOT NULL, email text, phone text,
        interpretation text NOT NULL, other_language text NOT NULL, listeners integer NOT NULL, adults integer NOT NULL,
        children integer NOT NULL, attendance text NOT NULL, needs text NOT NULL, needs_other text NOT NULL,
        childcare_children integer NOT NULL, question text NOT NULL, contact_language text NOT NULL,
        created_at {moment} NOT NULL)""",
    """CREATE TABLE outbox (
        id {serial}, registration_id integer NOT NULL REFERENCES registration (id), message text NOT NULL,
        state text NOT NULL, send_at {moment} NOT NULL, UNIQUE (registration_id, message))""",
    "CREATE INDEX outbox_state_send_at ON outbox (state, send_at)",
)
COLUMNS = (
    "public_id", "code", "submission_id", "meeting_id", "name", "email", "phone", "interpretation", "other_language",
    "listeners", "adults", "children", "attendance", "needs", "needs_other", "childcare_children", "question",
    "contact_language", "created_at",
)  # fmt: skip
# The columns are those above, and nothing of a family.
INSERT = (
    f"INSERT INTO registration ({', '.join(COLUMNS)}) VALUES ({{}}) "  # noqa: S608
    "ON CONFLICT (submission_id) DO NOTHING RETURNING id"
)
KNOWN = "SELECT public_id FROM registration WHERE submission_id = {}"
SHOWN = (
    "SELECT r.*, m.slug, m.title, m.place, m.day FROM registration r JOIN meeting m ON m.id = r.meeting_id "
    "WHERE r.public_id = {}"
)


# What a code that is in use raises.
CODE_IN_USE = (sqlite3.IntegrityError, psycopg.errors.UniqueViolation)


class Store(Protocol):
    """What the pages ask of a store."""

    def meeting(self, slug: str) -> Row | None:
        """The meeting of an address."""

    def register(self, registration: Row) -> str:
        """Insert the registration and its message in one transaction; the public id, of the first where sent twice.

        Raises one of CODE_IN_USE.
        """

    def registration(self, public_id: str) -> Row | None:
        """A registration with its meeting."""


class Postgresql:
    """By psycopg; reads need no transaction."""

    INSERT = INSERT.format(", ".join(f"%({column})s" for column in COLUMNS))
    MESSAGE = "INSERT INTO outbox (registration_id, message, state, send_at) VALUES (%s, 'confirmation', 'queued', %s)"

    def __init__(self, address: str) -> None:
        self.address = address
        self.own = threading.local()

    @property
    def connection(self) -> "psycopg.Connection[dict[str, Any]]":
        if not hasattr(self.own, "connection"):
            self.own.connection = psycopg.connect(self.address, autocommit=True, row_factory=dict_row)
        found: psycopg.Connection[dict[str, Any]] = self.own.connection
        return found

    def meeting(self, slug: str) -> Row | None:
        return self.connection.execute("SELECT * FROM meeting WHERE slug = %s", (slug,)).fetchone()

    def register(self, registration: Row) -> str:
        connection = self.connection
        with connection.transaction():
            added = connection.execute(self.INSERT, registration).fetchone()
            if added is not None:
                connection.execute(self.MESSAGE, (added["id"], registration["created_at"]))
                return str(registration["public_id"])
        known = connection.execute(KNOWN.format("%s"), (registration["submission_id"],)).fetchone()
        assert known is not None
        return str(known["public_id"])

    def registration(self, public_id: str) -> Row | None:
        return self.connection.execute(SHOWN.format("%s"), (public_id,)).fetchone()


class Sqlite:
    """By sqlite3, as durable as the service: WAL, synchronous=FULL; a writer says so when it begins."""

    INSERT = INSERT.format(", ".join(f":{column}" for column in COLUMNS))
    MESSAGE = "INSERT INTO outbox (registration_id, message, state, send_at) VALUES (?, 'confirmation', 'queued', ?)"

    def __init__(self, address: str) -> None:
        self.address = address
        self.own = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        if not hasattr(self.own, "connection"):
            made = sqlite3.connect(self.address, timeout=30, isolation_level=None)
            made.row_factory = sqlite3.Row
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                made.execute(f"PRAGMA {pragma}")
            self.own.connection = made
        found: sqlite3.Connection = self.own.connection
        return found

    def _one(self, statement: str, *values: object) -> Row | None:
        row = self.connection.execute(statement, values).fetchone()
        return dict(row) if row is not None else None

    def meeting(self, slug: str) -> Row | None:
        return self._one("SELECT * FROM meeting WHERE slug = ?", slug)

    def register(self, registration: Row) -> str:
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            # All of it, or the statement is still open when the transaction ends.
            added = connection.execute(self.INSERT, registration).fetchall()
            if added:
                connection.execute(self.MESSAGE, (added[0]["id"], registration["created_at"]))
                return str(registration["public_id"])
        known = self._one(KNOWN.format("?"), registration["submission_id"])
        assert known is not None
        return str(known["public_id"])

    def registration(self, public_id: str) -> Row | None:
        return self._one(SHOWN.format("?"), public_id)


def prepare(address: str, meeting: tuple[str, str, str, str]) -> None:
    """Make the tables at `address` with one meeting in them (slug, title, place, day)."""
    if "=" in address:
        words = {"serial": "integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "moment": "timestamptz"}
        with psycopg.connect(address) as connection:
            for statement in TABLES:
                connection.execute(statement.format(**words))
            connection.execute("INSERT INTO meeting VALUES (1, %s, %s, %s, %s)", meeting)
        return
    made = sqlite3.connect(address)
    for statement in TABLES:
        made.execute(statement.format(serial="integer PRIMARY KEY", moment="text"))
    made.execute("INSERT INTO meeting VALUES (1, ?, ?, ?, ?)", meeting)
    made.commit()
    made.close()


def open_store(address: str) -> Store:
    """The store at `address`: `host=… dbname=…`, or the path of a SQLite file."""
    return Postgresql(address) if "=" in address else Sqlite(address)
