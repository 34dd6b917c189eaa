"""What failed of a mailing is sent again. The caller commits."""

from collections.abc import Collection
from datetime import datetime

from flask import flash

from registration.i18n import gettext, ngettext
from registration.mail.models import State
from registration.mail.retry import retry
from registration.staff.mail.outbox import MOST_AT_ONCE, without_address
from registration.staff.telling.report import failed


def retry_failed(mailings: Collection[str], now: datetime) -> int:
    """Queue again what failed of these mailings, and say so; how many messages they are."""
    ids = failed(mailings)
    states = list(retry(ids, now, without_address(ids)).values())
    mailed, called = states.count(State.QUEUED), states.count(State.CALL)
    if mailed:
        flash(ngettext("%(num)s message will be sent again.", "%(num)s messages will be sent again.", mailed), "good")
    if called:
        words = ngettext(
            "%(num)s family has no email address, so it is to be called.",
            "%(num)s families have no email address, so they are to be called.",
            called,
        )
        flash(words, "info")
    if not states:
        flash(gettext("Nothing was sent again: nothing has failed any more."), "info")
    if len(ids) == MOST_AT_ONCE:
        flash(gettext("There may be more that failed. Press the button again for them."), "info")
    return len(states)
