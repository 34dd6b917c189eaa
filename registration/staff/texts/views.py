"""The page of texts: of a meeting, a series, a place, the district."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import i18n, languages, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings.completeness import Owner, source_language
from registration.meetings.models import Meeting, Place, Series
from registration.staff.blueprint import blueprint
from registration.staff.texts import keep, rows, shown
from registration.staff.texts.forms import TextsForm, form_of


class Whose(NamedTuple):
    """Whose texts a page shows: its own address, and the page above it."""

    owner: Owner
    href: str
    up_href: str
    up_text: str


@blueprint.route("/meetings/<int:meeting_id>/texts/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def texts(meeting_id: int) -> ResponseReturnValue:
    """The texts of a meeting."""
    meeting = db.session.get(Meeting, meeting_id) or abort(404)
    up = url_for("staff.edit_meeting", meeting_id=meeting.id)
    href = url_for("staff.texts", meeting_id=meeting.id)
    return _page(Whose(("meeting", meeting.id), href, up, gettext("Edit the meeting")))


@blueprint.route("/series/<int:series_id>/texts/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def series_texts(series_id: int) -> ResponseReturnValue:
    """The texts of a series."""
    series = db.session.get(Series, series_id) or abort(404)
    href = url_for("staff.series_texts", series_id=series.id)
    up = url_for("staff.one_series", series_id=series.id)
    return _page(Whose(("series", series.id), href, up, gettext("The series")))


@blueprint.route("/places/<int:place_id>/texts/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def place_texts(place_id: int) -> ResponseReturnValue:
    """The texts of a place."""
    place = db.session.get(Place, place_id) or abort(404)
    href = url_for("staff.place_texts", place_id=place.id)
    up = url_for("staff.place", place_id=place.id)
    return _page(Whose(("place", place.id), href, up, gettext("The place")))


@blueprint.route("/settings/texts/", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def district_texts() -> ResponseReturnValue:
    """The texts of the district."""
    up = url_for("staff.settings")
    return _page(Whose(("district", 1), url_for("staff.district_texts"), up, gettext("Settings")))


def _page(whose: Whose) -> ResponseReturnValue:
    wanted = request.values.get("language") or _first_open(whose.owner)
    if wanted not in web.offered():
        abort(404)
    form = form_of(whose.owner[0])()
    if request.method == "GET":
        return _show(whose, wanted, form)
    if not form.check_for(whose.owner[0], wanted == source_language()):
        return _show(whose, wanted, form, 422)
    try:
        typed = form.typed(whose.owner[0])
        changed = keep.save(whose.owner, wanted, typed, person=signed_in(), unreviewed_too=form.unreviewed.data)
    except keep.ChangedMeanwhile as late:
        db.session.rollback()
        return _show_newer(whose, wanted, form, late.fields)
    except keep.NotDecided:
        db.session.rollback()
        return _show(whose, wanted, form, 422, decide=True)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(f"{whose.href}?language={wanted}", 303)


def _first_open(owner: Owner) -> str:
    """The first language that needs somebody; the district's own where none does."""
    return next((tab.tag for tab in shown.tabs(owner) if tab.open), source_language())


def _show_newer(whose: Whose, tag: str, form: TextsForm, fields: list[str]) -> ResponseReturnValue:
    now = rows.rows(*whose.owner)
    for field in fields:
        row = now.get((field, tag))
        words = gettext(
            "Somebody changed this text while you wrote. It says now: %(text)s", text=row.text if row else "–"
        )
        form[field].errors = [words]
    return _show(whose, tag, form, 409)


def _show(whose: Whose, tag: str, form: TextsForm, status: int = 200, *, decide: bool = False) -> ResponseReturnValue:
    owner = whose.owner
    typed = form.typed(owner[0]) if request.method == "POST" else {}
    page = render_template(
        "staff/texts/texts.html",
        whose=whose,
        owner=owner,
        title=shown.title(owner),
        form=form,
        typed=typed,
        # Who sends this again has seen what stands there now; where nothing was refused, nothing of it is newer.
        kept_base=status != 409,
        rows=shown.text_rows(owner, tag),
        tabs=shown.tabs(owner),
        tag=tag,
        language=languages.name_in(tag, i18n.speaking()),
        direction_of=languages.direction,
        source=source_language(),
        source_name=languages.name_in(source_language(), i18n.speaking()),
        public=bool(keep.shown_now(*owner)),
        decide=decide,
        conflict=status == 409,
    )
    return page, status
