"""How to reach an interpreter and when they can work, kept by themselves."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n, local
from registration.accounts.forms import page_languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation.details import week_of
from registration.interpretation.models import Hours, Interpreter
from registration.interpretation.own import keep
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.booked import booked_on_days_off
from registration.interpretation.own.details import DetailsForm, Rows, filled, in_words
from registration.interpretation.own.mine import interpreter_of
from registration.mail.address import folded


@blueprint.route("/details", methods=["GET", "POST"])
@requires(Role.INTERPRETER)
def details() -> ResponseReturnValue:
    """What staff know of an interpreter and the interpreter keeps."""
    one = interpreter_of(signed_in())
    if one is None:
        return render_template("interpreter/nobody.html")
    today = local.day_of(clock.now(), one.time_zone)
    if request.method == "GET":
        return _show(one, DetailsForm(formdata=None, data=filled(one)), Rows.of(one, today))
    form, rows = DetailsForm(), Rows.typed(request.form)
    if not form.check(rows, asks_email=not _signs_in_with_it(one), had_email=bool(one.email)):
        return _show(one, form, rows, 422)
    return _keep(one, form, rows, today)


def _keep(one: Interpreter, form: DetailsForm, rows: Rows, today: date) -> ResponseReturnValue:
    own = form.own(one, rows, today)
    try:
        changed = keep.keep(one.id, own, version=form.version.data, by=signed_in(), now=clock.now())
    except keep.ChangedMeanwhile:
        db.session.rollback()
        one = db.session.get_one(Interpreter, one.id)
        form.version.data = one.version
        return _show(one, form, rows, 409)
    db.session.commit()
    with i18n.spoken(own.locale):
        flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("interpreter.details"), 303)


def _signs_in_with_it(one: Interpreter) -> bool:
    return one.email is not None and folded(one.email) == signed_in().email_folded


def _in_order(form: DetailsForm, rows: Rows) -> list[tuple[str, str]]:
    """What is wrong, from the top of the page to its end."""
    hours, of_form = ("most_day", "most_week"), form.messages()
    week = [one for one in rows.messages() if one[0].startswith("week")]
    days = [one for one in rows.messages() if one not in week]
    most = [one for one in of_form if one[0] in hours]
    return [*week, *most, *days, *(one for one in of_form if one not in most)]


def _show(one: Interpreter, form: DetailsForm, rows: Rows, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "interpreter/details.html",
        one=one,
        form=form,
        rows=rows,
        wrong=_in_order(form, rows),
        conflict=status == 409,
        signs_in_with_it=_signs_in_with_it(one),
        languages=page_languages(),
        school=[in_words(row) for row in week_of(one) if row.kind == Hours.DUTY],
        booked=booked_on_days_off(one, clock.now()) if status == 200 else [],
    )
    return page, status
