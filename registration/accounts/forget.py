"""What signing in leaves behind is let go of once it is of no more use; who signed in when stands in the record."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from registration.accounts import limits
from registration.accounts.models import SignInAttempt, SignInLink
from registration.extensions import db

# A link opens nothing after 15 minutes; for a week the table still says what became of it, should somebody ask.
LINKS_FOR = timedelta(days=7)
# Attempts are counted as far back as the longest of their limits.
ATTEMPTS_FOR = max(window for window, _ in (*limits.LINKS, limits.LINKS_IN_ALL, limits.CODES))
# Rows looked at in one transaction.
AT_A_TIME = 500


def forget_old(now: datetime) -> int:
    """Delete some of the links and attempts that are too old; how many. The caller commits.

    It looks at the oldest rows only, so it costs the same however many there are.
    """
    links, attempts = SignInLink, SignInAttempt
    oldest = select(links.id).order_by(links.id).limit(AT_A_TIME)
    first = select(attempts.id).order_by(attempts.id).limit(AT_A_TIME)
    gone = 0
    for old in (
        delete(links).where(links.id.in_(oldest), links.expires_at <= now - LINKS_FOR).returning(links.id),
        delete(attempts).where(attempts.id.in_(first), attempts.at <= now - ATTEMPTS_FOR).returning(attempts.id),
    ):
        gone += len(db.session.execute(old.execution_options(synchronize_session=False)).all())
    return gone
