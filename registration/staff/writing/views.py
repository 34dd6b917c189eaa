"""The form of a meeting: a new one, and one that is there."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import seats
from registration.forms import whole_number
from registration.i18n import gettext
from registration.meetings.models import Meeting, Series
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.texts.rows import home_zone
from registration.staff.writing import choices, filled, names
from registration.staff.writing.forms import NEW, PLAN, WORDS, MeetingForm
from registration.staff.writing.write import ChangedMeanwhile, PlanChange, create, edit, families_hold, others_hold


@blueprint.route("/meetings/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_meeting() -> ResponseReturnValue:
    """Write a new meeting, in a series that is there or in a new one."""
    if request.method == "GET":
        return _show(None, MeetingForm(data=_blank()))
    form = MeetingForm()
    if not _check(form, None, clock.now()):
        return _show(None, form, 422)
    meeting = create(form.written(), person=signed_in())
    db.session.commit()
    flash(gettext("The meeting is saved. Families do not see it yet."), "good")
    return redirect(url_for("staff.texts", meeting_id=meeting.id), 303)


def _blank() -> dict[str, Any]:
    series = db.session.get(Series, whole_number(request.args.get("series")))
    every = names.every_series()
    chosen = series.id if series else every[0].id if len(every) == 1 else None
    return {
        "series": str(chosen) if chosen else "" if every else NEW,
        "time_zone": series.time_zone if series else home_zone(),
        "in_person": True,
        "recording": "no",
        "floor_language": "",
    }


@blueprint.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def edit_meeting(meeting_id: int) -> ResponseReturnValue:
    """Change a meeting. What families have planned with is a change of plan, and not in this form."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    if request.method == "GET":
        return _show(meeting, _form(meeting, MeetingForm(data=filled.shown(meeting))))
    meeting = seats.lock(meeting_id)
    # A form made before the first family registered still holds the plan.
    form = _form(meeting, MeetingForm(), with_plan="day" in request.form)
    now = clock.now()
    if str(meeting.version) != form.version.data:
        return _conflict(meeting, form)
    if not _check(form, meeting, now):
        return _show(meeting, form, 422)
    try:
        changed = edit(meeting, int(form.version.data), form.written(), person=signed_in(), now=now)
    except ChangedMeanwhile:
        return _conflict(meeting, form)
    except PlanChange:
        db.session.rollback()
        meeting = db.session.get_one(Meeting, meeting_id)
        shown = _form(meeting, MeetingForm(formdata=None, data=filled.shown(meeting)))
        return _show(meeting, shown, 409, plan_change=True)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("staff.edit_meeting", meeting_id=meeting_id), 303)


def _form(meeting: Meeting, form: MeetingForm, *, with_plan: bool = False) -> MeetingForm:
    form.without(*WORDS)
    if meeting.published:
        form.without("slug")
    if others_hold(meeting):
        form.without("floor_language")
        if not with_plan:
            form.without(*PLAN)
    return form


def _check(form: MeetingForm, meeting: Meeting | None, now: datetime) -> bool:
    others = select(Meeting.slug).where(Meeting.id != (meeting.id if meeting else 0))
    slug = form.slug.data if "slug" in form else ""
    return form.check_for(
        meeting,
        series={one.id for one in names.every_series()},
        places={one.id for one in names.every_place()},
        taken_slugs=set(db.session.scalars(others.where(Meeting.slug == slug))) if slug else set(),
        now=now,
    )


def _conflict(meeting: Meeting, form: MeetingForm) -> ResponseReturnValue:
    """What stands there now, beside what was typed; who saves again has seen both."""
    now = filled.shown(meeting)
    differing = {name for name, value in filled.typed(form).items() if filled.differs(value, now.get(name))}
    form.version.data = str(meeting.version)
    saved = {name: _in_words(name, now.get(name)) for name in differing if name in now}
    return _show(meeting, form, 409, saved=saved)


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("ticked") if value else gettext("not ticked")
    if value in (None, ""):
        return gettext("nothing")
    listed = {"series": names.every_series, "place": names.every_place}.get(name)
    if listed is not None:
        return next((str(one.name) for one in listed() if str(one.id) == value), str(value))
    options = {"recording": choices.recordings, "floor_language": choices.floor_languages}.get(name)
    if options is not None:
        return next((one.text for one in options() if one.value == value), str(value))
    return str(value)


def _show(
    meeting: Meeting | None,
    form: MeetingForm,
    status: int = 200,
    *,
    saved: dict[str, str] | None = None,
    plan_change: bool = False,
) -> ResponseReturnValue:
    page = render_template(
        "staff/writing/meeting.html",
        meeting=meeting,
        title=names.title_of(meeting) if meeting else None,
        view=content(i18n.speaking()).meeting(meeting.id) if meeting else None,
        form=form,
        saved=saved or {},
        conflict=status == 409 and not plan_change,
        plan_change=plan_change,
        held=meeting is not None and families_hold(meeting),
        series=names.every_series(),
        places=names.every_place(),
        languages=choices.floor_languages(),
        recordings=choices.recordings(),
        zones=choices.zones(),
    )
    return page, status
