"""Pieces of pages that are the same for every reader, kept in memory.

A piece may depend on three things only: the content version, the page language, and the key it is asked for with. What
shows an answer, a name, a token or a count never goes through here.
"""

from collections.abc import Callable, Hashable, MutableMapping
from typing import Any

import flask.templating
from flask import Flask, current_app, g
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from registration import i18n
from registration.database import has_written

# A page in one language needs about ten pieces; this is room for a few hundred pages.
MOST = 4096

Key = tuple[Hashable, ...]


def init_app(app: Flask) -> None:
    """Offer `{% keep name, key… %}…{% endkeep %}` to templates."""
    app.extensions["fragments"] = {}
    app.jinja_env.add_extension(Keep)


def kept(key: Key, make: Callable[[], str]) -> str:
    """What `make` gave for this key, language and content version before, or gives now."""
    pieces: dict[Key, str] = current_app.extensions["fragments"]
    # Without a version (the database is away) nothing is known to be current. A key that holds None is a secret one. A
    # transaction that has written sees what may be rolled back.
    version = g.get("content_version")
    if version is None or None in key or has_written():
        return make()
    whole = (version, i18n.speaking(), *key)
    piece = pieces.get(whole)
    if piece is None:
        if len(pieces) >= MOST:
            pieces.clear()
        piece = pieces[whole] = make()
    return piece


class Environment(flask.templating.Environment):
    """Jinja as Flask sets it up, with the globals of templates in one dictionary.

    Jinja chains two, and every import of macros walks the chain again; ours are complete before a template is loaded.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All globals of a template."""
        return {**self.globals, **(d or {})}


class Keep(Extension):
    """The tag `keep`: its body is rendered once for each key."""

    tags = {"keep"}  # noqa: RUF012 - as Jinja's base class declares it

    def parse(self, parser: Parser) -> nodes.Node:
        """The name and the key, separated by commas, then the body."""
        line = next(parser.stream).lineno
        key = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            key.append(parser.parse_expression())
        body = parser.parse_statements(("name:endkeep",), drop_needle=True)
        call = self.call_method("_keep", [nodes.Tuple(key, "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _keep(self, key: Key, caller: Callable[[], str]) -> str:
        return kept(key, caller)
