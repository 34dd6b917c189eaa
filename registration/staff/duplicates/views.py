"""Writing meetings again for other days: one, or a whole series at once."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n, local, numbers
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting, Series
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.duplicates.duplicate import duplicate as copy_of
from registration.staff.duplicates.duplicate import duplicate_series as copies_of
from registration.staff.duplicates.forms import (
    MOST_WEEKS,
    WEEKS,
    DuplicateForm,
    Row,
    SeriesForm,
    blank_rows,
    sent_rows,
)
from registration.staff.series.shown import title_of_series
from registration.staff.writing.names import title_of

# The newest meetings of a series that can be written again at once.
MOST = 30


@blueprint.route("/meetings/<int:meeting_id>/duplicate", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def duplicate(meeting_id: int) -> ResponseReturnValue:
    """The same meeting on another day, as a draft."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    now = clock.now()
    later = local.day_of(meeting.starts_at, meeting.time_zone) + timedelta(weeks=1)
    form = DuplicateForm(data={"day": later.isoformat()})
    if request.method == "GET" or not form.check_for(meeting, now):
        page = render_template(
            "staff/duplicates/meeting.html",
            meeting=meeting,
            title=title_of(meeting),
            view=content(i18n.speaking()).meeting(meeting.id),
            form=form,
        )
        return page, 200 if request.method == "GET" else 422
    made = copy_of(meeting, form.day.read, person=signed_in())
    db.session.commit()
    flash(gettext("The copy is saved. Families do not see it yet."), "good")
    return redirect(url_for("staff.edit_meeting", meeting_id=made.id), 303)


@blueprint.route("/series/<int:series_id>/duplicate", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def duplicate_series(series_id: int) -> ResponseReturnValue:
    """Meetings of a series on other days, as drafts: a row for each."""
    series = db.session.get(Series, series_id) or abort(404)
    newest = select(Meeting).where(Meeting.series_id == series.id).order_by(Meeting.starts_at.desc()).limit(MOST)
    meetings = sorted(db.session.scalars(newest), key=lambda one: (one.starts_at, one.id))
    now = clock.now()
    form = SeriesForm(data={"into": "same"})
    if request.method == "GET":
        return _show(series, form, blank_rows(meetings, _weeks(), now))
    rows = sent_rows(meetings, request.form, now)
    nothing = not any(row.chosen for row in rows)
    if not form.check_for() or nothing or any(row.error for row in rows):
        return _show(series, form, rows, 422, nothing=nothing)
    days = [(row.meeting, row.read) for row in rows if row.read is not None]
    title = form.title.data if form.into.data == "new" else ""
    target, made = copies_of(series, days, title=title or "", person=signed_in())
    db.session.commit()
    number = len(made)
    saved, hidden = (
        ngettext("%(num)s copy is saved.", "%(num)s copies are saved.", number),
        gettext("Families do not see what is not published."),
    )
    flash(f"{saved} {hidden}", "good")
    return redirect(url_for("staff.one_series", series_id=target), 303)


def _weeks() -> int:
    asked = request.args.get("weeks", default=WEEKS, type=numbers.whole)
    return max(1, min(asked, MOST_WEEKS))


def _show(
    series: Series, form: SeriesForm, rows: list[Row], status: int = 200, *, nothing: bool = False
) -> ResponseReturnValue:
    published = content(i18n.speaking())
    page = render_template(
        "staff/duplicates/series.html",
        series=series,
        title=title_of_series(series),
        form=form,
        rows=list(zip(rows, published.meetings([row.meeting.id for row in rows]), strict=True)),
        wrong=[(row.field, row.error) for row in rows if row.error],
        nothing=nothing,
        weeks=_weeks(),
        most_weeks=MOST_WEEKS,
    )
    return page, status
