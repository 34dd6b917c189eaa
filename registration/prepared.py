"""Statements that read, worked out once: their text, and how values and columns are turned for the driver.

A family's page asks one question of the database. Through a session it costs three times what driver and database
take (figures: docs/performance.md), for a transaction, a cache and objects that a page which only looks never uses.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.dialects import sqlite

from registration.database import run
from registration.extensions import db

Turn = Callable[[Any], Any]


class _Worked(NamedTuple):
    """A statement for one kind of database: what is bound to it always, how values and columns are turned."""

    text: str
    always: Mapping[str, Any]
    values: Mapping[str, Turn]
    columns: Sequence[tuple[int, Turn]]


class Prepared:
    """A SELECT that is asked again and again, with other values each time."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query
        self.names = [str(column.key) for column in query.selected_columns]
        self._worked: dict[str, _Worked] = {}

    def read(self, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows as they are committed now, or as the session's open transaction sees them if there is one.

        It begins no transaction of the session. Raises what the session would: sqlalchemy.exc.SQLAlchemyError.
        """
        if db.session.registry.has() and db.session().in_transaction():
            return run(self.query, values).all()
        engine = db.engine
        try:
            return self._read(engine, values)
        except engine.dialect.loaded_dbapi.Error:
            # The connection may have been lost long ago. SQLAlchemy tells that from other faults, and names both.
            return run(self.query, values).all()

    def _read(self, engine: Engine, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        worked = self._for(engine.dialect)
        turned = {**worked.always, **values}
        for name, turn in worked.values.items():
            turned[name] = turn(turned[name])
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(worked.text, turned)
            rows: Sequence[Sequence[Any]] = cursor.fetchall()
            cursor.close()
        except engine.dialect.loaded_dbapi.Error:
            connection.invalidate()
            raise
        finally:
            connection.close()
        return [_turned(row, worked.columns) for row in rows] if worked.columns else rows

    def _for(self, dialect: Dialect) -> _Worked:
        worked = self._worked.get(dialect.name)
        if worked is None:
            worked = self._worked[dialect.name] = self._work_out(dialect)
        return worked

    def _work_out(self, dialect: Dialect) -> _Worked:
        # By name on both: SQLAlchemy itself counts places on SQLite.
        by_name = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = self.query.compile(dialect=by_name)
        if any(one.expanding for one in compiled.binds.values()):
            raise ValueError("the text of a prepared statement cannot depend on how many values there are")
        values = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}
        types = [column.type.dialect_impl(dialect) for column in self.query.selected_columns]
        columns = [one.result_processor(dialect, None) for one in types]
        return _Worked(
            text=str(compiled),
            always={name: one.value for name, one in compiled.binds.items() if not one.required},
            values={name: turn for name, turn in values.items() if turn},
            columns=[(place, turn) for place, turn in enumerate(columns) if turn],
        )


def _turned(row: Sequence[Any], columns: Sequence[tuple[int, Turn]]) -> Sequence[Any]:
    turned = list(row)
    for place, turn in columns:
        turned[place] = turn(turned[place])
    return turned
