"""Numbers in addresses: ids of rows, which are no larger than the database counts."""

import re
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

# The largest that a column of ids holds; PostgreSQL refuses to compare larger ones, SQLite those of 64 bits.
LARGEST = 2**31 - 1


def whole(text: str) -> int:
    """The number of up to nine ASCII digits that `text` is. Raises ValueError.

    `int` alone also reads "1_0", " 10" and "+10", and the digits of every script.
    """
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


class RowNumber(IntegerConverter):
    """`<int:…>` of an address: what is no id, or written in another script, is an address that there is not (404)."""

    regex = "[0-9]{1,10}"

    def __init__(self, rules: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(rules, *arguments, **{"max": LARGEST, **options})


def init_app(app: Flask) -> None:
    """Let addresses hold these numbers; before any route is made."""
    app.url_map.converters["int"] = RowNumber
