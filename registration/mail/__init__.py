"""The outbox: messages are rows, written with what they tell of, sent by a loop. It knows no meeting and no family."""

from collections.abc import Mapping, Sequence

from flask import Flask

from registration.mail.letter import Ahead, Builder, Idle
from registration.mail.render import linked, painted

BUILDERS = "message_builders"
AHEAD = "ahead_of_messages"
IDLE = "before_messages"


def init_app(
    app: Flask, builders: Mapping[str, Builder], ahead: Sequence[Ahead] = (), idle: Sequence[Idle] = ()
) -> None:
    """Take the table that says, by the name of a message, who writes it; what looks at a batch of them ahead; and what
    queues more, before the loop looks for what is due.
    """
    app.extensions[BUILDERS] = dict(builders)
    app.extensions[AHEAD] = tuple(ahead)
    app.extensions[IDLE] = tuple(idle)
    app.jinja_env.filters["painted"] = painted
    app.jinja_env.filters["linked"] = linked
