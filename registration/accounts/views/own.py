"""One's own profile: name, language, telephone, and the second factor."""

import io
from datetime import timedelta
from urllib.parse import urlsplit

import segno
from flask import Response, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from registration import clock, phones
from registration.accounts import entry, guard, limits, second_factor
from registration.accounts.audit import record
from registration.accounts.forms import ButtonForm, CodeForm, ProfileForm, page_languages
from registration.accounts.models import Person
from registration.accounts.second_factor import WrongCode
from registration.accounts.views.blueprint import blueprint
from registration.accounts.views.sign_in import refuse
from registration.extensions import db
from registration.i18n import gettext

# In the session: until when another app may be set up, in seconds since 1970.
NEW_APP = "new_app_until"
FINISH_WITHIN = timedelta(minutes=15)


@blueprint.route("/profile", methods=["GET", "POST"], endpoint="profile")
@guard.requires()
def profile_page() -> ResponseReturnValue:
    """See and change what is known of oneself."""
    person = guard.signed_in()
    form = ProfileForm()
    if request.method != "POST":
        form.name.data, form.language.data = person.name, person.locale
        form.phone.data = phones.display(person.phone) if person.phone else ""
    elif form.complete():
        _change(person, form)
        db.session.commit()
        entry.speak_as(person)
        flash(gettext("Your profile is saved."), "good")
        return redirect(url_for("accounts.profile"), 303)
    status = 422 if request.method == "POST" else 200
    return _profile(person, form), status


def _change(person: Person, form: ProfileForm) -> None:
    given = {"name": form.name.data, "locale": form.language.data, "phone": form.number}
    changed = [name for name, value in given.items() if getattr(person, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(person, name, given[name])
    person.version += 1
    record("profile_changed", object_kind="person", object_id=person.id, person=person, facts={"fields": changed})


def _profile(person: Person, form: ProfileForm) -> str:
    return render_template(
        "accounts/profile.html",
        form=form,
        button=ButtonForm(),
        languages=page_languages(),
        codes_left=second_factor.codes_left(person),
    )


@blueprint.route("/profile/second-factor", methods=["GET", "POST"], endpoint="set_up")
@guard.requires_link
def set_up_page() -> ResponseReturnValue:
    """Set the second factor up: make the secret, then prove that the app knows it."""
    person = entry.entered()
    # Whoever has opened the link alone must not replace the app of somebody who has one.
    if entry.asked_for_code(person):
        return redirect(url_for("accounts.second_factor"), 303)
    if person.second_factor and not _may_finish():
        return redirect(url_for("accounts.second_factor_settings"), 303)
    form = CodeForm()
    if request.method != "POST":
        form.next.data = guard.safe(request.args.get("next"))
        return _set_up(person, form)
    if not form.validate():
        return _set_up(person, form), 422
    if request.form.get("do") == "start" and not person.second_factor:
        second_factor.start(person)
        db.session.commit()
        return redirect(url_for("accounts.set_up", next=guard.safe(form.next.data)), 303)
    return _confirm(person, form)


def _may_finish() -> bool:
    """Whether a code of the app before was given in this session a moment ago, so that another one may replace it."""
    return int(session.get(NEW_APP, 0)) > clock.now().timestamp()


def _confirm(person: Person, form: CodeForm) -> ResponseReturnValue:
    try:
        codes = second_factor.confirm(person, form.code.data or "", clock.now())
    except (WrongCode, limits.TooMany) as error:
        refuse(form, person, error)
        return _set_up(person, form), 422
    db.session.commit()
    session.pop(NEW_APP, None)
    entry.renew(person)
    entry.pass_second()
    return render_template("accounts/codes.html", codes=codes, next=guard.safe(form.next.data))


def _set_up(person: Person, form: CodeForm) -> str:
    # Kept before the row is read again: a code that was wrong has ended the transaction.
    return render_template(
        "accounts/set_up.html",
        form=form,
        secret=second_factor.pending(person),
        required=entry.second_factor_required(person),
    )


@blueprint.get("/profile/second-factor/picture.svg", endpoint="set_up_picture")
@guard.requires_link
def picture() -> ResponseReturnValue:
    """What the app reads, as a picture; only until a code of it was given."""
    person = entry.entered()
    may_see = not entry.asked_for_code(person) and (not person.second_factor or _may_finish())
    if person.totp_pending is None or not may_see:
        abort(404)
    out = io.BytesIO()
    said = second_factor.address(person, urlsplit(current_app.config["BASE_URL"]).hostname or "")
    segno.make(said, error="m", micro=False).save(out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return Response(out.getvalue(), mimetype="image/svg+xml")


@blueprint.route("/profile/second-factor/settings", methods=["GET", "POST"], endpoint="second_factor_settings")
@guard.requires()
def settings_page() -> ResponseReturnValue:
    """New recovery codes, or another telephone; each asks for a code."""
    person = guard.signed_in()
    if not person.second_factor:
        return redirect(url_for("accounts.set_up"), 303)
    form = CodeForm()
    if request.method != "POST":
        return _settings(person, form)
    if not form.validate():
        return _settings(person, form), 422
    try:
        return _change_second_factor(person, form.code.data or "")
    except (WrongCode, limits.TooMany) as error:
        refuse(form, person, error)
        return _settings(person, form), 422


def _settings(person: Person, form: CodeForm) -> str:
    return render_template("accounts/settings.html", form=form, codes_left=second_factor.codes_left(person))


def _change_second_factor(person: Person, code: str) -> ResponseReturnValue:
    if request.form.get("do") == "codes":
        codes = second_factor.new_codes(person, code, clock.now())
        db.session.commit()
        entry.renew(person)
        return render_template("accounts/codes.html", codes=codes, next=None)
    second_factor.change_app(person, code, clock.now())
    session[NEW_APP] = int((clock.now() + FINISH_WITHIN).timestamp())
    db.session.commit()
    return redirect(url_for("accounts.set_up"), 303)
