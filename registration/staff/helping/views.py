"""A job in danger: one screen with everything that can still help."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from registration import clock, dates, i18n, phones
from registration.accounts.forms import ButtonForm
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import states
from registration.interpretation.day import absence, alarms, attending
from registration.interpretation.day.models import Alarm, How
from registration.interpretation.lines import mode_words
from registration.meetings.models import Mode
from registration.meetings.published import content
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.helping import words
from registration.staff.helping.forms import SettleForm
from registration.staff.helping.found import Job, helps, job_of
from registration.staff.interpretation.rows import way_words
from registration.staff.teams.shown import state_words


def _job(assignment_id: int) -> Job:
    found = job_of(assignment_id)
    return found if found is not None else abort(404)


@blueprint.get("/jobs/<int:assignment_id>/help")
@requires(Role.COORDINATOR)
def help_job(assignment_id: int) -> ResponseReturnValue:
    """Call them, say how it stands, find somebody else or another way."""
    return _show(_job(assignment_id))


def _show(job: Job, form: SettleForm | None = None, status: int = 200) -> ResponseReturnValue:
    now, tag = clock.now(), i18n.speaking()
    read = content(tag)
    page = render_template(
        "staff/helping/job.html",
        job=job,
        view=read.meeting(job.meeting.id),
        help=helps(job, read, now),
        name=job.row.sent_name or job.one.name,
        phone=phones.display(job.one.phone) if job.one.phone else "",
        phone_href=phones.href(job.one.phone) if job.one.phone else "",
        named=tongue(job.key.language, tag),
        mode=mode_words(Mode(job.service.mode)),
        state=state_words(job.row.state),
        state_words=state_words,
        since=lambda at: dates.time(at, job.meeting.time_zone, tag),
        dangers=words.dangers(),
        settled=words.settled,
        hows=[(how.value, said) for how, said in words.hows().items()],
        ways={way.value: said for way, said in way_words().items()},
        form=form or SettleForm(formdata=None),
    )
    return page, status


@blueprint.post("/jobs/<int:assignment_id>/arrived")
@requires(Role.COORDINATOR)
def job_arrived(assignment_id: int) -> ResponseReturnValue:
    """They are there, as somebody at the door says."""
    _job(assignment_id)
    if not ButtonForm().validate():
        return _pressed_late(assignment_id)
    try:
        attending.arrive(assignment_id, actor="staff", by=signed_in(), now=clock.now())
    except (attending.NotNow, states.NotAllowed):
        return _not_any_more(assignment_id)
    db.session.commit()
    flash(gettext("Written down: they are there."), "good")
    return redirect(url_for("staff.help_job", assignment_id=assignment_id), 303)


@blueprint.post("/jobs/<int:assignment_id>/missing")
@requires(Role.COORDINATOR)
def job_missing(assignment_id: int) -> ResponseReturnValue:
    """They did not come: the seat is free for somebody else."""
    _job(assignment_id)
    if not ButtonForm().validate():
        return _pressed_late(assignment_id)
    try:
        absence.no_show(assignment_id, by=signed_in(), now=clock.now())
    except (absence.TooEarly, states.NotAllowed):
        return _not_any_more(assignment_id)
    db.session.commit()
    flash(gettext("Written down: they did not come. The seat is free. No family is told."), "good")
    return redirect(url_for("staff.help_job", assignment_id=assignment_id), 303)


@blueprint.post("/alarms/<int:alarm_id>/settle")
@requires(Role.COORDINATOR)
def settle_alarm(alarm_id: int) -> ResponseReturnValue:
    """What settled an alarm, where nothing that was done here did."""
    found = db.session.get(Alarm, alarm_id) or abort(404)
    assignment_id, form = found.assignment_id, SettleForm()
    if not form.check():
        return _show(_job(assignment_id), form, 422)
    try:
        done = alarms.settle_by_hand(alarm_id, How(form.how.data), by=signed_in(), now=clock.now())
    except NoResultFound:
        abort(404)
    db.session.commit()
    flash(gettext("The alarm is settled.") if done else gettext("It was settled already."), "good" if done else "info")
    return redirect(url_for("staff.help_job", assignment_id=assignment_id), 303)


def _pressed_late(assignment_id: int) -> ResponseReturnValue:
    flash(gettext("This page was open for a long time. Please press the button again."), "warn")
    return redirect(url_for("staff.help_job", assignment_id=assignment_id), 303)


def _not_any_more(assignment_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(gettext("It stands otherwise by now. See below."), "warn")
    return redirect(url_for("staff.help_job", assignment_id=assignment_id), 303)
