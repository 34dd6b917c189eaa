"""The private calendar: the file that programs ask for, and the page that says where it is."""

from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, links, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation.own import feed as feeds
from registration.interpretation.own import keep
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.mine import interpreter_of


@blueprint.get("/calendar/<token>.ics")
def calendar(token: str) -> ResponseReturnValue:
    """Every job as a calendar program asks for it, without signing in."""
    one, before = feeds.owner(token)
    if one is None:
        return web.error_page(410 if before else 404)
    response = Response(feeds.file_of(one, clock.now()), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="jobs.ics"'
    response.add_etag()
    return response.make_conditional(request)


@blueprint.route("/calendar/", methods=["GET", "POST"])
@requires(Role.INTERPRETER)
def feed() -> ResponseReturnValue:
    """Where the calendar is, and a button for a new address."""
    one, form = interpreter_of(signed_in()), feeds.NewAddressForm()
    if one is None:
        return render_template("interpreter/nobody.html")
    if request.method == "POST" and form.validate():
        keep.renew_feed(one.id, form.version.data, by=signed_in())
        db.session.commit()
        flash(gettext("Your calendar has a new address. The old one no longer works."), "good")
        return redirect(url_for("interpreter.feed"), 303)
    address = links.absolute("interpreter.calendar", token=feeds.token_of(one))
    page = render_template(
        "interpreter/feed.html",
        form=form,
        version=one.feed_version,
        address=address,
        # Programs that know this word ask whether to keep reading it, not whether to take it in once.
        subscribe=urlsplit(address)._replace(scheme="webcal").geturl(),
    )
    return page, 422 if request.method == "POST" else 200
