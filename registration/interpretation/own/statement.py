"""What an interpreter worked and is owed in a month, job by job; for themselves, and the same for staff."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy import select

from registration import dates, i18n
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import lines, states
from registration.interpretation.day.overtime import worked
from registration.interpretation.models import Assignment, Interpreter, Seat, Team
from registration.meetings.models import InterpretationService, Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.sheets import neutral

_MONTH = re.compile(r"(\d{4})-(\d{2})")
# A month begins at another moment in each zone of the world.
_FAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Line:
    """One job. Minutes are None where none were said yet, cents where nothing is owed yet.

    `approved`: staff have approved the minutes; `called_off`: it was not done, and this is what is owed for it.
    """

    job: Assignment
    meeting: Meeting
    title: str
    direction: str
    code: str
    minutes: int | None
    paid_minutes: int | None
    cents: int | None
    approved: bool
    called_off: bool

    @property
    def day(self) -> str:
        """When it was, as programs order it, in the zone of the meeting."""
        return dates.sortable(self.job.starts_at, self.meeting.time_zone)[:10]

    @property
    def when(self) -> str:
        """The day in words."""
        return dates.full_date(self.job.starts_at, self.meeting.time_zone, i18n.speaking())


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of jobs, the earliest first, with their sums. What is not approved yet is in no sum of pay."""

    month: date
    lines: Sequence[Line]

    @property
    def minutes(self) -> int:
        """Minutes worked, those not approved yet too."""
        return sum(line.minutes or 0 for line in self.lines)

    @property
    def paid_minutes(self) -> int:
        """Minutes that are paid."""
        return sum(line.paid_minutes or 0 for line in self.lines)

    @property
    def cents(self) -> int:
        """What is owed."""
        return sum(line.cents or 0 for line in self.lines)

    @property
    def open(self) -> int:
        """Jobs whose minutes staff have still to approve."""
        return sum(line.minutes is not None and not line.approved for line in self.lines)

    @property
    def before(self) -> str:
        """The month before, as an address names it."""
        return f"{self.month - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.month + timedelta(days=31):%Y-%m}"

    @property
    def words(self) -> str:
        """The month in words."""
        return self.said(f"{self.month:%Y-%m}")

    def said(self, month: str) -> str:
        """A month as an address names it, in words."""
        year, number = map(int, month.split("-"))
        return dates.month_year(datetime(year, number, 15, 12, tzinfo=UTC), "UTC", i18n.speaking())


def month_of(asked: str, now: datetime, zone: str) -> date:
    """The first day of the month that an address asks for, the month of `now` where it names none."""
    found = _MONTH.fullmatch(asked.strip())
    if found and 1971 <= int(found[1]) < 9999 and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return now.astimezone(ZoneInfo(zone)).date().replace(day=1)


def statement(one: Interpreter, month: date) -> Statement:
    """The jobs of an interpreter in a month, as the clock of each meeting has it."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    owed = Assignment.payable_cents.is_not(None) & (Assignment.payable_cents > 0)
    query = (
        select(Assignment, Meeting, InterpretationService)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(Team, Team.service_id == Seat.service_id)
        .join(InterpretationService, InterpretationService.id == Team.service_id)
        .where(
            Assignment.interpreter_id == one.id,
            Assignment.starts_at >= first - _FAR,
            Assignment.starts_at < first + timedelta(days=31) + _FAR,
            Assignment.state.in_(states.CERTAIN) | owed,
        )
        .order_by(Assignment.starts_at, Assignment.id)
    )
    rows = [(job, meeting, service) for job, meeting, service in db.session.execute(query) if _in(job, meeting, month)]
    views = content(i18n.speaking()).meetings([meeting.id for _, meeting, _ in rows])
    return Statement(month, [_line(*row, view) for row, view in zip(rows, views, strict=True)])


def _in(job: Assignment, meeting: Meeting, month: date) -> bool:
    # Where it was called off the meeting may have another day by now, the job has not.
    day = job.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date()
    return (day.year, day.month) == (month.year, month.month)


def _line(job: Assignment, meeting: Meeting, service: InterpretationService, view: MeetingView) -> Line:
    called_off = job.state not in states.CERTAIN
    approved = job.approved_minutes is not None
    declared = worked(job) if job.ended_at is not None and not called_off else None
    return Line(
        job=job,
        meeting=meeting,
        title=str(view.title),
        direction=lines.direction(service, view),
        code=lines.code(job),
        minutes=job.approved_minutes if approved else declared,
        paid_minutes=job.paid_minutes,
        cents=job.payable_cents,
        approved=approved,
        called_off=called_off,
    )


def note(line: Line) -> str:
    """What is still open of a job, or what became of it; "" where there is nothing to say."""
    if line.called_off:
        return gettext("Called off")
    if line.approved:
        return ""
    return gettext("Not approved yet") if line.minutes is not None else gettext("No time told yet")


def table(found: Statement) -> bytes:
    """The statement as CSV, as programs read it: numbers plain, money with a point."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [
            gettext("Day"),
            gettext("Meeting"),
            gettext("Interpretation"),
            gettext("Code"),
            gettext("Minutes worked"),
            gettext("Minutes paid"),
            gettext("Amount"),
            gettext("Note"),
        ]
    )
    for line in found.lines:
        row = [line.day, line.title, line.direction, line.code, line.minutes, line.paid_minutes, _dollars(line.cents)]
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in [*row, note(line)]])
    writer.writerow([gettext("In all"), "", "", "", found.minutes, found.paid_minutes, _dollars(found.cents), ""])
    return file.getvalue().encode("utf-8-sig")


def _dollars(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"


def download(found: Statement) -> Response:
    """A statement as a file to keep."""
    answer = Response(table(found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="statement-{found.month:%Y-%m}.csv"'
    return answer
