"""The application as servers load it, also from an installed wheel: `registration.wsgi:app`."""

import sys

from registration import create_app
from registration.database import is_sqlite

# Seconds until a thread that computes must let another one run; Python's own are 0.005. Figures: docs/performance.md.
# On SQLite the thread that holds the one lock for writing waits that long after each statement, and all other writers
# with it: so it is short. On PostgreSQL nobody waits for a thread, and a page is computed in less time than this:
# switching in the middle of one only costs, so it is long.
SQLITE_SWITCH, POSTGRESQL_SWITCH = 0.0005, 0.02

app = create_app()
with app.app_context():
    sys.setswitchinterval(SQLITE_SWITCH if is_sqlite() else POSTGRESQL_SWITCH)
