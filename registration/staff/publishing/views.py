"""A meeting as families will see it, and the decision to show it to them."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n, languages, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import seats
from registration.forms import whole_number
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.views import page_of
from registration.staff.blueprint import blueprint
from registration.staff.publishing import publish as verbs
from registration.staff.publishing.forms import PublishForm, UnpublishForm
from registration.staff.publishing.shown import by_language
from registration.staff.texts.shown import language_name
from registration.staff.writing.names import title_of
from registration.staff.writing.write import ChangedMeanwhile, families_hold


@blueprint.get("/meetings/<int:meeting_id>/preview/<tag>")
@requires(Role.COORDINATOR)
def preview(meeting_id: int, tag: str) -> ResponseReturnValue:
    """The public page of a meeting in each language, in a frame."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    if tag not in web.offered():
        abort(404)
    return render_template(
        "staff/publishing/preview.html",
        meeting=meeting,
        title=title_of(meeting),
        tag=tag,
        language=language_name(tag),
        tabs=[(one, language_name(one)) for one in web.offered()],
    )


@blueprint.get("/meetings/<int:meeting_id>/preview/<tag>/page")
@requires(Role.COORDINATOR)
def preview_page(meeting_id: int, tag: str) -> ResponseReturnValue:
    """The real public page, of a draft too. It runs nothing and sends nothing: see web.EXCEPTIONS."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    if tag not in web.offered():
        abort(404)
    i18n.speak(tag)
    g.locale = tag
    return page_of(meeting)


@blueprint.route("/meetings/<int:meeting_id>/publish", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def publish(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting to families, after saying what is missing, stale or not reviewed, and in which language."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    form = PublishForm(data={"version": meeting.version})
    if request.method == "GET":
        return _show(meeting, form)
    if not form.validate():
        return _show(meeting, form, 422)
    meeting = seats.lock(meeting_id)
    try:
        verbs.publish(
            meeting,
            whole_number(form.version.data),
            with_missing=form.with_missing.data,
            with_unreviewed=form.with_unreviewed.data,
            person=signed_in(),
            now=clock.now(),
        )
    except (ChangedMeanwhile, verbs.Over, verbs.Missing, verbs.Unreviewed) as reason:
        return _refused(meeting_id, form, reason)
    db.session.commit()
    flash(gettext("The meeting is published. Families see it now."), "good")
    return redirect(url_for("staff.publish", meeting_id=meeting_id), 303)


def _refused(meeting_id: int, form: PublishForm, reason: Exception) -> ResponseReturnValue:
    db.session.rollback()
    meeting = db.session.get_one(Meeting, meeting_id)
    if isinstance(reason, ChangedMeanwhile):
        form.version.data = str(meeting.version)
        return _show(meeting, form, 409)
    if isinstance(reason, verbs.Over):
        form.version.errors = [gettext("This meeting is over. Move it to another day first.")]
    elif isinstance(reason, verbs.Missing):
        form.with_missing.errors = [gettext("Texts are missing. Say that you publish it all the same, or write them.")]
    else:
        form.with_unreviewed.errors = [gettext("Say that you show translations that nobody has reviewed")]
    return _show(meeting, form, 422)


@blueprint.post("/meetings/<int:meeting_id>/unpublish")
@requires(Role.COORDINATOR)
def unpublish(meeting_id: int) -> ResponseReturnValue:
    """Take a meeting back while nobody is registered."""
    if db.session.get(Meeting, meeting_id) is None:
        abort(404)
    form = UnpublishForm()
    if not form.validate():
        return _show(db.session.get_one(Meeting, meeting_id), PublishForm(formdata=None), 422)
    try:
        verbs.unpublish(seats.lock(meeting_id), whole_number(form.version.data), person=signed_in())
    except ChangedMeanwhile:
        db.session.rollback()
        return _show(db.session.get_one(Meeting, meeting_id), PublishForm(formdata=None), 409)
    except verbs.Held:
        db.session.rollback()
        return _show(db.session.get_one(Meeting, meeting_id), PublishForm(formdata=None), 409)
    db.session.commit()
    flash(gettext("Families do not see the meeting any more."), "good")
    return redirect(url_for("staff.publish", meeting_id=meeting_id), 303)


def _show(meeting: Meeting, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    state = verbs.before(meeting.id)
    decided_by = db.session.get(Person, meeting.unreviewed_by_id) if meeting.unreviewed_by_id else None
    page = render_template(
        "staff/publishing/publish.html",
        meeting=meeting,
        title=title_of(meeting),
        view=content(i18n.speaking()).meeting(meeting.id),
        form=form,
        back=UnpublishForm(formdata=None),
        languages=by_language(state.missing, state.stale, state.drafts),
        state=state,
        held=families_hold(meeting),
        decided_by=decided_by,
        conflict=status == 409,
        direction_of=languages.direction,
    )
    return page, status
