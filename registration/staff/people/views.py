"""The people screen: everybody, somebody new, one person."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.accounts import people as verbs
from registration.accounts.forms import page_languages, read_email
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.accounts.sign_in import send_link
from registration.extensions import db
from registration.i18n import gettext
from registration.staff.blueprint import blueprint
from registration.staff.people import shown
from registration.staff.people.forms import InviteForm, PersonForm, RolesForm


@blueprint.get("/people/")
@requires(Role.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Everybody who signs in."""
    return render_template("staff/people/people.html", people=shown.people(), moment=shown.moment)


@blueprint.route("/people/invite", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    """Somebody new: an account, and a mail that says so."""
    form = InviteForm()
    if request.method != "POST":
        form.language.data = i18n.speaking()
        return _invite(form)
    if not form.complete():
        return _invite(form), 422
    try:
        person = verbs.invite(
            str(read_email(form.email.data)), form.name.data, form.chosen, form.language.data, signed_in()
        )
    except verbs.AlreadyThere as known:
        form.email.errors = [gettext("There is an account with this email already: %(name)s.", name=known.person.name)]
        return _invite(form), 422
    db.session.commit()
    flash(gettext("%(name)s is invited by mail.", name=person.name), "good")
    return redirect(url_for("staff.person", person_id=person.id), 303)


def _invite(form: InviteForm) -> str:
    return render_template(
        "staff/people/invite.html", form=form, roles=shown.role_choices(), languages=page_languages()
    )


def _person(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/people/<int:person_id>/")
@requires(Role.ADMINISTRATOR)
def person(person_id: int) -> ResponseReturnValue:
    """One person."""
    return _show(_person(person_id))


def _show(one: Person, form: RolesForm | None = None, status: int = 200) -> ResponseReturnValue:
    if form is None:
        form = RolesForm()
        form.roles.data = sorted(one.roles)
        form.version.data = one.version
    html = render_template(
        "staff/people/person.html",
        one=one,
        form=form,
        roles=shown.role_choices(),
        moment=shown.moment(one),
        is_me=one.id == signed_in().id,
    )
    return html, status


def _back(one: Person, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("staff.person", person_id=one.id), 303)


def _refused(person_id: int, error: verbs.LastAdministrator | verbs.ChangedMeanwhile) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, verbs.ChangedMeanwhile):
        flash(
            gettext("Somebody else changed this person just now. This is how it is. Nothing of yours was saved."), "bad"
        )
    else:
        flash(gettext("This is the last administrator. Make somebody else administrator first."), "bad")
    return _show(_person(person_id), status=409)


@blueprint.post("/people/<int:person_id>/roles")
@requires(Role.ADMINISTRATOR)
def person_roles(person_id: int) -> ResponseReturnValue:
    """Give these roles and no others."""
    one, form = _person(person_id), RolesForm()
    if not form.complete():
        return _show(one, form, 422)
    try:
        verbs.set_roles(one, form.chosen, signed_in(), form.version.data)
    except (verbs.LastAdministrator, verbs.ChangedMeanwhile) as error:
        return _refused(person_id, error)
    return _back(one, gettext("The roles are saved."))


@blueprint.route("/people/<int:person_id>/deactivate", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def person_deactivate(person_id: int) -> ResponseReturnValue:
    """What somebody still holds, and a button that lets them in no more."""
    one, form = _person(person_id), PersonForm()
    if request.method != "POST":
        form.version.data = one.version
    elif form.validate():
        try:
            verbs.deactivate(one, signed_in(), clock.now(), form.version.data)
        except (verbs.LastAdministrator, verbs.ChangedMeanwhile) as error:
            return _refused(person_id, error)
        return _back(one, gettext("%(name)s can sign in no more.", name=one.name))
    return _asked("staff/people/deactivate.html", one, form)


def _asked(template: str, one: Person, form: PersonForm) -> ResponseReturnValue:
    html = render_template(template, one=one, form=form, alone_in=shown.alone_in(one))
    return html, 422 if request.method == "POST" else 200


@blueprint.post("/people/<int:person_id>/activate")
@requires(Role.ADMINISTRATOR)
def person_activate(person_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    one, form = _person(person_id), PersonForm()
    if not form.validate():
        return _show(one, status=422)
    try:
        verbs.activate(one, signed_in(), form.version.data)
    except verbs.ChangedMeanwhile as error:
        return _refused(person_id, error)
    return _back(one, gettext("%(name)s can sign in again.", name=one.name))


@blueprint.route("/people/<int:person_id>/second-factor", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def person_reset(person_id: int) -> ResponseReturnValue:
    """A lost telephone: forget the second factor, so that it can be set up anew."""
    one, form = _person(person_id), PersonForm()
    if request.method != "POST":
        form.version.data = one.version
    elif form.validate():
        try:
            verbs.reset_second_factor(one, signed_in(), form.version.data)
        except verbs.ChangedMeanwhile as error:
            return _refused(person_id, error)
        return _back(one, gettext("The second step of %(name)s is off.", name=one.name))
    return _asked("staff/people/reset.html", one, form)


@blueprint.post("/people/<int:person_id>/link")
@requires(Role.ADMINISTRATOR)
def person_link(person_id: int) -> ResponseReturnValue:
    """Send a one-time link."""
    one, form = _person(person_id), PersonForm()
    if not form.validate() or not one.active:
        return _show(one, status=422)
    send_link(one, signed_in(), clock.now())
    return _back(one, gettext("A link is on its way to %(name)s.", name=one.name))
