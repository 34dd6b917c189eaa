"""The database of a test: the demo season as the migrations made it, put back before each test.

On SQLite that is a copy of a file. On PostgreSQL making a database takes half a second, so each worker keeps one and
gets the rows of the season back from a second schema of it; only after a test that changed tables is it made anew.
"""

import secrets
import shutil
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# What the tables are like: columns, constraints and indexes of the schema that the application uses.
SHAPE = text(
    """
    SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
        SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || is_nullable AS line
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    ) AS lines
    """
)
# What a test has left in the middle of something. Connections at rest are used by the next test: opening new ones,
# which know no table and no statement, took a tenth of the time.
OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)


class Season(Protocol):
    """Where the tests of a worker find their database."""

    uri: str

    def put_back(self) -> bool:
        """Make the database what it was before any test. Whether connections to it may be used further."""

    def close(self) -> None:
        """Leave nothing behind."""


class SqliteSeason:
    """A file that is copied from `template`."""

    def __init__(self, template: str, path: Path) -> None:
        self._template, self._path = template, path
        self.uri = f"sqlite:///{path}"

    def put_back(self) -> bool:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._template, self._path)
        return False

    def close(self) -> None:
        """The folder goes with the run."""


class PostgresqlSeason:
    """A database made from `template` on `server`, which keeps the season's rows in the schema `season`."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._name = f"test_{secrets.token_hex(6)}"
        self.uri = make_url(server).set(database=self._name).render_as_string(hide_password=False)
        self._connection: Connection | None = None
        self._shape = ""

    def put_back(self) -> bool:
        try:
            if self._connection is not None and self._as_it_was(self._connection):
                return True
        except DBAPIError:
            # Its tables are gone or others: below it is made anew.
            pass
        self.close()
        on_server(self._server, f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        engine = create_engine(self.uri, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        self._remember(self._connection)
        self._shape = str(self._connection.scalar(SHAPE))
        return False

    def _as_it_was(self, connection: Connection) -> bool:
        connection.execute(OTHERS)
        if connection.scalar(SHAPE) != self._shape:
            return False
        connection.execute(text("SELECT season.put_back()"))
        return True

    def _remember(self, connection: Connection) -> None:
        tables = list(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        sequences = connection.execute(
            text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        ).all()
        connection.execute(text("CREATE SCHEMA season"))
        for table in tables:
            connection.execute(text(f"CREATE TABLE season.{table} AS TABLE public.{table}"))
        steps = [f"DELETE FROM public.{table}; INSERT INTO public.{table} SELECT * FROM season.{table};"  # noqa: S608
                 for table in tables]  # fmt: skip
        steps += [f"PERFORM setval('public.{name}', {last or 1}, {bool(last)});" for name, last in sequences]
        # Rows go and come in any order: foreign keys rest meanwhile.
        body = f"BEGIN SET LOCAL session_replication_role = replica; {' '.join(steps)} END"
        connection.execute(text(f"CREATE FUNCTION season.put_back() RETURNS void LANGUAGE plpgsql AS $$ {body} $$"))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            on_server(self._server, f"DROP DATABASE {self._name} WITH (FORCE)")


def on_server(server: str, statement: str) -> None:
    """Run a statement outside of any transaction."""
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
