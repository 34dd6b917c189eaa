"""The outbox: messages are rows, written with what they tell of, sent by a loop. It knows no meeting and no family."""

from collections.abc import Mapping

from flask import Flask

from registration.mail.letter import Builder
from registration.mail.render import painted

BUILDERS = "message_builders"


def init_app(app: Flask, builders: Mapping[str, Builder]) -> None:
    """Take the table that says, by the name of a message, who writes it."""
    app.extensions[BUILDERS] = dict(builders)
    app.jinja_env.filters["painted"] = painted
