"""The pages of what was sent by rules: all to come, and one run with its progress, its report and what can be done."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.reminders.announce import stop_run
from registration.reminders.models import ReminderRun
from registration.staff.blueprint import blueprint
from registration.staff.mail.reasons import stopped_by
from registration.staff.reminders import found, shown
from registration.staff.reminders.forms import Press
from registration.staff.telling import report
from registration.staff.telling.again import retry_failed
from registration.staff.telling.follow import follow


@blueprint.get("/reminders/")
@requires(Role.COORDINATOR)
def all_reminders() -> ResponseReturnValue:
    """The reminders of all meetings to come."""
    now = clock.now()
    meetings = found.meetings_ahead(now)
    known = shown.coming(now, [one.id for one in meetings])
    return render_template(
        "staff/reminders/all.html",
        coming=shown.to_come(found.rules_for(meetings), meetings, known),
        runs=shown.run_rows(found.runs_of([one.id for one in meetings]), meetings),
        words=report.state_words(),
    )


def _run(run_id: int) -> ReminderRun:
    row = db.session.get(ReminderRun, run_id)
    return row if row is not None and row.rule_id is not None else abort(404)


@blueprint.get("/reminders/runs/<int:run_id>/")
@requires(Role.COORDINATOR)
def reminder_run(run_id: int) -> ResponseReturnValue:
    """One reminder of one meeting: how far it is, and what became of it."""
    return _show(_run(run_id))


def _show(run: ReminderRun, status: int = 200) -> ResponseReturnValue:
    meeting = db.session.get_one(Meeting, run.meeting_id)
    (row,) = shown.run_rows([run], [meeting])
    followed = follow([run], row.states)
    page = render_template(
        "staff/reminders/run.html",
        run=run,
        row=row,
        view=content(i18n.speaking()).meeting(run.meeting_id),
        followed=followed,
        lines=[] if followed.going else report.by_language([run.mailing]),
        whys=report.reasons([run.mailing]),
        words=report.state_words(),
        token=Press(),
        old_form=status == 422,
    )
    return page, status


@blueprint.post("/reminders/runs/<int:run_id>/stop")
@requires(Role.COORDINATOR)
def stop_reminder_run(run_id: int) -> ResponseReturnValue:
    """Send no more of it."""
    run = _run(run_id)
    if not Press().validate_on_submit():
        return _show(run, 422)
    stopped = stop_run(run_id, stopped_by(signed_in().id), clock.now())
    _record("reminder_stopped", run, stopped)
    db.session.commit()
    flash(gettext("It is stopped. What has gone out has gone out."), "good")
    return redirect(url_for("staff.reminder_run", run_id=run_id), 303)


@blueprint.post("/reminders/runs/<int:run_id>/retry")
@requires(Role.COORDINATOR)
def retry_reminder_run(run_id: int) -> ResponseReturnValue:
    """Send again what failed of it."""
    run = _run(run_id)
    if not Press().validate_on_submit():
        return _show(run, 422)
    number = retry_failed([run.mailing], clock.now())
    _record("reminder_retried", run, number)
    db.session.commit()
    return redirect(url_for("staff.reminder_run", run_id=run_id), 303)


def _record(action: str, run: ReminderRun, number: int) -> None:
    audit.record(
        action,
        object_kind="reminder",
        object_id=run.rule_id,
        meeting_id=run.meeting_id,
        person=signed_in(),
        facts={"messages": number},
    )
