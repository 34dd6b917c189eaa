"""The page of one job, whatever was pressed on it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n
from registration.accounts.guard import signed_in
from registration.i18n import gettext
from registration.interpretation import answer, lines, seats, states
from registration.interpretation.day import attending, calling_off
from registration.interpretation.day.overtime import minutes_over
from registration.interpretation.forms import AnswerForm
from registration.interpretation.models import Interpreter
from registration.interpretation.own import found, shown
from registration.interpretation.own.briefed import briefed
from registration.interpretation.own.forms import FinishForm, NoteForm
from registration.interpretation.own.found import Job
from registration.interpretation.own.mine import interpreter_of
from registration.meetings.published import content
from registration.meetings.shown import MeetingView


def mine(assignment_id: int) -> tuple[Interpreter, Job]:
    """The interpreter who is signed in, and a job of theirs; there is no other one (404)."""
    one = interpreter_of(signed_in())
    job = found.job(one, assignment_id) if one is not None else None
    if one is None or job is None:
        abort(404)
    return one, job


def show(
    assignment_id: int,
    *,
    answering: AnswerForm | None = None,
    finishing: FinishForm | None = None,
    noting: NoteForm | None = None,
    refused: Exception | None = None,
    expired: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    """A job as it is now, with what was typed and why it was refused."""
    one, job = mine(assignment_id)
    now, view = clock.now(), content(i18n.speaking()).meeting(job.meeting.id)
    page = render_template(
        "interpreter/job.html",
        job=job,
        view=view,
        state=shown.state(job, now),
        pair=lines.direction(job.service, view),
        there=shown.there(view),
        online=shown.online(job, view),
        offer=[*_answer_by(job), *lines.terms(job.row, one), *lines.job(job.row, view)],
        terms=[*lines.terms(job.row, one), lines.called(job.row)],
        called=[lines.called(job.row)],
        briefing=briefed(job, view, _file_at(job), now) if job.mine else None,
        answering=answering or AnswerForm(formdata=None),
        finishing=finishing or _finishing(job),
        noting=noting or NoteForm(formdata=None, note=job.row.note),
        expired=expired or any(form is not None and form.expired for form in (answering, finishing, noting)),
        why=_why(refused),
        in_the_way=shown.in_the_way(refused.reasons) if isinstance(refused, answer.Conflict) else [],
        **_day(job, view),
    )
    return page, status


def _answer_by(job: Job) -> lines.Rows:
    return lines.answer_by(job.offer, job.row, job.meeting) if job.waits(clock.now()) and job.offer else []


def _file_at(job: Job) -> Callable[[int], str]:
    return lambda number: url_for("interpreter.file", assignment_id=job.row.id, material_id=number)


def _finishing(job: Job) -> FinishForm:
    """The time that was told before, or that was planned: a phone shows it, and it is changed with one press."""
    at = job.row.ended_at or job.row.ends_at
    local = at.astimezone(ZoneInfo(job.meeting.time_zone))
    return FinishForm(formdata=None, ended=f"{local:%H:%M}", note=job.row.note)


def _day(job: Job, view: MeetingView) -> dict[str, object]:
    """What can be said on the day, and what was said."""
    row, now = job.row, clock.now()
    opens, closes = attending.window(row)
    late = row.state == states.Assignment.NO_SHOW and seats.holder(row.seat_id) is None
    expected = row.state == states.Assignment.CONFIRMED or late
    over = row.state == states.Assignment.CONFIRMED and now >= closes
    return {
        "ahead": now < row.ends_at,
        "may_arrive": expected and opens <= now < closes,
        "arrive_from": _clock(opens, view) if row.state == states.Assignment.CONFIRMED and now < opens else "",
        "may_finish": over or (row.state == states.Assignment.CHECKED_IN and now >= row.starts_at),
        "may_call_off": calling_off.may_call_off(row, now),
        "ill": calling_off.is_ill(row),
        "arrived": _clock(row.arrived_at, view),
        "ended": _clock(row.ended_at, view),
        "over": minutes_over(row.ends_at, row.ended_at) if row.ended_at else 0,
        "owed": lines.money(row.payable_cents) if row.payable_cents else "",
    }


def _clock(at: datetime | None, view: MeetingView) -> str:
    return dates.time(at, view.time_zone, i18n.speaking()) if at else ""


def _why(refused: Exception | None) -> tuple[str, str] | None:
    """Why what was pressed was not done: a heading and a sentence."""
    if isinstance(refused, answer.Taken):
        return gettext("Somebody else was faster"), gettext(
            "Somebody else accepted first. You need to do nothing. Thank you."
        )
    if isinstance(refused, attending.NotNow):
        return gettext("It is not the time to say so"), gettext(
            "You can say that you have arrived from 3 hours before the start until the end."
        )
    if isinstance(refused, calling_off.TooLate):
        return gettext("It is too late to give this job back here"), gettext("Please call us at once.")
    if refused is None or isinstance(refused, answer.Conflict):
        return None
    return gettext("This has changed meanwhile"), gettext("This page shows how it stands now.")
