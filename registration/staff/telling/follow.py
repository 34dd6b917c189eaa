"""How far the sending of something is: a number, a bar, a sentence."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from registration import dates, i18n
from registration.i18n import gettext
from registration.mail.models import State
from registration.reminders.models import ReminderRun, RunState
from registration.staff.telling.report import OPEN, States


class Followed(NamedTuple):
    """`done` of `most` messages are past the outbox; `going`: some are still to be made or sent."""

    done: int
    most: int
    going: bool
    words: str


def follow(runs: Sequence[ReminderRun], states: States, expected: int = 0) -> Followed:
    """How far these runs are. `expected`: families they are for, where not all are looked at yet."""
    waits = sum(states[state] for state in OPEN)
    made, preparing = states.total(), any(run.state in (RunState.WAITING, RunState.QUEUEING) for run in runs)
    most = max(made, expected) if preparing else made
    words = gettext(
        "%(sent)s sent, %(waiting)s waiting, %(call)s to call, %(failed)s failed.",
        sent=_number(states[State.SENT]),
        waiting=_number(most - made + waits),
        call=_number(states[State.CALL]),
        failed=_number(states[State.FAILED]),
    )
    return Followed(made - waits, most, preparing or waits > 0, words)


def _number(number: int) -> str:
    return dates.count(number, i18n.speaking())


def takes(mails: int, per_minute: int | None) -> str:
    """How long so many mails take at a rate; "" without one."""
    if not per_minute or mails <= per_minute:
        return ""
    minutes = timedelta(minutes=-(-mails // per_minute))
    hours, rest = divmod(int(minutes.total_seconds()) // 60, 60)
    return gettext("It takes about %(hours)s h %(minutes)s min at this rate.", hours=hours, minutes=rest)
