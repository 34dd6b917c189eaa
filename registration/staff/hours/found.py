"""Jobs that are over, with what is told of them and what is approved. One statement, however many there are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from registration import dates, i18n, local
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import states
from registration.interpretation.day.overtime import minutes_over, worked
from registration.interpretation.lines import money
from registration.interpretation.models import Assignment, Interpreter
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView

MOST = 100
# Somebody was there, or should have been and nobody says.
TO_APPROVE = (states.Assignment.CONFIRMED, states.Assignment.CHECKED_IN)


@dataclass(frozen=True, slots=True)
class Row:
    """A job as the pages of hours show it. Times of day in words, "" where nobody has told them."""

    row: Assignment
    one: Interpreter
    view: MeetingView
    planned: str
    arrived: str
    ended: str
    over: int
    suggested: int
    owed: str

    @property
    def name(self) -> str:
        """Who it was: whom an agency sent, where that is known."""
        return self.row.sent_name or self.one.name

    @property
    def ready(self) -> bool:
        """Whether the minutes can be approved as they are told."""
        return self.row.state == states.Assignment.CHECKED_IN


def _query(now: datetime) -> Select[Assignment, Interpreter, Meeting]:
    return (
        select(Assignment, Interpreter, Meeting)
        .join(Interpreter, Interpreter.id == Assignment.interpreter_id)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.ends_at <= now)
    )


def to_approve(now: datetime) -> list[Row]:
    """The oldest first, at most MOST."""
    query = _query(now).where(Assignment.state.in_(TO_APPROVE))
    return _rows(query.order_by(Assignment.ends_at, Assignment.id))


def approved(now: datetime) -> list[Row]:
    """Those approved last first, at most MOST."""
    query = _query(now).where(Assignment.state == states.Assignment.COMPLETED)
    return _rows(query.order_by(Assignment.approved_at.desc(), Assignment.id.desc()))


def numbers(now: datetime) -> tuple[int, int]:
    """How many wait, and how many are approved."""
    over = select(func.count()).select_from(Assignment).where(Assignment.ends_at <= now)
    waiting = db.session.scalar(over.where(Assignment.state.in_(TO_APPROVE))) or 0
    done = db.session.scalar(over.where(Assignment.state == states.Assignment.COMPLETED)) or 0
    return int(waiting), int(done)


def of(assignment_id: int, now: datetime) -> Row | None:
    """One of them; None for a job that is not over, or was never done."""
    wanted = (*TO_APPROVE, states.Assignment.COMPLETED, states.Assignment.NO_SHOW)
    query = _query(now).where(Assignment.id == assignment_id, Assignment.state.in_(wanted))
    return next(iter(_rows(query.execution_options(populate_existing=True))), None)


def _rows(query: Select[Assignment, Interpreter, Meeting]) -> list[Row]:
    rows = db.session.execute(query.limit(MOST)).all()
    read = content(i18n.speaking())
    read.meetings(sorted({meeting.id for _, _, meeting in rows}))
    return [_row(row, one, meeting, read.meeting(meeting.id)) for row, one, meeting in rows]


def _row(row: Assignment, one: Interpreter, meeting: Meeting, view: MeetingView) -> Row:
    def said(at: datetime | None) -> str:
        return dates.time(at, meeting.time_zone, i18n.speaking()) if at is not None else ""

    return Row(
        row=row,
        one=one,
        view=view,
        planned=dates.time_range(row.starts_at, row.ends_at, meeting.time_zone, i18n.speaking()),
        arrived=said(row.arrived_at),
        ended=said(row.ended_at),
        over=minutes_over(row.ends_at, row.ended_at or row.ends_at),
        suggested=worked(row) if row.approved_minutes is None else row.approved_minutes,
        owed=money(row.payable_cents) if row.payable_cents is not None else "",
    )


def typed(found: Row, meeting: Meeting) -> dict[str, object]:
    """What the form of times holds: as told, else as planned."""
    row = found.row
    times = {"arrived": row.arrived_at or row.starts_at, "ended": row.ended_at or row.ends_at}
    return {"version": row.version} | {
        name: local.time_of(at, meeting.time_zone).strftime("%H:%M") for name, at in times.items()
    }


def minutes_words(number: int) -> str:
    """So many minutes."""
    return gettext("%(number)s min", number=dates.count(number, i18n.speaking()))
