"""The list of announcements, and writing one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Status
from registration.i18n import gettext
from registration.reminders.models import Announcement, AnnouncementState
from registration.staff.announcements import found, keep, shown
from registration.staff.announcements.forms import WritingForm, filled, pressed, writing_form
from registration.staff.announcements.views.look import announcement_of, conflict_page
from registration.staff.blueprint import blueprint
from registration.staff.reminders.found import meetings_ahead
from registration.staff.telling import audience, own_words, report


@blueprint.get("/announcements/")
@requires(Role.COORDINATOR)
def announcements() -> ResponseReturnValue:
    """All announcements, newest first."""
    before = request.args.get("before", "")
    page = found.announcements(int(before) if before.isdecimal() and len(before) < 10 else 0)
    return render_template(
        "staff/announcements/list.html",
        rows=shown.rows(page.rows),
        older=url_for("staff.announcements", before=page.older) if page.older else "",
        words={state.value: words for state, words in report.state_words().items()},
    )


@blueprint.route("/announcements/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_announcement() -> ResponseReturnValue:
    """Write another one; it is a draft until it is sent."""
    begun = {"standing": [Status.REGISTERED.value], "attendance": audience.EVERY, "interpretation": audience.EVERY}
    form = writing_form(own_words.tags())(data=begun | {"meetings": request.args.getlist("meeting")})
    if request.method == "GET":
        return _ask(None, form)
    if not form.check_for(_offered()):
        return _ask(None, form, 422)
    made = keep.add(form.written(), person=signed_in())
    db.session.commit()
    flash(gettext("Saved. Nothing is sent yet."), "good")
    return redirect(url_for("staff.announcement", announcement_id=made.id), 303)


@blueprint.route("/announcements/<int:announcement_id>/edit", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def edit_announcement(announcement_id: int) -> ResponseReturnValue:
    """Change a draft."""
    row = announcement_of(announcement_id)
    if row.state != AnnouncementState.DRAFT:
        return conflict_page(row)
    kept = own_words.filled(own_words.load(keep.OWNER, row.id))
    form = writing_form(own_words.tags())(data=filled(row, keep.meetings_of(row.id)) | kept)
    if request.method == "GET":
        return _ask(row, form)
    if not form.check_for(_offered()):
        return _ask(row, form, 422)
    try:
        keep.edit(announcement_id, form.version.data, form.written(), person=signed_in())
    except keep.ChangedMeanwhile:
        db.session.rollback()
        row = announcement_of(announcement_id)
        if row.state != AnnouncementState.DRAFT:
            return conflict_page(row)
        form.version.data = row.version
        return _ask(row, form, 409)
    db.session.commit()
    flash(gettext("Saved. Nothing is sent yet."), "good")
    return redirect(url_for("staff.announcement", announcement_id=announcement_id), 303)


def _offered() -> set[int]:
    return {one.id for one in meetings_ahead(clock.now())}


def _ask(row: Announcement | None, form: WritingForm, status: int = 200) -> ResponseReturnValue:
    ahead = meetings_ahead(clock.now())
    page = render_template(
        "staff/announcements/write.html",
        row=row,
        form=form,
        action=url_for("staff.edit_announcement", announcement_id=row.id) if row else url_for("staff.new_announcement"),
        meetings=shown.meeting_choices(ahead),
        choices=audience.choices(audience.asked_for([one.id for one in ahead]), form.languages.data or ()),
        tongues=own_words.tongues(),
        put_in=own_words.choices(),
        conflict=shown.now_saved(row) if row and status == 409 else None,
    )
    return page, status


@blueprint.post("/announcements/<int:announcement_id>/discard")
@requires(Role.COORDINATOR)
def discard_announcement(announcement_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    row, version = announcement_of(announcement_id), pressed()
    if version is None:
        return conflict_page(row, old_form=True)
    try:
        keep.discard(announcement_id, version, person=signed_in())
    except keep.ChangedMeanwhile:
        db.session.rollback()
        return conflict_page(announcement_of(announcement_id))
    db.session.commit()
    flash(gettext("The draft is thrown away."), "good")
    return redirect(url_for("staff.announcements"), 303)
