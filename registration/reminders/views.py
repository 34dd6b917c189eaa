"""Pages of families about reminders: "Are you still coming?", and no more of them. GET and HEAD change nothing."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, web
from registration.extensions import db
from registration.families.coming import can_say, say_yes
from registration.families.views.link import follow
from registration.families.views.own import OwnForm, own, refuse_others
from registration.reminders.answers import of_link, subscribe_again, unsubscribe

blueprint = Blueprint("reminders", __name__)


@blueprint.after_request
def private(response: Response) -> Response:
    """No page of a family is stored by a browser or shown by a search engine."""
    return web.private(response)


@blueprint.get("/<locale>/r/<token>/coming", endpoint="coming_link")
def coming_link(token: str) -> ResponseReturnValue:
    """The link of the mail that asks: keep whose it is in a cookie and go to an address without it."""
    return follow(token, url_for("reminders.coming"))


@blueprint.get("/<locale>/r/<token>/question", endpoint="question_link")
def question_link(token: str) -> ResponseReturnValue:
    """The link to the box for a question."""
    return follow(token, url_for("families.change", _anchor="question"))


@blueprint.route("/<locale>/registration/coming", methods=["GET", "POST"], endpoint="coming")
def coming() -> ResponseReturnValue:
    """ "Are you still coming?": yes is a button, the other answers are pages of their own."""
    registration, meeting, view = own()
    form = OwnForm()
    status = 200
    if request.method == "POST":
        refuse_others(registration)
        status = 422
        if form.validate() and say_yes(registration.id, meeting.id, clock.now()):
            db.session.commit()
            return redirect(url_for("reminders.coming"), 303)
        db.session.rollback()
        registration, meeting, view = own()
    if not can_say(registration, meeting, clock.now()):
        return redirect(url_for("families.registration"), 303)
    return render_template("reminders/coming.html", registration=registration, view=view, form=form), status


@blueprint.route("/<locale>/unsubscribe/<token>", methods=["GET", "POST"], endpoint="unsubscribe")
def unsubscribe_page(token: str) -> ResponseReturnValue:
    """No more reminders. A program of mail may POST here by itself (RFC 8058): no cookie and no form of ours."""
    registration = of_link(token)
    if registration is None:
        abort(404)
    done, status = registration.unsubscribed_at is not None, 200
    if request.method == "POST":
        # What RFC 8058 asks such a program to send; our own button sends it too.
        if request.form.get("List-Unsubscribe") == "One-Click":
            unsubscribe(registration.id, clock.now())
            db.session.commit()
            done = True
        else:
            status = 422
    return render_template("reminders/unsubscribe.html", done=done, token=token, form=OwnForm()), status


@blueprint.post("/<locale>/unsubscribe/<token>/back", endpoint="subscribe_again")
def back(token: str) -> ResponseReturnValue:
    """Reminders again, from the page that says that there are none."""
    registration = of_link(token)
    if registration is None:
        abort(404)
    if not OwnForm().validate():
        return redirect(url_for("reminders.unsubscribe", token=token), 303)
    subscribe_again(registration.id)
    db.session.commit()
    return render_template("reminders/again.html")
