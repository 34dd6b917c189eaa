"""Interpretation of a meeting by hand: the languages, a decision about one, and who will be told what."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n, languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import audience
from registration.families.answers import modality as modality_of_tag
from registration.families.interpretation import (
    MESSAGES,
    MODES,
    WAYS,
    Decided,
    DecidedMeanwhile,
    Key,
    StillAsked,
    remove,
    service_for,
    set_state,
)
from registration.families.models import InterpretationRequest, Modality
from registration.i18n import gettext, ngettext
from registration.interpretation import teams
from registration.meetings.models import InterpretationService, Meeting, ServiceState
from registration.meetings.published import content, forget_version
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.interpretation import rows
from registration.staff.interpretation.elsewhere import others
from registration.staff.interpretation.forms import DecisionForm, RemoveForm
from registration.staff.plan.foreseen import Group, groups
from registration.staff.teams import shown


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def _key(meeting: Meeting, language: str, modality: str) -> Key:
    """What an address names; 404 where nobody could ask for it."""
    known = languages.LANGUAGES.get(language)
    if known is None or modality not in set(Modality):
        abort(404)
    wanted = Modality(modality)
    if wanted is Modality.CAPTIONS:
        fits = language == meeting.floor_language
    else:
        fits = known.spoken and modality_of_tag(language) is wanted and language != meeting.floor_language
    return Key(language, wanted) if fits else abort(404)


@blueprint.get("/meetings/<int:meeting_id>/interpretation/")
@requires(Role.COORDINATOR)
def interpretation(meeting_id: int) -> ResponseReturnValue:
    """What is asked for, and what is decided."""
    return _list(_meeting(meeting_id))


def _list(meeting: Meeting, status: int = 200, **said: Any) -> ResponseReturnValue:
    published = content(i18n.speaking())
    asked = rows.of_meeting(meeting, published)
    page = render_template(
        "staff/interpretation/list.html",
        meeting=meeting,
        view=published.meeting(meeting.id),
        asked=asked,
        teams=shown.of_meeting(meeting.id),
        more=_addable(meeting, {(row.key.language, row.key.modality) for row in asked.rows}),
        token=RemoveForm(formdata=None),
        **said,
    )
    return page, status


def _addable(meeting: Meeting, there: set[tuple[str, Modality]]) -> list[tuple[str, str]]:
    tags = [
        language.tag
        for language in languages.LANGUAGES.values()
        if language.spoken and language.tag != meeting.floor_language
        if (language.tag, modality_of_tag(language.tag)) not in there
    ]
    names = [(tag, tongue(tag, i18n.speaking())) for tag in tags]
    words = [(tag, languages.capitalised(one.name), one.own_name) for tag, one in names]
    spoken = sorted(words, key=lambda one: languages.sort_key(one[1]))
    listed = [(tag, name if name == own else f"{name} ({own})") for tag, name, own in spoken]
    captions = (meeting.floor_language, Modality.CAPTIONS) not in there
    return [*listed, *([("captions", gettext("Captions"))] if captions else [])]


@blueprint.get("/meetings/<int:meeting_id>/interpretation/add")
@requires(Role.COORDINATOR)
def interpretation_add(meeting_id: int) -> ResponseReturnValue:
    """To the decision about a language that nobody has asked for."""
    meeting, tag = _meeting(meeting_id), request.args.get("language", "")
    if tag == "captions":
        key = Key(meeting.floor_language, Modality.CAPTIONS)
    else:
        known = languages.LANGUAGES.get(tag)
        if known is None or not known.spoken:
            return redirect(url_for("staff.interpretation", meeting_id=meeting_id), 303)
        key = Key(tag, modality_of_tag(tag))
    return redirect(_address("staff.interpretation_decide", meeting, key), 303)


def _address(endpoint: str, meeting: Meeting, key: Key) -> str:
    return url_for(endpoint, meeting_id=meeting.id, language=key.language, modality=key.modality.value)


@blueprint.route("/meetings/<int:meeting_id>/interpretation/<language>/<modality>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def interpretation_decide(meeting_id: int, language: str, modality: str) -> ResponseReturnValue:
    """Decide about one language: first the form, then who will be told what, then it is done."""
    meeting = _meeting(meeting_id)
    key = _key(meeting, language, modality)
    if request.method == "GET":
        return _ask(meeting, key, _filled(meeting, key))
    form = DecisionForm()
    if not form.check_for(key, [one for one, _ in others(meeting, key)]) or form.edit.data:
        return _ask(meeting, key, form, 200 if form.edit.data and not form.errors else 422)
    try:
        return _do(meeting, key, form) if form.sure.data else _foresee(meeting, key, form)
    except DecidedMeanwhile:
        db.session.rollback()
        forget_version()
        return _meanwhile(_meeting(meeting_id), key, form)


def _filled(meeting: Meeting, key: Key) -> DecisionForm:
    """The form as it would have to be filled to give what holds now; an address can choose another way beforehand."""
    service = service_for(meeting.id, key)
    if (way := request.args.get("way")) in set(WAYS[key.modality]):
        return DecisionForm(
            formdata=None,
            version=service.version if service else 0,
            state=ServiceState.ANOTHER_WAY.value,
            mode=service.mode if service else MODES[key.modality][0].value,
            way=way,
            other=request.args.get("other", ""),
            standing=service.standing if service else not _asked(meeting, key),
        )
    return DecisionForm(
        formdata=None,
        version=service.version if service else 0,
        state=service.state if service else "",
        mode=service.mode if service else MODES[key.modality][0].value,
        way=(service.way or "") if service else "",
        other=str(service.other_meeting_id or "") if service else "",
        standing=service.standing if service else not _asked(meeting, key),
    )


def _asked(meeting: Meeting, key: Key) -> bool:
    where = audience.standing(meeting.id, key.language, key.modality)
    return bool(db.session.scalar(select(select(InterpretationRequest.id).where(where).exists())))


def _ask(
    meeting: Meeting, key: Key, form: DecisionForm, status: int = 200, now: InterpretationService | None = None
) -> ResponseReturnValue:
    published = content(i18n.speaking())
    page = render_template(
        "staff/interpretation/decide.html",
        meeting=meeting,
        view=published.meeting(meeting.id),
        key=key,
        named=tongue(key.language, i18n.speaking()),
        form=form,
        states=rows.state_words(),
        modes={mode: rows.mode_words()[mode] for mode in MODES[key.modality]},
        ways={way: rows.way_words()[way] for way in WAYS[key.modality]},
        others=[(str(number), words) for number, words in others(meeting, key)],
        action=_address("staff.interpretation_decide", meeting, key),
        now=now,
        how=rows.how(now, published) if now else "",
        meanwhile=status == 409,
    )
    return page, status


def _meanwhile(meeting: Meeting, key: Key, form: DecisionForm) -> ResponseReturnValue:
    """The other's decision beside what was chosen here; pressing again decides with it in view."""
    service = service_for(meeting.id, key)
    form.version.data = str(service.version if service else 0)
    return _ask(meeting, key, form, 409, service)


def _foresee(meeting: Meeting, key: Key, form: DecisionForm) -> ResponseReturnValue:
    """Decide, read what will be said, and take it back."""
    decision, now = form.decision(), clock.now()
    told = _decide(meeting, key, form, tell=False)
    found: list[Group] = []
    if not told.again:
        facts = {
            "service": told.service.id,
            "version": told.service.version,
            "language": key.language,
            "modality": key.modality.value,
        }
        numbers = audience.numbers(audience.asking(meeting.id, key.language, key.modality))
        wanted = [(key.language, key.modality.value)]
        message, tag = MESSAGES[decision.state], i18n.speaking()
        found = groups(message, meeting, numbers, facts, now=now, speaking=tag, requests=wanted)
    unchanged = told.service.version == form.shown_version
    db.session.rollback()
    forget_version()
    meeting = _meeting(meeting.id)
    return render_template(
        "staff/interpretation/sure.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        key=key,
        named=tongue(key.language, i18n.speaking()),
        form=form,
        decision=decision,
        words=rows.state_words()[decision.state],
        how=rows.way_words()[decision.way] if decision.way else rows.mode_words()[decision.mode],
        groups=[] if unchanged else found,
        families=0 if unchanged else sum(one.mail + one.call for one in found),
        action=_address("staff.interpretation_decide", meeting, key),
    )


def _decide(meeting: Meeting, key: Key, form: DecisionForm, *, tell: bool) -> Decided:
    return set_state(
        meeting.id, key, form.decision(), version=form.shown_version, by=signed_in(), now=clock.now(), tell=tell
    )


def _do(meeting: Meeting, key: Key, form: DecisionForm) -> ResponseReturnValue:
    confirmed = form.state.data == ServiceState.CONFIRMED
    done = _decide(meeting, key, form, tell=confirmed or bool(form.tell.data))
    db.session.commit()
    if done.told:
        flash(ngettext("Done. %(num)s family is told.", "Done. %(num)s families are told.", done.told), "good")
    else:
        flash(gettext("Done. No family is told."), "good")
    return redirect(url_for("staff.interpretation", meeting_id=meeting.id), 303)


@blueprint.post("/meetings/<int:meeting_id>/interpretation/<language>/<modality>/remove")
@requires(Role.COORDINATOR)
def interpretation_remove(meeting_id: int, language: str, modality: str) -> ResponseReturnValue:
    """Take out a language that nobody asks for."""
    meeting = _meeting(meeting_id)
    key = _key(meeting, language, modality)
    form = RemoveForm()
    if not form.validate():
        return _list(meeting, 422, old_form=True)
    try:
        teams.take_out(meeting.id, key)
        remove(meeting.id, key, version=form.shown_version, by=signed_in())
    except (DecidedMeanwhile, StillAsked, teams.StillBooked):
        db.session.rollback()
        forget_version()
        return _list(_meeting(meeting_id), 409, kept=tongue(key.language, i18n.speaking()))
    db.session.commit()
    flash(gettext("It is taken out."), "good")
    return redirect(url_for("staff.interpretation", meeting_id=meeting_id), 303)
