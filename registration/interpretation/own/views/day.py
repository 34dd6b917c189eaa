"""The day of a job: ill, arrived, finished, and a note to staff."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n
from registration.accounts.forms import ButtonForm
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.interpretation import lines, states
from registration.interpretation.day import attending, calling_off
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.forms import FinishForm, NoteForm
from registration.interpretation.own.found import Job
from registration.interpretation.own.views.page import mine, show
from registration.meetings.published import content


def _back(assignment_id: int) -> ResponseReturnValue:
    return redirect(url_for("interpreter.job", assignment_id=assignment_id), 303)


@blueprint.route("/jobs/<int:assignment_id>/ill", methods=["GET", "POST"], endpoint="ill")
@requires(Role.INTERPRETER)
def ill_page(assignment_id: int) -> ResponseReturnValue:
    """Give the job back because of illness: a page that says what comes of it, and a button."""
    _, job = mine(assignment_id)
    form = ButtonForm()
    if not form.is_submitted():
        if not calling_off.may_call_off(job.row, clock.now()):
            return _back(assignment_id)
        return _sure(job, form), 200
    if not form.validate():
        return _sure(job, form), 422
    try:
        asked = calling_off.ill(assignment_id, now=clock.now(), by=signed_in())
    except (calling_off.TooLate, states.NotAllowed) as refused:
        db.session.rollback()
        return show(assignment_id, refused=refused, status=409)
    db.session.commit()
    if asked:
        words = ngettext("We ask %(num)s other interpreter now.", "We ask %(num)s other interpreters now.", asked)
        flash(words, "good")
    return _back(assignment_id)


def _sure(job: Job, form: ButtonForm) -> str:
    view = content(i18n.speaking()).meeting(job.meeting.id)
    pair = lines.direction(job.service, view)
    return render_template("interpreter/ill.html", job=job, view=view, pair=pair, form=form)


@blueprint.post("/jobs/<int:assignment_id>/arrived", endpoint="arrived")
@requires(Role.INTERPRETER)
def arrived(assignment_id: int) -> ResponseReturnValue:
    """Say that one is there."""
    mine(assignment_id)
    if not (form := ButtonForm()).validate():
        return show(assignment_id, expired=form.expired, status=422)
    try:
        attending.arrive(assignment_id, actor="interpreter", by=signed_in(), now=clock.now())
    except (attending.NotNow, states.NotAllowed) as refused:
        db.session.rollback()
        return show(assignment_id, refused=refused, status=409)
    db.session.commit()
    flash(gettext("Thank you. Staff see that you have arrived."), "good")
    return _back(assignment_id)


@blueprint.post("/jobs/<int:assignment_id>/finished", endpoint="finished")
@requires(Role.INTERPRETER)
def finished(assignment_id: int) -> ResponseReturnValue:
    """Say when the work was done."""
    _, job = mine(assignment_id)
    form, zone = FinishForm(), job.meeting.time_zone
    if not form.complete():
        return show(assignment_id, finishing=form, status=422)
    at = form.ended_at(job.row.starts_at, zone)
    if at is None:
        form.wrong(gettext("Write the time like this: 19:15"))
        return show(assignment_id, finishing=form, status=422)
    try:
        attending.finish(assignment_id, at, form.note.data or "", by=signed_in(), now=clock.now())
    except attending.WrongTime as wrong:
        db.session.rollback()
        first, last = (dates.time(one, zone, i18n.speaking()) for one in (wrong.first, wrong.last))
        form.wrong(gettext("Write a time between %(first)s and %(last)s", first=first, last=last))
        return show(assignment_id, finishing=form, status=422)
    except (attending.Approved, states.NotAllowed) as refused:
        db.session.rollback()
        return show(assignment_id, refused=refused, status=409)
    db.session.commit()
    flash(gettext("Thank you. Staff check the time now."), "good")
    return _back(assignment_id)


@blueprint.post("/jobs/<int:assignment_id>/note", endpoint="note")
@requires(Role.INTERPRETER)
def note(assignment_id: int) -> ResponseReturnValue:
    """Write to staff about the job."""
    mine(assignment_id)
    form = NoteForm()
    if not form.validate():
        return show(assignment_id, noting=form, status=422)
    try:
        attending.write_note(assignment_id, form.note.data or "", by=signed_in(), now=clock.now())
    except states.NotAllowed as refused:
        db.session.rollback()
        return show(assignment_id, refused=refused, status=409)
    db.session.commit()
    flash(gettext("Your note is kept. Staff can read it."), "good")
    return _back(assignment_id)
