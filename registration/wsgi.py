"""The application as servers load it, also from an installed wheel: `registration.wsgi:app`."""

from registration import create_app
from registration.database import let_threads_take_turns

app = create_app()
with app.app_context():
    let_threads_take_turns()
