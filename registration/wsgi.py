"""The application as servers load it, also from an installed wheel: `registration.wsgi:app`."""

import sys

from registration import create_app
from registration.database import is_sqlite

# Seconds until a thread must let another one run. On SQLite the thread that holds the one lock for writing waits that
# long after each statement while another one computes, and all other writers with it: with Python's 5 ms a
# registration is a fifth slower (docs/performance.md). On PostgreSQL nobody waits for it, and switching only costs.
SQLITE_SWITCH = 0.0005

app = create_app()
with app.app_context():
    if is_sqlite():
        sys.setswitchinterval(SQLITE_SWITCH)
