"""What an administrator chose while the service runs and base modules need: page languages, accent colour.

It stands in the district's row. Who reads that row with what is published notes it here, so that pages ask for it
without a query; a process that has read nothing yet asks once. After a change another process may answer one more
request by what it knew, never two: its first page reads the content version.
"""

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, current_app
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from registration.extensions import db, reading

KEY = "chosen"


class Chosen(NamedTuple):
    """`languages`: page languages offered, None for all installed ones; `accent`: #rrggbb, None for the built-in."""

    languages: tuple[str, ...] | None = None
    accent: str | None = None


class _Known:
    def __init__(self, read: Callable[[Connection], Chosen]) -> None:
        self.read = read
        self.last: Chosen | None = None


def init_app(app: Flask, read: Callable[[Connection], Chosen]) -> None:
    """Ask `read` where nothing is known yet."""
    app.extensions[KEY] = _Known(read)


def chosen() -> Chosen:
    """What was chosen, as this process last read it."""
    known: _Known | None = current_app.extensions.get(KEY)
    return Chosen() if known is None else known.last or read_again()


def note(what: Chosen) -> None:
    """Say what was just read from the district's row."""
    current_app.extensions[KEY].last = what


def read_again() -> Chosen:
    """What was chosen, asked anew on a connection of its own; the built-in choice while the database is away."""
    known: _Known = current_app.extensions[KEY]
    # On SQLite a second writer would wait for the first, which is this thread: so it only reads.
    before = reading.set(True)
    try:
        with db.engine.connect() as connection:
            known.last = known.read(connection)
    except SQLAlchemyError:
        return known.last or Chosen()
    finally:
        reading.reset(before)
    return known.last
