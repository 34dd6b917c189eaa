"""Secret links: open a registration, get a lost link again, "this is not me"."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registration import clock, links
from registration.extensions import db
from registration.families import codes, holder
from registration.families.change import not_me
from registration.families.models import Registration
from registration.families.tell import tell
from registration.families.views.blueprint import blueprint
from registration.forms import Form, Line
from registration.i18n import gettext
from registration.phones import NotATelephone, read


@blueprint.get("/<locale>/r/<token>", endpoint="link")
def open_link(token: str) -> ResponseReturnValue:
    """A family's link: keep it in a cookie and go to an address without it."""
    registration = holder.named_by(links.Purpose.REGISTRATION, token)
    if registration is None:
        named = links.read(links.Purpose.REGISTRATION, token)
        if holder.deleted(named):
            return render_template("families/deleted.html"), 410
        return render_template("families/no_link.html"), 410 if named else 404
    holder.let_go_of_family()
    holder.hold(registration)
    return redirect(url_for("families.registration"), 303)


class NotMeForm(Form):
    """A button."""


@blueprint.route("/<locale>/not-me/<token>", methods=["GET", "POST"], endpoint="not_me")
def not_me_page(token: str) -> ResponseReturnValue:
    """ "This is not me": a page with a button; only its POST acts, since mail scanners open every link."""
    registration = holder.named_by(links.Purpose.NOT_ME, token)
    if registration is None:
        abort(404)
    form = NotMeForm()
    done = registration.not_me_at is not None
    if request.method == "POST" and form.validate():
        not_me(registration, clock.now())
        db.session.commit()
        done = True
    return render_template("families/not_me.html", form=form, done=done, token=token)


class LostLinkForm(Form):
    """What a family still knows: its code, and the email or phone it gave."""

    code = Line(lazy_gettext("Your code"), most=20)
    contact = Line(lazy_gettext("Your email or phone number"), most=254)

    def complete(self) -> bool:
        """Whether both are given."""
        self.validate()
        if len(codes.read(self.code.data or "")) != codes.LENGTH:
            self.code.errors = [*self.code.errors, gettext("Write your code of 6 characters, for example K7M 4XP")]
        if not self.contact.data:
            self.contact.errors = [
                *self.contact.errors,
                gettext("Write the email or the phone number that you gave us"),
            ]
        return not self.errors


@blueprint.route("/<locale>/lost-link", methods=["GET", "POST"], endpoint="lost_link")
def lost_link() -> ResponseReturnValue:
    """Send a link again, answering alike whether the code and the contact fit or not."""
    form = LostLinkForm()
    if request.method == "GET":
        return render_template("families/lost_link.html", form=form, sent=False)
    if not form.complete():
        return render_template("families/lost_link.html", form=form, sent=False), 422
    _send_again(codes.read(form.code.data), form.contact.data)
    db.session.commit()
    return render_template("families/lost_link.html", form=form, sent=True)


def _send_again(code: str, contact: str) -> None:
    query = select(Registration).where(Registration.code == code).options(joinedload(Registration.meeting))
    registration = db.session.scalars(query).first()
    if registration is None or registration.erased_at is not None or not _fits(registration, contact):
        return
    now = clock.now()
    # One link a minute: pressing twice sends one. It counts against the limit of the address like a stranger's mail.
    occurrence = now.strftime("%Y%m%dT%H%M")
    tell(
        "link",
        registration,
        registration.meeting,
        now=now,
        occurrence=occurrence,
        stranger=registration.email is not None,
    )


def _fits(registration: Registration, contact: str) -> bool:
    if registration.email_folded and contact.casefold() == registration.email_folded:
        return True
    try:
        return (
            registration.phone is not None and read(contact, current_app.config["PHONE_REGION"]) == registration.phone
        )
    except NotATelephone:
        return False
