"""The team of a language: how many, who is asked, who has said yes."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from registration import clock, i18n, languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import audience
from registration.families.answers import modality as modality_of_tag
from registration.families.interpretation import MESSAGES, MODES, Key, service_for
from registration.families.models import Demand, Modality
from registration.i18n import gettext, ngettext
from registration.interpretation import book, offers, policy, profile, seats, states, teams
from registration.interpretation.lines import mode_words
from registration.interpretation.models import Assignment, Delivery, Interpreter, OfferWay, Team
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState
from registration.meetings.published import content, forget_version
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.plan.foreseen import groups
from registration.staff.teams import shown
from registration.staff.teams.forms import ActForm, NameForm, OfferForm, TeamForm


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def _key(meeting: Meeting, language: str, modality: str) -> Key:
    known = languages.LANGUAGES.get(language)
    if known is None or modality not in set(Modality):
        abort(404)
    wanted = Modality(modality)
    if wanted is Modality.CAPTIONS:
        fits = language == meeting.floor_language
    else:
        fits = known.spoken and modality_of_tag(language) is wanted and language != meeting.floor_language
    return Key(language, wanted) if fits else abort(404)


@blueprint.route("/meetings/<int:meeting_id>/interpretation/<language>/<modality>/team", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def team(meeting_id: int, language: str, modality: str) -> ResponseReturnValue:
    """Mode, delivery and size of a team with the rule that says so, and its seats."""
    meeting = _meeting(meeting_id)
    key = _key(meeting, language, modality)
    if request.method == "GET":
        return _show_team(meeting, key, _filled(meeting, key))
    form = TeamForm()
    return _decide(meeting_id, key, form) if form.check_for(key) else _show_team(meeting, key, form, 422)


def _decide(meeting_id: int, key: Key, form: TeamForm) -> ResponseReturnValue:
    rules, version = profile.current(), form.version.data
    try:
        teams.decide(meeting_id, key, form.plan(), rules, version=version, by=signed_in(), now=clock.now())
    except teams.NeedsReason:
        db.session.rollback()
        form.fewer_reason.errors = [gettext("Fewer than the rule says: write why")]
        return _show_team(_meeting(meeting_id), key, form, 422)
    except teams.SeatsTaken:
        db.session.rollback()
        form.size.errors = [gettext("More seats are taken or offered. Let somebody go first.")]
        return _show_team(_meeting(meeting_id), key, form, 422)
    except teams.ChangedMeanwhile:
        db.session.rollback()
        forget_version()
        flash(
            gettext("Somebody else changed this team just now. This is how it is. Nothing of yours was saved."), "bad"
        )
        return _show_team(_meeting(meeting_id), key, _filled(_meeting(meeting_id), key), 409)
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(_team_address(meeting_id, key), 303)


def _team_address(meeting_id: int, key: Key) -> str:
    return url_for("staff.team", meeting_id=meeting_id, language=key.language, modality=key.modality.value)


def _filled(meeting: Meeting, key: Key) -> TeamForm:
    service = service_for(meeting.id, key)
    there = teams.team_of(service.id) if service else None
    mode = Mode(service.mode) if service else MODES[key.modality][0]
    wanted = teams.rule_for(meeting, mode, profile.current().figures).size
    delivery = Delivery.ON_SITE if meeting.in_person else Delivery.REMOTE
    return TeamForm(
        formdata=None,
        version=there.version if there else 0,
        mode=mode.value,
        delivery=there.delivery if there else delivery.value,
        size=there.size if there else wanted,
        fewer_reason=there.fewer_reason if there else "",
        confirmed_by_acceptance=there.confirmed_by_acceptance if there else True,
        needs_credential=there.needs_credential if there else False,
    )


def _show_team(meeting: Meeting, key: Key, form: TeamForm, status: int = 200) -> ResponseReturnValue:
    service = service_for(meeting.id, key)
    there = teams.team_of(service.id) if service else None
    rules = profile.current()
    name = shown.profile_words(rules.profile.value)
    modes = MODES[key.modality]
    page = render_template(
        "staff/teams/team.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        named=tongue(key.language, i18n.speaking()),
        key=key,
        form=form,
        act=ActForm(formdata=None),
        modes=[
            (mode.value, mode_words(mode), shown.rule_words(teams.rule_for(meeting, mode, rules.figures), name))
            for mode in modes
        ],
        cautions=[shown.caution_words(one) for one in _cautions(meeting, key, form, rules.figures)],
        demand=db.session.get(Demand, (meeting.id, key.language, key.modality.value)),
        there=there,
        sittings=shown.sittings(there, meeting.time_zone) if there else [],
        state_words=shown.state_words,
        action=_team_address(meeting.id, key),
    )
    return page, status


def _cautions(meeting: Meeting, key: Key, form: TeamForm, figures: policy.Figures) -> list[policy.Caution]:
    if form.mode.data not in set(Mode):
        return []
    query = select(InterpretationService).where(InterpretationService.meeting_id == meeting.id)
    others = [Mode(one.mode) for one in db.session.scalars(query) if shown.key_of(one) != key]
    asked = db.session.get(Demand, (meeting.id, key.language, key.modality.value))
    mode = Mode(form.mode.data)
    return policy.cautions(
        figures,
        mode,
        teams.rule_for(meeting, mode, figures).minutes,
        others=others,
        in_the_room=meeting.in_person,
        listeners=asked.listeners if asked else 0,
    )


def _seat(seat_id: int) -> tuple[Meeting, InterpretationService, Team]:
    try:
        _, found, service = seats.seat_of(seat_id)
    except NoResultFound:
        abort(404)
    return _meeting(service.meeting_id), service, found


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
        _offer(seat_id, form)
    except (offers.NotNow, offers.SeatTaken, offers.DoesNotFit, offers.NoEmail) as refused:
        db.session.rollback()
        form.interpreter.errors = [_refusal(refused)]
        return _show_seat(seat_id, form, 409)
    db.session.commit()
    meeting, service, _ = _seat(seat_id)
    flash(gettext("Booked.") if form.by_hand.data else gettext("Asked. The mail is on its way."), "good")
    return redirect(_team_address(meeting.id, shown.key_of(service)), 303)


def _offer(seat_id: int, form: OfferForm) -> None:
    people = set(db.session.scalars(select(Interpreter.id).where(Interpreter.id.in_(form.chosen))))
    chosen = [one for one in form.chosen if one in people] or abort(404)
    if form.by_hand.data:
        number, name = form.order_number.data or "", form.sent_name.data or ""
        book.book(seat_id, chosen[0], by=signed_in(), now=clock.now(), order_number=number, sent_name=name)
        return
    way = OfferWay(form.way.data)
    offers.offer(seat_id, chosen, way, by=signed_in(), now=clock.now(), answer_hours=form.hours.data)


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
        up_address=_team_address(meeting.id, key),
    )
    return page, status


def _assignment(assignment_id: int) -> tuple[Assignment, str]:
    found = db.session.get(Assignment, assignment_id) or abort(404)
    _, _, service = seats.seat_of(found.seat_id)
    return found, _team_address(found.meeting_id, shown.key_of(service))


@blueprint.post("/jobs/<int:assignment_id>/confirm")
@requires(Role.COORDINATOR)
def confirm_job(assignment_id: int) -> ResponseReturnValue:
    """Confirm who accepted: first who will be told what, then it is done."""
    found, address = _assignment(assignment_id)
    form = ActForm()
    if not form.validate():
        return _pressed_late(address)
    try:
        if not form.sure.data:
            return _foresee(found, form, address)
        told = book.confirm(assignment_id, by=signed_in(), now=clock.now())
    except states.NotAllowed:
        return _not_any_more(address)
    db.session.commit()
    words = ngettext("Confirmed. %(num)s family is told.", "Confirmed. %(num)s families are told.", told)
    flash(words if told else gettext("Confirmed."), "good")
    return redirect(address, 303)


def _foresee(found: Assignment, form: ActForm, address: str) -> ResponseReturnValue:
    """Confirm, read what will be said, and take it back."""
    now, tag = clock.now(), i18n.speaking()
    book.confirm(found.id, by=signed_in(), now=now, tell_families=False)
    service, meeting = seats.seat_of(found.seat_id)[2], _meeting(found.meeting_id)
    key, done = shown.key_of(service), service.state == ServiceState.CONFIRMED
    facts: dict[str, Any] = {"service": service.id, "version": service.version}
    facts |= {"language": key.language, "modality": key.modality.value}
    numbers = audience.numbers(audience.asking(meeting.id, key.language, key.modality)) if done else []
    message, wanted = MESSAGES[ServiceState.CONFIRMED], [(key.language, key.modality.value)]
    told = groups(message, meeting, numbers, facts, now=now, speaking=tag, requests=wanted) if numbers else []
    number, meeting_id = found.id, meeting.id
    db.session.rollback()
    forget_version()
    return render_template(
        "staff/teams/sure.html",
        view=content(tag).meeting(meeting_id),
        one=db.session.get_one(Interpreter, db.session.get_one(Assignment, number).interpreter_id),
        form=form,
        complete=done,
        groups=told,
        families=sum(one.mail + one.call for one in told),
        action=url_for("staff.confirm_job", assignment_id=number),
        up_address=address,
    )


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
