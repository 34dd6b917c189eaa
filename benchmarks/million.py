"""A thousand made-up registrations become a million: the same languages, days and meetings, other names and codes."""

from random import Random

from sqlalchemy import Connection, Engine, text

from registration import demo_people
from registration.extensions import Declarative
from registration.families.demand import Counts
from registration.families.names import words
from registration.families.recount import FIELDS

# As many names as these are made by the demo's own lists; each copy of a family gets one of them.
NAMES = 50_000
# Above every id of the first thousand families, of their requests, and of what became of these; so small that the
# last id has six hexadecimal digits, of which the first is a 0 or a 1: real codes have neither.
STEP = 2000

_COPIES = "WITH RECURSIVE copy(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copy WHERE k < :copies) "
_CODE = {"sqlite": "printf('%06X', {})", "postgresql": "lpad(upper(to_hex({})), 6, '0')"}
_OTHERWISE = {
    "registration": {
        "id": "id + k * :step",
        "public_id": "substr(public_id, 1, 15) || '.' || k",
        "submission_id": "substr(submission_id, 1, 32) || '.' || k",
        "code": "{code}",
        "name": "(SELECT name FROM made_name WHERE made_name.id = (registration.id + k * 20) % :names)",
        "email": "'k' || k || '.' || email",
        "email_folded": "'k' || k || '.' || email_folded",
    },
    "interpretation_request": {"id": "id + k * :step", "registration_id": "registration_id + k * :step"},
    "interpretation_event": {"id": "id + k * :step", "request_id": "request_id + k * :step"},
}
_COUNTERS = {"meeting": FIELDS, "demand": Counts._fields, "meeting_day": ("before",)}
_WORDS = """INSERT INTO registration_word (meeting_id, word, registration_id)
    SELECT meeting_id, word, registration.id FROM registration
    JOIN made_word ON made_word.id = (registration.id % :step + registration.id / :step * 20) % :names
    WHERE registration.id > :step ORDER BY meeting_id, word, registration.id"""

_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"


def multiply(engine: Engine, copies: int) -> None:
    """Add `copies` copies of every registration, with its requests, its words and the counters."""
    dialect = engine.dialect.name
    values = {"copies": copies, "step": STEP, "names": NAMES}
    with engine.begin() as connection:
        if dialect == "postgresql" and connection.scalar(text(_SUPERUSER)):
            # Every copy refers to what its original refers to; asking for each of them takes a minute.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in _OTHERWISE:
            if int(connection.scalar(text(f"SELECT MAX(id) FROM {table}")) or 0) >= STEP:  # noqa: S608
                raise ValueError(f"{table} holds more rows than the copies leave room for")
        _make_names(connection)
        indexes = _without_indexes(connection, dialect)
        for table, otherwise in _OTHERWISE.items():
            connection.execute(text(_copying(table, otherwise, dialect)), values)
        connection.execute(text(_WORDS), values)
        for table, counters in _COUNTERS.items():
            grown = ", ".join(f"{column} = {column} * (:copies + 1)" for column in counters)
            connection.execute(text(f"UPDATE {table} SET {grown}"), {"copies": copies})  # noqa: S608
        for statement in indexes:
            connection.execute(text(statement))
        connection.execute(text("DROP TABLE made_name"))
        connection.execute(text("DROP TABLE made_word"))
    if dialect == "postgresql":
        # What the server does by itself after a while.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _copying(table: str, otherwise: dict[str, str], dialect: str) -> str:
    columns = [column.name for column in Declarative.metadata.tables[table].columns]
    code = _CODE[dialect].format("id + k * :step")
    values = [otherwise.get(name, name).replace("{code}", code) for name in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) {_COPIES} SELECT {', '.join(values)} FROM {table}, copy"  # noqa: S608


def _make_names(connection: Connection) -> None:
    chance = Random("names of the benchmark")
    names = [demo_people.origin(chance).name(chance) for _ in range(NAMES)]
    connection.execute(text("CREATE TABLE made_name (id INTEGER PRIMARY KEY, name VARCHAR(128))"))
    connection.execute(text("CREATE TABLE made_word (id INTEGER, word VARCHAR(40))"))
    connection.execute(
        text("INSERT INTO made_name VALUES (:id, :name)"),
        [{"id": number, "name": name} for number, name in enumerate(names)],
    )
    connection.execute(
        text("INSERT INTO made_word VALUES (:id, :word)"),
        [{"id": number, "word": word} for number, name in enumerate(names) for word in words(name)],
    )
    connection.execute(text("CREATE INDEX ix_made_word ON made_word (id)"))


def _without_indexes(connection: Connection, dialect: str) -> list[str]:
    """Drop the indexes of the tables that grow, which is quicker than keeping them in order; how to make them again."""
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :table",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexname LIKE 'ix!_%'"
        " ESCAPE '!'",
    }[dialect]
    found = []
    for table in _OTHERWISE:
        for name, statement in connection.execute(text(catalogue), {"table": table}).all():
            connection.execute(text(f"DROP INDEX {name}"))
            found.append(str(statement))
    return found
