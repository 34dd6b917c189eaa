"""A family whose every word is a canary, everywhere the service keeps words, and where those words might be found."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import inspect, make_url, select, text

from registration.extensions import db
from registration.families import releasing
from registration.families.models import CallResult
from registration.interpretation.briefing.files import Sent
from registration.interpretation.briefing.models import MaterialKind
from registration.interpretation.briefing.write import Wanted, Words, add, keep
from registration.mail.deliver import deliver_batch
from registration.staff.calls.record import note_call
from tests.conftest import NOW
from tests.families.steps import address, meeting, register, registrations
from tests.pages import Browser
from tests.private_postgresql import find_programs
from tests.signing_in import person_with, signed_in

# A siskin: "canary" itself stands in PostgreSQL's own list of collations.
CANARY = "zeisig"
# A number is a number, so it has a canary of its own: the last digits, in every way of writing it.
DIGITS = "3035559481", "303-555-9481", "(303) 555-9481"
SUNG: dict[str, Any] = {
    "name": "Zeisig Fabiola",
    "email": "zeisig@example.org",
    "phone": "303 555 9481",
    "interpretation": ["es", "other"],
    "other_language": "zeisig dialect",
    "needs": ["captions"],
    "needs_other": "zeisig chair",
    "question": "zeisig question?",
}


def family(app: Flask, slug: str = "english-meeting", **given: Any) -> int:
    """A family that says a canary word wherever it may; gives its number."""
    browser = Browser(app)
    register(browser, address(slug), **(SUNG | given))
    return registrations()[-1].id


def sing(app: Flask, slug: str = "english-meeting", *, briefing: bool = True) -> list[int]:
    """Let canaries into everything that is kept of families at a meeting: one is written to, one is called.

    `briefing`: also into what staff give interpreters, which a family's own deletion leaves alone.
    """
    written, called = family(app, slug), family(app, slug, email="")
    staff = signed_in(app, "coordinator")
    staff.send(staff.get(f"/staff/families/{written}/note").form("note"), note="zeisig note")
    for number in (written, called):
        releasing.release(number, "zeisig released", by=person_with("coordinator"), now=NOW)
    meeting_id = meeting(slug).id
    note_call(
        called,
        meeting_id,
        CallResult.NO_ANSWER,
        "zeisig call",
        message_ids=(),
        noted_before=0,
        person_id=None,
        now=NOW,
    )
    if briefing:
        _brief(meeting_id)
    db.session.commit()
    change = staff.get(f"/staff/families/{written}/change").form("name")
    staff.send(change, name="Zeisig Fabiola Ruiz")
    while deliver_batch(NOW):
        pass
    return [written, called]


def _brief(meeting_id: int) -> None:
    keep(meeting_id, Words(contact_name="Zeisig Contact", contact_phone="+13035559481"), version=0, by=None, now=NOW)
    file = Sent("zeisig.txt", "text/plain", b"zeisig handout")
    add(meeting_id, Wanted(MaterialKind.HANDOUT, "zeisig title", file=file), by=None, now=NOW)


def hits(data: bytes) -> int:
    """How often a canary is found, whatever the case of its letters."""
    low = data.lower()
    return sum(low.count(one.encode()) for one in (CANARY, *DIGITS))


def rows() -> bytes:
    """Every value of every row of every table."""
    db.session.rollback()
    found = []
    for table in inspect(db.engine).get_table_names():
        found += [repr(tuple(row)) for row in db.session.execute(select(text("*")).select_from(text(table)))]
    return "\n".join(found).encode()


def files(app: Flask) -> Iterator[Path]:
    """The files that the installation keeps, the database's own among them where it is SQLite."""
    yield from (path for path in Path(app.instance_path).rglob("*") if path.is_file())
    if db.engine.dialect.name == "sqlite":
        main = Path(str(db.engine.url.database))
        yield from (path for path in main.parent.glob(f"{main.name}*") if path.is_file())


def on_disk(app: Flask) -> dict[str, int]:
    """Files in which a canary is found, and how often; on PostgreSQL also its dump and the files of its tables."""
    found = {path.name: hits(path.read_bytes()) for path in files(app)}
    if db.engine.dialect.name == "postgresql":
        found |= {"dump": hits(_dump())} | {path.name: hits(path.read_bytes()) for path in _tables()}
    return {name: number for name, number in found.items() if number}


def _dump() -> bytes:
    uri = make_url(str(db.engine.url.render_as_string(hide_password=False)))
    host, name = str(uri.query["host"]), str(uri.database)
    command = [
        str(find_programs() / "pg_dump"),
        "--host",
        host,
        "--username",
        str(uri.username),
        "--schema",
        "public",
        name,
    ]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _tables() -> Iterator[Path]:
    with db.engine.connect() as connection:
        # Files of tables that were rewritten stay until then.
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    yield from (path for path in (folder / "base" / str(oid)).iterdir() if path.is_file())
