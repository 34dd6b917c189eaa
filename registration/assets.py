"""Static files under addresses that carry a hash of their content, so that browsers may keep them for ever.

The style sheet carries the district's accent colour, so its address changes with the colour.
"""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, url_for

from registration import chosen, colours

STATIC = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600


# The style sheets in which the built-in accent colour is replaced by the district's.
PAINTED = frozenset({"app.css"})


@lru_cache(maxsize=256)
def contents(name: str, accent: str | None = None) -> bytes:
    """A static file as it is served. Raises FileNotFoundError."""
    kept = (STATIC / name).read_bytes()
    return colours.repainted(kept.decode(), accent).encode() if accent and name in PAINTED else kept


@lru_cache(maxsize=256)
def content_hash(name: str, accent: str | None = None) -> str:
    """Twelve hex digits of the SHA-256 of a static file. Raises FileNotFoundError."""
    return hashlib.sha256(contents(name, accent)).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file."""
    return _address(name, chosen.chosen().accent if name in PAINTED else None)


@lru_cache(maxsize=256)
def _address(name: str, accent: str | None) -> str:
    return url_for("asset", hashed=content_hash(name, accent), name=name)


def _accent(hashed: str, name: str) -> str | None:
    """The accent to serve `name` in: another process may have learned of a new one before this one."""
    if name not in PAINTED:
        return None
    known = chosen.chosen().accent
    return known if hashed == content_hash(name, known) else chosen.read_again().accent


def init_app(app: Flask) -> None:
    """Serve the static files and offer `asset` to templates."""

    @app.get("/static/<hashed>/<path:name>", endpoint="asset")
    def serve(hashed: str, name: str) -> Response:
        path = STATIC / name
        if ".." in name or not path.is_file():
            abort(404)
        accent = _accent(hashed, name)
        # Whole, not as a stream: only so is it compressed for every browser.
        response = Response(contents(name, accent), mimetype=mimetypes.guess_type(name)[0])
        response.headers["Cache-Control"] = "no-cache"
        # An old page may ask for an old hash after an update: it gets today's file, but keeps it for no time.
        if hashed == content_hash(name, accent):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    app.jinja_env.globals["asset"] = asset
