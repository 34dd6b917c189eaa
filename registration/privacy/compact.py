"""Leaving no remains of deleted data in files: those of a SQLite database, and mails that were written to a folder.

SQLite overwrites what is deleted (`secure_delete`), but older copies of a page stay in the write-ahead log until it is
emptied, and pages that were split or merged may hold copies that nothing points to until the database is rewritten.
PostgreSQL's files are the operator's: docs/operations.md.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration import database
from registration.extensions import db
from registration.families.models import Registration
from registration.mail.forget import forget_files
from registration.meetings.retention import days_kept
from registration.privacy.models import Compaction

# Rewriting keeps writers waiting, about a second for a hundred megabytes. In between, the log is emptied all the same.
AT_MOST_EVERY = timedelta(hours=1)
# Emptying the log waits so long for readers, and is tried again later.
PATIENCE_MS = 1000


def compact_after_erasing(now: datetime) -> int:
    """For the loop that delivers mail: remains go within seconds, the last of them within AT_MOST_EVERY.

    Always 0: there is nothing that would have to follow at once.
    """
    database.reads_only()
    done_at = db.session.scalar(select(Compaction.done_at))
    erased_at = db.session.scalar(select(func.max(Registration.erased_at)))
    db.session.rollback()
    database.may_write()
    if erased_at is None or (done_at is not None and erased_at < done_at):
        return 0
    rewrites = done_at is None or now - done_at >= AT_MOST_EVERY
    compact(now, rewrites=rewrites)
    return 0


def compact(now: datetime, *, rewrites: bool = True) -> None:
    """Delete the files of forgotten mails, and what SQLite keeps beside its rows.

    The caller's transaction has written nothing yet: rewriting waits for every other writer.
    """
    forget_files(now, now - timedelta(days=days_kept()))
    db.session.rollback()
    if database.is_sqlite():
        _clean_sqlite(rewrites=rewrites)
    if rewrites:
        db.session.merge(Compaction(id=1, done_at=now))


def _clean_sqlite(*, rewrites: bool) -> None:
    # VACUUM runs in no transaction, so it needs a connection that begins none.
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        if rewrites:
            cursor.execute("VACUUM")
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={usual}")
        cursor.close()
    finally:
        connection.close()
