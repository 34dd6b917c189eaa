"""Whoever sits in a seat: confirmed, let go, named."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.interpretation import book, offers, seats, states
from registration.interpretation.models import Assignment
from registration.staff.blueprint import blueprint
from registration.staff.teams import shown
from registration.staff.teams.forms import ActForm, NameForm
from registration.staff.teams.views.page import sure, team_address


def _assignment(assignment_id: int) -> tuple[Assignment, str]:
    found = db.session.get(Assignment, assignment_id) or abort(404)
    _, _, service = seats.seat_of(found.seat_id)
    return found, team_address(found.meeting_id, shown.key_of(service))


@blueprint.post("/jobs/<int:assignment_id>/confirm")
@requires(Role.COORDINATOR)
def confirm_job(assignment_id: int) -> ResponseReturnValue:
    """Confirm who accepted: first who will be told what, then it is done."""
    _, address = _assignment(assignment_id)
    form, by = ActForm(), signed_in()
    if not form.validate():
        return _pressed_late(address)
    try:
        if not form.sure.data:
            action = url_for("staff.confirm_job", assignment_id=assignment_id)
            return sure(lambda: _confirmed(assignment_id, by), form, action, address)
        told = book.confirm(assignment_id, by=by, now=clock.now())
    except states.NotAllowed:
        return _not_any_more(address)
    db.session.commit()
    words = ngettext("Confirmed. %(num)s family is told.", "Confirmed. %(num)s families are told.", told)
    flash(words if told else gettext("Confirmed."), "good")
    return redirect(address, 303)


def _confirmed(assignment_id: int, by: Person) -> Assignment:
    book.confirm(assignment_id, by=by, now=clock.now(), tell_families=False)
    return db.session.get_one(Assignment, assignment_id)


@blueprint.post("/jobs/<int:assignment_id>/release")
@requires(Role.COORDINATOR)
def release_job(assignment_id: int) -> ResponseReturnValue:
    """Let somebody go, or take an offer back."""
    found, address = _assignment(assignment_id)
    form = ActForm()
    if not form.validate():
        return _pressed_late(address)
    try:
        if found.state == states.Assignment.OFFERED:
            offers.withdraw(assignment_id, by=signed_in(), now=clock.now())
        else:
            book.release(assignment_id, form.reason.data or "", by=signed_in(), now=clock.now())
    except (states.NotAllowed, offers.NotOpen):
        return _not_any_more(address)
    db.session.commit()
    flash(gettext("Done. They are told by mail. Families are not told."), "good")
    return redirect(address, 303)


@blueprint.post("/jobs/<int:assignment_id>/name")
@requires(Role.COORDINATOR)
def name_job(assignment_id: int) -> ResponseReturnValue:
    """Whom an agency sends, and its order number."""
    _, address = _assignment(assignment_id)
    form = NameForm()
    if not form.validate():
        if form.expired:
            return _pressed_late(address)
        flash(form.messages()[0][1], "bad")
        return redirect(address, 303)
    name, number = form.sent_name.data or "", form.order_number.data or ""
    book.name(assignment_id, name, number, by=signed_in(), now=clock.now())
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(address, 303)


def _pressed_late(address: str) -> ResponseReturnValue:
    flash(gettext("This page was open for a long time. Please press the button again."), "warn")
    return redirect(address, 303)


def _not_any_more(address: str) -> ResponseReturnValue:
    db.session.rollback()
    flash(gettext("It stands otherwise by now. See below."), "warn")
    return redirect(address, 303)
