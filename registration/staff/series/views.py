"""Series and places: lists, new ones, and one of each."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.forms import whole_number
from registration.i18n import gettext
from registration.meetings.models import Meeting, Place, Series
from registration.meetings.published import content, touch
from registration.staff.blueprint import blueprint
from registration.staff.series import shown
from registration.staff.series.edit import edit_place, edit_series
from registration.staff.series.forms import PlaceForm, SeriesForm
from registration.staff.texts.rows import home_zone
from registration.staff.texts.shown import tabs
from registration.staff.writing import choices
from registration.staff.writing.answers import NewPlace
from registration.staff.writing.write import ChangedMeanwhile, families_hold, slug_taken
from registration.staff.writing.write import new_place as make_place
from registration.staff.writing.write import new_series as make_series

# The newest meetings that the page of a series or a place lists.
MOST = 60


@blueprint.get("/series/")
@requires(Role.COORDINATOR)
def series() -> ResponseReturnValue:
    """All series."""
    return render_template("staff/series/list.html", lines=shown.series_lines())


@blueprint.get("/places/")
@requires(Role.COORDINATOR)
def places() -> ResponseReturnValue:
    """All places."""
    return render_template("staff/series/places.html", lines=shown.place_lines())


@blueprint.route("/series/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_series() -> ResponseReturnValue:
    """A series without meetings yet."""
    form = SeriesForm(data={"time_zone": home_zone()})
    taken = bool(form.slug.data) and slug_taken(form.slug.data, Series)
    if request.method == "GET" or not form.check_for(taken=taken):
        return _series_page(None, form, 200 if request.method == "GET" else 422)
    made = make_series(form.title.data, form.time_zone.read, signed_in(), form.introduction.data or "")
    made.slug = form.slug.data or made.slug
    touch()
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(url_for("staff.one_series", series_id=made.id), 303)


@blueprint.route("/series/<int:series_id>/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def one_series(series_id: int) -> ResponseReturnValue:
    """One series: its address, its time zone, its texts, its meetings."""
    row = db.session.get(Series, series_id) or abort(404)
    kept = {"version": row.version, "slug": row.slug, "time_zone": row.time_zone}
    form = SeriesForm(data=kept)
    del form.title, form.introduction
    if request.method == "GET":
        return _series_page(row, form)
    others = select(Series.id).where(Series.slug == form.slug.data, Series.id != row.id)
    if not form.check_for(taken=db.session.scalar(others) is not None):
        return _series_page(row, form, 422)
    try:
        version = whole_number(form.version.data)
        edit_series(series_id, version, slug=form.slug.read, time_zone=form.time_zone.read, person=signed_in())
    except ChangedMeanwhile:
        db.session.rollback()
        row = db.session.get_one(Series, series_id)
        form.version.data = str(row.version)
        return _series_page(row, form, 409)
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(url_for("staff.one_series", series_id=series_id), 303)


def _series_page(row: Series | None, form: SeriesForm, status: int = 200) -> ResponseReturnValue:
    query = select(Meeting).where(Meeting.series_id == (row.id if row else None))
    meetings = list(db.session.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(MOST)))
    page = render_template(
        "staff/series/series.html",
        series=row,
        title=shown.title_of_series(row) if row else None,
        form=form,
        tabs=tabs(("series", row.id)) if row else [],
        meetings=list(zip(meetings, content(i18n.speaking()).meetings([one.id for one in meetings]), strict=True)),
        now=clock.now(),
        zones=choices.zones(),
        conflict=status == 409,
    )
    return page, status


@blueprint.route("/places/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_place() -> ResponseReturnValue:
    """A place where meetings can be held."""
    form = PlaceForm()
    if request.method == "GET" or not form.check_for():
        return _place_page(None, form, 200 if request.method == "GET" else 422)
    written = NewPlace(form.name.data, form.address.data, form.entrance.data or "", form.parking.data or "")
    made = make_place(written, signed_in())
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(url_for("staff.place", place_id=made.id), 303)


@blueprint.route("/places/<int:place_id>/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def place(place_id: int) -> ResponseReturnValue:
    """One place: its address, its texts, the meetings held there."""
    row = db.session.get(Place, place_id) or abort(404)
    form = PlaceForm(data={"version": row.version, "address": row.address})
    del form.name, form.entrance, form.parking
    if request.method == "GET":
        return _place_page(row, form)
    if not form.check_for():
        return _place_page(row, form, 422)
    try:
        edit_place(place_id, whole_number(form.version.data), address=form.address.data, person=signed_in())
    except ChangedMeanwhile:
        db.session.rollback()
        row = db.session.get_one(Place, place_id)
        form.version.data = str(row.version)
        return _place_page(row, form, 409)
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(url_for("staff.place", place_id=place_id), 303)


def _place_page(row: Place | None, form: PlaceForm, status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    query = select(Meeting).where(Meeting.place_id == (row.id if row else None), Meeting.ends_at > now)
    meetings = list(db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(MOST)))
    page = render_template(
        "staff/series/place.html",
        place=row,
        title=shown.name_of_place(row) if row else None,
        form=form,
        tabs=tabs(("place", row.id)) if row else [],
        meetings=list(zip(meetings, content(i18n.speaking()).meetings([one.id for one in meetings]), strict=True)),
        held=any(families_hold(one) for one in meetings),
        conflict=status == 409,
    )
    return page, status
