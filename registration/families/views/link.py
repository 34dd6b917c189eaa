"""Secret links: open a registration, get a lost link again, "this is not me"."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registration import clock, links
from registration.accounts.limits import take_lost_link
from registration.extensions import db
from registration.families import codes, holder
from registration.families.change import not_me
from registration.families.models import Registration
from registration.families.tell import SUBJECT, tell
from registration.families.views.blueprint import blueprint
from registration.forms import Contact, Form
from registration.i18n import gettext
from registration.mail.address import folded
from registration.mail.queue import Limited, enqueue
from registration.phones import NotATelephone, read


@blueprint.get("/<locale>/r/<token>", endpoint="link")
def open_link(token: str) -> ResponseReturnValue:
    """A family's link: keep it in a cookie and go to an address without it."""
    return follow(token, url_for("families.registration"))


def follow(token: str, address: str) -> ResponseReturnValue:
    """Hold the registration of a family's link and go to `address`; else a page that says how to get help."""
    if holder.open_link(token) is not None:
        return redirect(address, 303)
    named = holder.once_opened(token)
    if holder.deleted(named):
        return render_template("families/deleted.html"), 410
    return render_template("families/no_link.html"), 410 if named else 404


class NotMeForm(Form):
    """A button."""


@blueprint.route("/<locale>/not-me/<token>", methods=["GET", "POST"], endpoint="not_me")
def not_me_page(token: str) -> ResponseReturnValue:
    """ "This is not me": a page with a button; only its POST acts, since mail scanners open every link."""
    registration = holder.named_by_address(links.Purpose.NOT_ME, token)
    if registration is None:
        if links.read(links.Purpose.NOT_ME, token) is None:
            abort(404)
        # The address was corrected or the data deleted: nothing about it goes to this address any more.
        return render_template("families/not_me.html", form=NotMeForm(), done=True, token=token), 410
    form = NotMeForm()
    done = registration.not_me_at is not None
    if request.method == "POST" and form.validate():
        not_me(registration, clock.now())
        db.session.commit()
        done = True
    return render_template("families/not_me.html", form=form, done=done, token=token)


class LostLinkForm(Form):
    """What a family still knows: its code, and the email or phone it gave."""

    code = Contact(lazy_gettext("Your code"), most=20)
    contact = Contact(lazy_gettext("Your email or phone number"), most=254)

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
    """Queue the link, or a message to nobody: what is done, and how long it takes, is the same either way."""
    now = clock.now()
    query = select(Registration).where(Registration.code == code).options(joinedload(Registration.meeting))
    registration = db.session.scalars(query).first()
    fits = registration is not None and registration.erased_at is None and _fits(registration, contact)
    if not take_lost_link(_contact_key(contact), now):
        return
    # One link a minute: pressing twice sends one.
    occurrence = now.strftime("%Y%m%dT%H%M")
    if registration is not None and fits:
        tell("link", registration, registration.meeting, now=now, occurrence=occurrence, limited=Limited.NOW)
        return
    # An address that nobody has, so that no guess uses up the limit of one that somebody does.
    nobody = f"{links.new_public_id()}@invalid"
    enqueue(
        "link",
        subject=(SUBJECT, 0),
        occurrence=links.new_public_id(),
        channel="mail",
        address=nobody,
        limited=Limited.NOW,
        expires_at=now,
    )


def _contact_key(contact: str) -> str:
    """What guesses of one contact are counted under, however it is typed."""
    try:
        return read(contact, current_app.config["PHONE_REGION"])
    except NotATelephone:
        return folded(contact)


def _fits(registration: Registration, contact: str) -> bool:
    if registration.email_folded and folded(contact) == registration.email_folded:
        return True
    try:
        return (
            registration.phone is not None and read(contact, current_app.config["PHONE_REGION"]) == registration.phone
        )
    except NotATelephone:
        return False
