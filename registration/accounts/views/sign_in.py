"""Signing in: ask for a link, open it, give the code; the language; signing out."""

from flask import Response, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.accounts import device, entry, guard, limits, second_factor
from registration.accounts.forms import ButtonForm, CodeForm, SignInForm, read_email
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.accounts.second_factor import WrongCode
from registration.accounts.sign_in import LIFE, ask_for_link, owner, sign_out, use_link
from registration.accounts.views.blueprint import blueprint
from registration.extensions import db
from registration.i18n import gettext

# In the session: the page that somebody wanted before signing in.
WANTED = "wanted_page"
MINUTES = int(LIFE.total_seconds() // 60)


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def sign_in_page() -> ResponseReturnValue:
    """Ask for a one-time link. The answer is the same whoever asks."""
    if request.method != "POST" and (person := entry.current_person()) is not None:
        return redirect(guard.safe(request.args.get("next")) or landing(person), 303)
    form = SignInForm()
    if request.method != "POST":
        form.next.data = guard.safe(request.args.get("next"))
        return render_template("accounts/sign_in.html", form=form)
    if not form.complete():
        return render_template("accounts/sign_in.html", form=form), 422
    email = str(read_email(form.email.data))
    ask_for_link(email, clock.now(), device.known(request.cookies.get(device.cookie_name())))
    db.session.commit()
    _want(form.next.data)
    return render_template("accounts/sent.html", email=email, minutes=MINUTES, most=limits.LINKS[1][1])


def _want(page: str | None) -> None:
    session.pop(WANTED, None)
    if guard.safe(page):
        session[WANTED] = page


def landing(person: Person) -> str:
    """The first page of somebody who has signed in."""
    if person.is_staff:
        return url_for("staff.today")
    return url_for("interpreter.jobs" if Role.INTERPRETER in person.roles else "accounts.profile")


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"], endpoint="link")
def link_page(token: str) -> ResponseReturnValue:
    """A one-time link: a page with a button. Only its POST signs in, since mail scanners open every link."""
    person = owner(token, clock.now())
    if person is None:
        entry.note_refused("link_refused")
        return render_template("accounts/no_link.html", minutes=MINUTES), 410
    entry.speak_as(person)
    form = ButtonForm()
    if request.method != "POST":
        return render_template("accounts/link.html", form=form, owner=person, token=token)
    if not form.validate():
        return render_template("accounts/link.html", form=form, owner=person, token=token), 422
    used = use_link(token, clock.now())
    if used is None:
        db.session.rollback()
        entry.note_refused("link_refused")
        return render_template("accounts/no_link.html", minutes=MINUTES), 410
    db.session.commit()
    entry.begin(used)
    # Once the session is over, the page that says so is in their language too.
    response = _remember_language(make_response(redirect(_onwards(used), 303)), i18n.speaking())
    return device.remember(response, used, request.cookies.get(device.cookie_name()))


def _onwards(person: Person) -> str:
    """Where somebody goes next: what is still asked for, then the page that was wanted, else the first one."""
    if entry.asked_for_code(person):
        return url_for("accounts.second_factor")
    if entry.asked_to_set_up(person):
        return url_for("accounts.set_up")
    return str(session.pop(WANTED, None) or landing(person))


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@guard.requires_link
def second_factor_page() -> ResponseReturnValue:
    """The code after the link."""
    person = entry.entered()
    if not entry.asked_for_code(person):
        return redirect(_onwards(person), 303)
    form = CodeForm()
    if request.method != "POST":
        form.next.data = guard.safe(request.args.get("next"))
        return render_template("accounts/second_factor.html", form=form)
    if not form.validate():
        return render_template("accounts/second_factor.html", form=form), 422
    try:
        second_factor.check(person, form.code.data or "", clock.now())
    except (WrongCode, limits.TooMany) as error:
        refuse(form, person, error)
        return render_template("accounts/second_factor.html", form=form), 422
    db.session.commit()
    entry.pass_second()
    _want(form.next.data or session.get(WANTED))
    return redirect(_onwards(person), 303)


def refuse(form: CodeForm, person: Person, error: WrongCode | limits.TooMany) -> None:
    """Count a wrong code, and say at its field what is wrong."""
    entry.note_refused("code_refused", person)
    if isinstance(error, WrongCode):
        limits.note_wrong_code(person, clock.now())
        db.session.commit()
        form.wrong(gettext("This code is not right, or was used before. Wait for the next code in your app."))
    else:
        db.session.rollback()
        form.wrong(gettext("There were too many wrong codes. Please wait 15 minutes and try again."))


@blueprint.route("/sign-out", methods=["GET", "POST"], endpoint="sign_out")
@guard.requires_link
def sign_out_page() -> ResponseReturnValue:
    """Sign out, in this browser and in all others."""
    form = ButtonForm()
    if request.method != "POST":
        return render_template("accounts/sign_out.html", form=form)
    if not form.validate():
        return render_template("accounts/sign_out.html", form=form), 422
    sign_out(entry.entered())
    db.session.commit()
    return _leave()


def _leave() -> Response:
    shared = session.get("shared")
    session.clear()
    if shared:
        session["shared"] = shared
    flash(gettext("You are signed out, here and everywhere else."), "good")
    response = make_response(redirect(url_for("accounts.sign_in"), 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.post("/language", endpoint="language")
def language() -> ResponseReturnValue:
    """Read these pages in another language: kept with the person, and in a cookie for before signing in."""
    response = make_response(redirect(guard.safe(request.form.get("next")) or url_for("accounts.sign_in"), 303))
    tag = request.form.get("language", "")
    if not ButtonForm().validate() or tag not in current_app.config["LANGUAGES"]:
        return response
    person = entry.entering()
    if person is not None and person.locale != tag:
        person.locale = tag
        db.session.commit()
    return _remember_language(response, tag)


def _remember_language(response: Response, tag: str) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    name = current_app.config["LOCALE_COOKIE_NAME"]
    response.set_cookie(name, tag, max_age=365 * 24 * 3600, secure=secure, httponly=True, samesite="Lax")
    return response
