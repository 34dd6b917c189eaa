"""The application for servers that look for it here; `registration.wsgi` is the same for an installed wheel."""

from registration.wsgi import app

__all__ = ["app"]
