"""Static files under addresses that carry a hash of their content, so that browsers may keep them for ever."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, url_for

STATIC = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600


@lru_cache(maxsize=256)
def content_hash(name: str) -> str:
    """Twelve hex digits of the SHA-256 of a static file. Raises FileNotFoundError."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=256)
def asset(name: str) -> str:
    """The address of a static file."""
    return url_for("asset", hashed=content_hash(name), name=name)


def init_app(app: Flask) -> None:
    """Serve the static files and offer `asset` to templates."""

    @app.get("/static/<hashed>/<path:name>", endpoint="asset")
    def serve(hashed: str, name: str) -> Response:
        path = STATIC / name
        if ".." in name or not path.is_file():
            abort(404)
        # Whole, not as a stream: only so is it compressed for every browser.
        response = Response(path.read_bytes(), mimetype=mimetypes.guess_type(name)[0])
        response.headers["Cache-Control"] = "no-cache"
        # An old page may ask for an old hash after an update: it gets today's file, but keeps it for no time.
        if hashed == content_hash(name):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    app.jinja_env.globals["asset"] = asset
