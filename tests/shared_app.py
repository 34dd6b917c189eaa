"""One application a worker for all tests with the usual settings: making one for each took half of the tests' time.

What a test may change of it is put back before the next one; what it must not change is looked at afterwards.
"""

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from registration.extensions import db

# Made by create_app and changed by no request.
KEPT = ("message_builders",)
# What an application remembers of its database and its pages.
FORGOTTEN = ("published",)


class Shared:
    """The application, and what it was like when it was new."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._config = dict(app.config)
        self._kept = {name: dict(app.extensions[name]) for name in KEPT}
        self._routes = self._views()

    def _views(self) -> dict[str, Callable[..., object]]:
        return dict(self.app.view_functions)

    def as_new(self, instance: Path) -> Flask:
        """The application as it was when it was new, with another instance folder."""
        app = self.app
        app.config.clear()
        app.config.update(self._config)
        instance.mkdir(parents=True, exist_ok=True)
        app.instance_path = str(instance)
        for name in FORGOTTEN:
            app.extensions.pop(name, None)
        for name, held in self._kept.items():
            app.extensions[name].clear()
            app.extensions[name].update(held)
        app.extensions["fragments"].clear()
        app.extensions["chosen"].last = None
        return app

    def close_connections(self) -> None:
        """Close those that rest in the pool."""
        with self.app.app_context():
            db.engine.dispose()

    def changed(self) -> list[str]:
        """Views that a test has added, taken away or replaced: such a test needs an application of its own."""
        now = self._views()
        return sorted(name for name in {*now, *self._routes} if now.get(name) is not self._routes.get(name))
