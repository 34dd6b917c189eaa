"""How far the messages of each meeting are. Nothing counts all that was ever sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, literal_column, select, union_all

from registration.extensions import db
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting
from registration.staff.mail.outbox import topic

# Counting ends here; more is shown as "1,000+".
MOST = 1000
MEETINGS = 12
LATELY = timedelta(days=1)
OPEN = (State.FAILED, State.RESTORED, State.HELD, State.CALL, State.QUEUED, State.SENDING)


class Counts(NamedTuple):
    """Open messages by state, MOST + 1 at most each; `sent`: within the last day."""

    meeting_id: int
    open: dict[State, int]
    sent: int

    @property
    def waiting(self) -> int:
        """What the loop has still to send."""
        return self.open[State.QUEUED] + self.open[State.SENDING]


def in_all() -> dict[State, int]:
    """Open messages by state, MOST + 1 at most each; one statement."""
    row = db.session.execute(select(*(_count(OutboxMessage.state == s.value).label(s.value) for s in OPEN))).one()
    return {state: getattr(row, state.value) for state in OPEN}


def of_meetings(meeting_ids: Sequence[int], now: datetime) -> list[Counts]:
    """Those of these meetings that have open messages, or sent some within the last day; one statement."""
    if not meeting_ids:
        return []
    query: Any = union_all(*(_of_meeting(one, now) for one in meeting_ids))
    rows = db.session.execute(query if len(meeting_ids) > 1 else _of_meeting(meeting_ids[0], now))
    found = [Counts(row[0], dict(zip(OPEN, row[1:-1], strict=True)), row[-1]) for row in rows]
    return [one for one in found if one.sent or any(one.open.values())]


def _of_meeting(meeting_id: int, now: datetime) -> Select[*tuple[Any, ...]]:
    of_it = OutboxMessage.topic == topic(meeting_id)
    counts = [_count(of_it, OutboxMessage.state == state.value).label(state.value) for state in OPEN]
    sent = _count(of_it, OutboxMessage.state == State.SENT.value, OutboxMessage.send_at >= now - LATELY)
    return select(literal(meeting_id).label("meeting_id"), *counts, sent.label("sent"))


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    first: Select[int] = (
        select(literal_column("1").label("one")).select_from(OutboxMessage).where(*conditions).limit(MOST + 1)
    )
    return select(func.count()).select_from(first.subquery()).scalar_subquery()


def current(now: datetime) -> list[int]:
    """The meetings whose messages are worth a look: ahead, or over since a day; the next first, MEETINGS at most."""
    query = select(Meeting.id).where(Meeting.ends_at > now - LATELY).order_by(Meeting.starts_at, Meeting.id)
    return list(db.session.scalars(query.limit(MEETINGS)))
