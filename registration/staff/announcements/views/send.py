"""An announcement is tried, sent, taken back, stopped, and sent again where it failed."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.reminders import announce
from registration.reminders.models import Announcement, AnnouncementState
from registration.staff.announcements import found, keep, shown
from registration.staff.announcements.forms import SendForm, pressed
from registration.staff.announcements.views.look import announcement_of, conflict_page, count_of, show
from registration.staff.blueprint import blueprint
from registration.staff.mail.reasons import stopped_by
from registration.staff.telling import own_words, trial
from registration.staff.telling.again import retry_failed


@blueprint.post("/announcements/<int:announcement_id>/test")
@requires(Role.COORDINATOR)
def test_announcement(announcement_id: int) -> ResponseReturnValue:
    """Send a test to who is signed in, in one language."""
    row, version = announcement_of(announcement_id), pressed()
    tag = request.form.get("language", "")
    if version is None or tag not in own_words.tags():
        return conflict_page(row, old_form=True)
    try:
        trial.send(row.id, row.version, tag, signed_in(), clock.now())
    except trial.TooMany:
        db.session.rollback()
        flash(gettext("You have sent many tests within an hour. Please wait a while."), "warn")
        return _back(announcement_id)
    _record("announcement_tested", row, language=tag)
    db.session.commit()
    flash(gettext("The test is on its way to your own address."), "good")
    return redirect(url_for("staff.announcement", announcement_id=announcement_id, language=tag), 303)


@blueprint.post("/announcements/<int:announcement_id>/send")
@requires(Role.COORDINATOR)
def send_announcement(announcement_id: int) -> ResponseReturnValue:
    """Send it now or at a set time."""
    row, form, now = announcement_of(announcement_id), SendForm(), clock.now()
    numbers = count_of(row, keep.meetings_of(row.id), own_words.load(keep.OWNER, row.id))
    if not form.check_for(shown.zone(), now, missing=bool(numbers.missing)):
        return conflict_page(row, old_form=True) if form.expired else show(row, form, 422)
    try:
        keep.locked(announcement_id, form.version.data, AnnouncementState.DRAFT)
    except keep.ChangedMeanwhile:
        db.session.rollback()
        return conflict_page(announcement_of(announcement_id))
    row.version += 1
    announce.schedule(announcement_id, form.moment or now)
    _record("announcement_sent", row, families=numbers.all, without_words=len(numbers.missing))
    db.session.commit()
    flash(gettext("It will be sent at its time.") if form.moment else gettext("It is being sent."), "good")
    return _back(announcement_id)


@blueprint.post("/announcements/<int:announcement_id>/unschedule")
@requires(Role.COORDINATOR)
def unschedule_announcement(announcement_id: int) -> ResponseReturnValue:
    """Make it a draft again before its time has come."""
    row, version = announcement_of(announcement_id), pressed()
    if version is None:
        return conflict_page(row, old_form=True)
    try:
        keep.locked(announcement_id, version, AnnouncementState.SCHEDULED)
    except keep.ChangedMeanwhile:
        db.session.rollback()
        return conflict_page(announcement_of(announcement_id))
    announce.unschedule(announcement_id)
    row.version += 1
    _record("announcement_unscheduled", row)
    db.session.commit()
    flash(gettext("It is a draft again. Nothing is sent."), "good")
    return _back(announcement_id)


@blueprint.post("/announcements/<int:announcement_id>/stop")
@requires(Role.COORDINATOR)
def stop_announcement(announcement_id: int) -> ResponseReturnValue:
    """Send no more of it."""
    row = announcement_of(announcement_id)
    if pressed() is None:
        return conflict_page(row, old_form=True)
    try:
        stopped = announce.stop_announcement(announcement_id, stopped_by(signed_in().id), clock.now())
    except announce.TooLate:
        db.session.rollback()
        flash(gettext("Nothing was stopped: all of it has gone out."), "warn")
        return _back(announcement_id)
    _record("announcement_stopped", row, messages=stopped)
    db.session.commit()
    flash(gettext("It is stopped. What has gone out has gone out."), "good")
    return _back(announcement_id)


@blueprint.post("/announcements/<int:announcement_id>/retry")
@requires(Role.COORDINATOR)
def retry_announcement(announcement_id: int) -> ResponseReturnValue:
    """Send again what failed of it."""
    row = announcement_of(announcement_id)
    if pressed() is None:
        return conflict_page(row, old_form=True)
    number = retry_failed([run.mailing for run in found.runs_of([row.id]).get(row.id, [])], clock.now())
    _record("announcement_retried", row, messages=number)
    db.session.commit()
    return _back(announcement_id)


def _record(action: str, row: Announcement, **facts: audit.Fact) -> None:
    audit.record(action, object_kind="announcement", object_id=row.id, person=signed_in(), facts=facts)


def _back(announcement_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.announcement", announcement_id=announcement_id), 303)
