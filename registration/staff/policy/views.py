"""Which rules interpretation follows."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import policy, profile
from registration.interpretation.policy import Profile
from registration.staff.blueprint import blueprint
from registration.staff.policy.forms import OWN, PolicyForm, words
from registration.staff.teams.shown import profile_words


@blueprint.route("/settings/interpretation", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def rules() -> ResponseReturnValue:
    """The profile: team sizes, times before and between jobs, pay."""
    if request.method == "GET":
        now = profile.current()
        shown = {name: figure for name, figure in policy.plain(now.figures).items() if name in OWN}
        return _show(
            PolicyForm(formdata=None, data={"version": profile.version(), "profile": now.profile.value, **shown})
        )
    form = PolicyForm()
    if not form.check():
        return _show(form, 422)
    try:
        changed = profile.choose(Profile(form.profile.data), form.own(), form.version.data, by=signed_in())
    except profile.ChangedMeanwhile:
        db.session.rollback()
        form.version.data = profile.version()
        return _show(form, 409)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("staff.rules"), 303)


def _show(form: PolicyForm, status: int = 200) -> ResponseReturnValue:
    named = words()
    for name in OWN:
        form[name].label.text = named[name]
    page = render_template(
        "staff/policy/policy.html",
        form=form,
        conflict=status == 409,
        profiles=[(one.value, profile_words(one.value), _summary(one)) for one in Profile],
        own=[(name, named[name]) for name in OWN],
    )
    return page, status


def _summary(one: Profile) -> str:
    if one is Profile.OWN:
        return gettext("The figures below.")
    figures = policy.FIGURES[one]
    return gettext(
        "One interpreter up to: simultaneous %(simultaneous)s, consecutive %(consecutive)s, sign %(sign)s minutes.",
        simultaneous=figures.simultaneous_alone,
        consecutive=figures.consecutive_alone,
        sign=figures.sign_alone,
    )
