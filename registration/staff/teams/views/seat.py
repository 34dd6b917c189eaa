"""A seat of a team: who could take it, whom it is offered to, who is booked by hand."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from registration import clock, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import book, offers, profile, seats
from registration.interpretation.models import Assignment, Interpreter, OfferWay, Team
from registration.meetings.models import InterpretationService, Meeting
from registration.meetings.published import content
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.teams import shown
from registration.staff.teams.forms import OfferForm
from registration.staff.teams.views.page import meeting_of, sure, team_address


def _seat(seat_id: int) -> tuple[Meeting, InterpretationService, Team]:
    try:
        _, found, service = seats.seat_of(seat_id)
    except NoResultFound:
        abort(404)
    return meeting_of(service.meeting_id), service, found


@blueprint.route("/seats/<int:seat_id>/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def seat(seat_id: int) -> ResponseReturnValue:
    """Who could take a seat, and whom it is offered to."""
    _seat(seat_id)
    if request.method == "GET":
        return _show_seat(seat_id, OfferForm(formdata=None, hours=profile.current().figures.answer_hours))
    form = OfferForm()
    if not form.check():
        return _show_seat(seat_id, form, 422)
    try:
        if form.by_hand.data and not form.sure.data:
            return _sure_to_book(seat_id, form)
        _offer(seat_id, form)
    except (offers.NotNow, offers.SeatTaken, offers.DoesNotFit, offers.NoEmail) as refused:
        db.session.rollback()
        form.interpreter.errors = [_refusal(refused)]
        return _show_seat(seat_id, form, 409)
    db.session.commit()
    flash(gettext("Booked.") if form.by_hand.data else gettext("Asked. The mail is on its way."), "good")
    return redirect(_back(seat_id, form), 303)


def _back(seat_id: int, form: OfferForm) -> str:
    """Where it came from: the screen of a job in danger, or the team."""
    number = form.instead_of.data or 0
    if number > 0 and db.session.get(Assignment, number) is not None:
        return url_for("staff.help_job", assignment_id=number)
    meeting, service, _ = _seat(seat_id)
    return team_address(meeting.id, shown.key_of(service))


def _offer(seat_id: int, form: OfferForm) -> None:
    if form.by_hand.data:
        _book(seat_id, form, signed_in(), tell=True)
        return
    way = OfferWay(form.way.data)
    offers.offer(seat_id, _known(form), way, by=signed_in(), now=clock.now(), answer_hours=form.hours.data)


def _known(form: OfferForm) -> list[int]:
    people = set(db.session.scalars(select(Interpreter.id).where(Interpreter.id.in_(form.chosen))))
    return [one for one in form.chosen if one in people] or abort(404)


def _book(seat_id: int, form: OfferForm, by: Person, *, tell: bool) -> Assignment:
    number, name = form.order_number.data or "", form.sent_name.data or ""
    return book.book(
        seat_id,
        _known(form)[0],
        by=by,
        now=clock.now(),
        order_number=number,
        sent_name=name,
        tell_families=tell,
    )


def _sure_to_book(seat_id: int, form: OfferForm) -> ResponseReturnValue:
    here, by = url_for("staff.seat", seat_id=seat_id), signed_in()
    back = _back(seat_id, form) if form.instead_of.data else here
    answers = [("interpreter", str(form.chosen[0])), ("by_hand", "1"), ("way", OfferWay.ONE.value)]
    answers += [("order_number", form.order_number.data or ""), ("sent_name", form.sent_name.data or "")]
    answers += [("instead_of", str(form.instead_of.data))] if form.instead_of.data else []
    return sure(lambda: _book(seat_id, form, by, tell=False), form, here, back, answers)


def _refusal(refused: Exception) -> str:
    if isinstance(refused, offers.DoesNotFit):
        why = "; ".join(shown.why_words(reason, content(i18n.speaking())) for reason in refused.reasons)
        return gettext("%(name)s cannot be asked: %(why)s", name=refused.interpreter.name, why=why)
    if isinstance(refused, offers.NoEmail):
        return gettext("%(name)s has no email. Call, and book by hand.", name=refused.interpreter.name)
    if isinstance(refused, offers.SeatTaken):
        return gettext("Somebody has this seat or is asked for it just now.")
    return gettext("The meeting is over, called off or not published yet.")


def _show_seat(seat_id: int, form: OfferForm, status: int = 200) -> ResponseReturnValue:
    meeting, service, there = _seat(seat_id)
    read = content(i18n.speaking())
    key = shown.key_of(service)
    page = render_template(
        "staff/teams/seat.html",
        meeting=meeting,
        view=read.meeting(meeting.id),
        named=tongue(key.language, i18n.speaking()),
        key=key,
        form=form,
        seat_id=seat_id,
        candidates=shown.candidates(meeting, service, there, read),
        held=seats.open_of_seat(seat_id),
        up_address=team_address(meeting.id, key),
    )
    return page, status
