"""Hours of jobs that are over: told, entered by staff, approved."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import lines, profile, seats, states
from registration.interpretation.day import approving, attending
from registration.meetings.models import Meeting
from registration.staff.blueprint import blueprint
from registration.staff.hours import found
from registration.staff.hours.forms import ApproveForm, EnterForm
from registration.staff.teams.shown import state_words


@blueprint.get("/hours/")
@requires(Role.COORDINATOR)
def hours() -> ResponseReturnValue:
    """Jobs whose hours wait, or are approved."""
    now, done = clock.now(), request.args.get("show") == "approved"
    return render_template(
        "staff/hours/list.html",
        rows=found.approved(now) if done else found.to_approve(now),
        done=done,
        tabs=_tabs(now, done),
        token=ApproveForm(formdata=None),
        minutes=found.minutes_words,
    )


def _tabs(now: datetime, done: bool) -> list[dict[str, object]]:
    waiting, approved = (dates.count(number, i18n.speaking()) for number in found.numbers(now))
    here, there = url_for("staff.hours"), url_for("staff.hours", show="approved")
    return [
        {"href": here, "text": gettext("To approve"), "count": waiting, "current": not done},
        {"href": there, "text": gettext("Approved"), "count": approved, "current": done},
    ]


def _row(assignment_id: int) -> found.Row:
    one = found.of(assignment_id, clock.now())
    return one if one is not None else abort(404)


@blueprint.get("/hours/<int:assignment_id>/")
@requires(Role.COORDINATOR)
def job_hours(assignment_id: int) -> ResponseReturnValue:
    """One job: what is told, what it pays, and both forms."""
    return _show(_row(assignment_id))


def _show(
    row: found.Row, *, enter: EnterForm | None = None, approve: ApproveForm | None = None, status: int = 200
) -> ResponseReturnValue:
    meeting = db.session.get_one(Meeting, row.row.meeting_id)
    pay = seats.pay(row.one, profile.current().figures)
    shown = ApproveForm(formdata=None, data={"version": row.row.version, "minutes": row.suggested})
    page = render_template(
        "staff/hours/job.html",
        job=row,
        view=row.view,
        state=state_words(row.row.state),
        minimum=found.minutes_words(pay.minimum),
        rate=lines.money(pay.rate) if pay.rate else "",
        minutes=found.minutes_words,
        enter=enter or EnterForm(formdata=None, data=found.typed(row, meeting)),
        approve=approve or shown,
        meanwhile=status == 409,
        may_enter=row.row.state in approving.MAY_ENTER,
        may_approve=row.row.state in approving.MAY_APPROVE,
    )
    return page, status


@blueprint.post("/hours/<int:assignment_id>/times")
@requires(Role.COORDINATOR)
def enter_hours(assignment_id: int) -> ResponseReturnValue:
    """When they came and went, for who cannot say so."""
    row, form = _row(assignment_id), EnterForm()
    times = form.hours(row.row, db.session.get_one(Meeting, row.row.meeting_id))
    if times is None:
        return _show(row, enter=form, status=422)
    version = form.version.data
    try:
        approving.enter(assignment_id, times, version=version, by=signed_in(), now=clock.now())
    except attending.WrongTime:
        db.session.rollback()
        form.ended.errors = [gettext("These times cannot be. It is after they came, and not in the future.")]
        return _show(_row(assignment_id), enter=form, status=422)
    except approving.ChangedMeanwhile:
        db.session.rollback()
        row = _row(assignment_id)
        form.version.data = row.row.version
        return _show(row, enter=form, status=409)
    except states.NotAllowed:
        return _not_any_more(assignment_id)
    db.session.commit()
    flash(gettext("Saved. Now approve the minutes."), "good")
    return redirect(url_for("staff.job_hours", assignment_id=assignment_id), 303)


@blueprint.post("/hours/<int:assignment_id>/approve")
@requires(Role.COORDINATOR)
def approve_hours(assignment_id: int) -> ResponseReturnValue:
    """Approve minutes, or put right what was approved."""
    row, form = _row(assignment_id), ApproveForm()
    if not form.check():
        return _show(row, approve=form, status=422)
    minutes, reason, by = form.minutes.data or 0, form.reason.data or "", signed_in()
    try:
        approving.approve(assignment_id, minutes, version=form.version.data, by=by, now=clock.now(), reason=reason)
    except approving.NeedsReason:
        db.session.rollback()
        form.reason.errors = [gettext("Other minutes than before: write why")]
        return _show(_row(assignment_id), approve=form, status=422)
    except approving.ChangedMeanwhile:
        db.session.rollback()
        row = _row(assignment_id)
        form.version.data = row.row.version
        return _show(row, approve=form, status=409)
    except (approving.NotOver, states.NotAllowed):
        return _not_any_more(assignment_id)
    db.session.commit()
    flash(gettext("Approved."), "good")
    return redirect(url_for("staff.hours"), 303)


def _not_any_more(assignment_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(gettext("It stands otherwise by now. See below."), "warn")
    return redirect(url_for("staff.job_hours", assignment_id=assignment_id), 303)
