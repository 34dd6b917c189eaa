"""Logging: readable lines while developing, JSON lines in production. No personal data, no token, no query string."""

import json
import logging
import re
import sys
import traceback

from flask import Flask, g, has_request_context, request

from registration import clock, config

# What follows these in an address opens somebody's registration.
_SECRET_PATH = re.compile(r"(/(?:r|not-me|unsubscribe|calendar|sign-in|jobs)/)[^/\s?]+")


def without_secrets(text: str) -> str:
    """`text` with the tokens of secret links blanked and query strings dropped."""
    return re.sub(r"\?\S*", "", _SECRET_PATH.sub(r"\1…", text))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id, and where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if has_request_context():
            entry |= {"method": request.method, "endpoint": request.endpoint, "request": g.get("request_id")}
        # Plain values that whoever logs vouches for, under names of their own.
        entry |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            # Only where and of which class: the message of a database error holds the values of the statement.
            error = record.exc_info[1]
            entry["error"] = type(error).__qualname__
            entry["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        return json.dumps(entry, ensure_ascii=False)


def init_app(app: Flask) -> None:
    """Send everything to standard error, as JSON lines in production."""
    handler = logging.StreamHandler(sys.stderr)
    if config.production(app):
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    # The web server's own lines name the path, which may be a secret link.
    for name, level in (("registration", logging.INFO), ("waitress", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
    # Requests that wait a moment for a thread are no event.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
