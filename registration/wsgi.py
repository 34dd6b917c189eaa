"""The application as servers load it, also from an installed wheel: `registration.wsgi:app`."""

from registration import create_app

app = create_app()
