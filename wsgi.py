"""For servers that ask for a module: `gunicorn wsgi:app`. The pages only; `flask mail deliver` sends the mail."""

from registration import create_app

app = create_app()
