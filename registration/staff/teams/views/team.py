"""The team of a language: how many, and from where."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n, languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.answers import modality as modality_of_tag
from registration.families.interpretation import MODES, Key, service_for
from registration.families.models import Demand, Modality
from registration.i18n import gettext
from registration.interpretation import policy, profile, teams
from registration.interpretation.lines import mode_words
from registration.interpretation.models import Delivery
from registration.meetings.models import InterpretationService, Meeting, Mode
from registration.meetings.published import content, forget_version
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.teams import shown
from registration.staff.teams.forms import ActForm, TeamForm
from registration.staff.teams.views.page import meeting_of, team_address


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
    meeting = meeting_of(meeting_id)
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
        return _show_team(meeting_of(meeting_id), key, form, 422)
    except teams.SeatsTaken:
        db.session.rollback()
        form.size.errors = [gettext("More seats are taken or offered. Let somebody go first.")]
        return _show_team(meeting_of(meeting_id), key, form, 422)
    except teams.ChangedMeanwhile:
        db.session.rollback()
        forget_version()
        flash(
            gettext("Somebody else changed this team just now. This is how it is. Nothing of yours was saved."), "bad"
        )
        return _show_team(meeting_of(meeting_id), key, _filled(meeting_of(meeting_id), key), 409)
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(team_address(meeting_id, key), 303)


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
        action=team_address(meeting.id, key),
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
