"""What an administrator sets for the whole district, and how the catalogues stand."""

from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, colours, i18n, languages, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.forms import whole_number
from registration.i18n import gettext
from registration.meetings.completeness import source_language
from registration.meetings.models import District
from registration.staff.blueprint import blueprint
from registration.staff.settings.forms import SettingsForm, shown
from registration.staff.settings.save import ChangedMeanwhile, save
from registration.staff.texts.shown import language_name, tabs


@blueprint.route("/settings/", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def settings() -> ResponseReturnValue:
    """Whom families call, how much notice is asked for, which languages are offered, the colour."""
    if request.method == "GET":
        return _show(SettingsForm(data=shown(db.session.get(District, 1))))
    form = SettingsForm()
    if not form.check_for():
        return _show(form, 422)
    try:
        changed = save(form.settings(), whole_number(form.version.data), person=signed_in(), now=clock.now())
    except ChangedMeanwhile:
        db.session.rollback()
        return _conflict(form)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("staff.settings"), 303)


def _conflict(form: SettingsForm) -> ResponseReturnValue:
    now = shown(db.session.get(District, 1))
    saved = {name: _in_words(value) for name, value in now.items() if name != "version" and form[name].data != value}
    form.version.data = now["version"]
    return _show(form, 409, saved)


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(language_name(tag) for tag in value)
    return gettext("nothing") if value in (None, "") else str(value)


def _show(form: SettingsForm, status: int = 200, saved: dict[str, str] | None = None) -> ResponseReturnValue:
    accent = form.accent.data if not form.accent.errors and form.accent.data else colours.BUILT_IN
    page = render_template(
        "staff/settings/settings.html",
        form=form,
        saved=saved or {},
        conflict=status == 409,
        tabs=tabs(("district", 1)),
        languages=[(tag, languages.LANGUAGES[tag], language_name(tag)) for tag in web.installed()],
        first=source_language(),
        palette=colours.palette(accent) if _is_colour(accent) else colours.STANDARD,
    )
    return page, status


def _is_colour(text: str) -> bool:
    try:
        return colours.read(text) == text
    except colours.NotAColour:
        return False


class Catalogue(NamedTuple):
    """One installed page language: whether families can choose it, and who has reviewed our words in it."""

    tag: str
    own_name: str
    dir: str
    name: str
    offered: bool
    source: bool
    reviewed_by: str | None


@blueprint.get("/settings/languages/")
@requires(Role.ADMINISTRATOR)
def catalogues() -> ResponseReturnValue:
    """Which page languages there are, and which of their catalogues no native speaker has reviewed."""
    rows = [
        Catalogue(
            tag,
            languages.LANGUAGES[tag].own_name,
            languages.LANGUAGES[tag].direction,
            language_name(tag),
            tag in web.offered(),
            tag == i18n.SOURCE,
            i18n.reviewed_by(tag),
        )
        for tag in web.installed()
    ]
    return render_template("staff/settings/languages.html", rows=rows)
