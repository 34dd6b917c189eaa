"""Change of plan: what can be done, the form, who will be told what; the way in online; the sign at the door."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, dates, i18n, languages, local, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import audience, seats
from registration.i18n import gettext, ngettext
from registration.interpretation.plan_changes import concerned_by
from registration.meetings.models import Change, Meeting, MeetingChange, Place, TranslatedText
from registration.meetings.published import content, forget_version
from registration.meetings.shown import ChangeView
from registration.staff.blueprint import blueprint
from registration.staff.plan.change_of_plan import (
    MESSAGES,
    PlannedMeanwhile,
    carry_out,
    change_of_plan,
    concerned,
    newest,
)
from registration.staff.plan.foreseen import Group, groups
from registration.staff.plan.forms import ROOM, PlanForm, form_for
from registration.staff.plan.plans import Kind, NotPossible, Plan, possible
from registration.staff.plan.words import kind_words, past_words, why_words

# Families to be called are at the top of the list of calls when the meeting is this near.
NEAR_DAYS = 7


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def _tags() -> tuple[str, ...]:
    return tuple(web.offered())


@blueprint.get("/meetings/<int:meeting_id>/plan/")
@requires(Role.COORDINATOR)
def plan(meeting_id: int) -> ResponseReturnValue:
    """What can be changed, and what was."""
    meeting = _meeting(meeting_id)
    return render_template(
        "staff/plan/plan.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting_id),
        kinds=[(kind, *kind_words()[kind]) for kind in possible(meeting, clock.now())],
        made=_made(meeting),
    )


def _made(meeting: Meeting) -> list[dict[str, Any]]:
    query = (
        select(MeetingChange, Person.name)
        .outerjoin(Person, Person.id == MeetingChange.person_id)
        .where(MeetingChange.meeting_id == meeting.id)
        .order_by(MeetingChange.id.desc())
    )
    view = content(i18n.speaking()).meeting(meeting.id)
    seen = {change.id: change for change in view.changes}
    found = []
    for change, name in db.session.execute(query.limit(len(seen))):
        was = seen.get(change.id)
        when = dates.line(change.at, change.at, meeting.time_zone, i18n.speaking())
        before = _was(was) if was else ""
        what = past_words()[Kind.AGAIN if was and was.again else Kind(change.kind)]
        text = gettext("Before: %(facts)s", facts=before) if before else ""
        found.append({"when": when, "who": name or "", "what": what, "text": text})
    return found


def _was(change: ChangeView) -> str:
    """What a change has made otherwise, as it was before."""
    if change.kind in (Change.ROOM, Change.ONLINE):
        return str(change.place or "")
    return f"{change.when.date}, {change.when.time}" if change.when else ""


@blueprint.route("/meetings/<int:meeting_id>/plan/<kind>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def change_plan(meeting_id: int, kind: str) -> ResponseReturnValue:
    """One change of plan: first the form, then who will be told what, then it is done."""
    if kind not in set(Kind):
        abort(404)
    meeting, chosen = _meeting(meeting_id), Kind(kind)
    if request.method == "GET":
        if chosen not in possible(meeting, clock.now()):
            return _not_possible(meeting, "state")
        return _ask(meeting, _filled(meeting, chosen))
    form = form_for(chosen, _tags())()
    places = [one for one, _ in _places()]
    if not form.check_for(meeting, places, _rooms(meeting), clock.now()) or form.edit.data:
        return _ask(meeting, form, 200 if form.edit.data and not form.errors else 422)
    try:
        return _do(meeting, form) if form.sure.data else _foresee(meeting, form)
    except PlannedMeanwhile:
        return _meanwhile(meeting_id, form)
    except NotPossible as refused:
        db.session.rollback()
        forget_version()
        return _not_possible(_meeting(meeting_id), refused.why)


def _not_possible(meeting: Meeting, why: str) -> ResponseReturnValue:
    flash(why_words().get(why, why_words()["state"]), "warn")
    return redirect(url_for("staff.plan", meeting_id=meeting.id), 303)


def _filled(meeting: Meeting, kind: Kind) -> PlanForm:
    """The form with what is true now."""
    known: dict[str, Any] = {"version": meeting.version}
    if kind is Kind.ROOM:
        known |= {"place": str(meeting.place_id or "")}
        known |= {f"{ROOM}-{tag}": text for tag, text in _rooms(meeting).items()}
    if kind is Kind.MOVED:
        zone = meeting.time_zone
        first, last = (local.day_of(each, zone) for each in (meeting.starts_at, meeting.ends_at))
        known |= {"day": first.isoformat(), "next_day": first != last}
        known |= {"starts": f"{local.time_of(meeting.starts_at, zone):%H:%M}"}
        known |= {"ends": f"{local.time_of(meeting.ends_at, zone):%H:%M}"}
    return form_for(kind, _tags())(formdata=None, data=known)


def _rooms(meeting: Meeting) -> dict[str, str]:
    query = select(TranslatedText.locale, TranslatedText.text).where(
        TranslatedText.owner == "meeting", TranslatedText.owner_id == meeting.id, TranslatedText.field == "room"
    )
    return {row.locale: row.text for row in db.session.execute(query)}


def _places() -> list[tuple[int, str]]:
    names = select(TranslatedText.owner_id, TranslatedText.text).where(
        TranslatedText.owner == "place", TranslatedText.field == "name", TranslatedText.locale == _tags()[0]
    )
    said = {row.owner_id: row.text for row in db.session.execute(names)}
    places = db.session.scalars(select(Place).order_by(Place.slug))
    return [(place.id, f"{said.get(place.id, place.slug)}, {place.address}") for place in places]


def _ask(meeting: Meeting, form: PlanForm, status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    change = newest(meeting.id) if status == 409 else None
    page = render_template(
        "staff/plan/change.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        form=form,
        kind=form.kind,
        heading=kind_words()[form.kind][0],
        places=[(str(one), words) for one, words in _places()] if form.kind is Kind.ROOM else [],
        tongues=[_tongue(tag) for tag in _tags()],
        zone=dates.zone_name(meeting.starts_at, meeting.time_zone, i18n.speaking()),
        action=url_for("staff.change_plan", meeting_id=meeting.id, kind=form.kind.value),
        made=_made(meeting)[:1] if change else [],
        meanwhile=status == 409,
        still=form.kind in possible(meeting, now),
    )
    return page, status


def _tongue(tag: str) -> dict[str, str]:
    language = languages.LANGUAGES[tag]
    return {
        "tag": tag,
        "lang": languages.html_lang(tag),
        "dir": language.direction,
        "name": languages.capitalised(languages.name_in(tag, i18n.speaking())),
    }


def _meanwhile(meeting_id: int, form: PlanForm) -> ResponseReturnValue:
    """The other's change beside what was typed; sent again, it changes what the other has made of the meeting."""
    db.session.rollback()
    forget_version()
    meeting = _meeting(meeting_id)
    form.version.data = str(meeting.version)
    return _ask(meeting, form, 409)


def _foresee(meeting: Meeting, form: PlanForm) -> ResponseReturnValue:
    """Carry the plan out, read what will be said, and take it back."""
    chosen, now, tag = form.plan(), clock.now(), i18n.speaking()
    locked = seats.lock(meeting.id)
    if locked.version != form.shown_version:
        raise PlannedMeanwhile
    change = carry_out(locked, chosen, by=signed_in(), now=now)
    numbers = audience.numbers(concerned(meeting.id, chosen.kind))
    message = MESSAGES[chosen.kind.change]
    found = groups(message, locked, numbers, {"change": change.id}, now=now, speaking=tag, note=_note(chosen))
    closes = {name: getattr(locked, name) for name in ("closes_at", "childcare_closes_at")}
    db.session.rollback()
    forget_version()
    return _sure(_meeting(meeting.id), form, chosen, found, closes)


def _note(chosen: Plan) -> Any:
    """Words about a language in which something of the plan is not written."""
    written = {tag for tag, text in chosen.reason.items() if text}

    def note(tag: str) -> str:
        missing = (written and tag not in written) or (any(chosen.room.values()) and not chosen.room.get(tag))
        return (
            gettext("Your own words are missing in this language. Families read them in another one.")
            if missing
            else ""
        )

    return note


def _sure(
    meeting: Meeting, form: PlanForm, chosen: Plan, found: Sequence[Group], closes: dict[str, Any]
) -> ResponseReturnValue:
    calls = sum(one.call for one in found)
    start = chosen.starts_at or meeting.starts_at
    near = (start - clock.now()).days < NEAR_DAYS or (meeting.starts_at - clock.now()).days < NEAR_DAYS
    return render_template(
        "staff/plan/sure.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        form=form,
        kind=form.kind,
        heading=kind_words()[form.kind][0],
        facts=_facts(meeting, chosen, closes),
        groups=found,
        families=sum(one.mail + one.call for one in found),
        calls=calls,
        near=near,
        action=url_for("staff.change_plan", meeting_id=meeting.id, kind=form.kind.value),
    )


def _facts(meeting: Meeting, chosen: Plan, closes: dict[str, Any]) -> list[dict[str, str]]:
    """What is new, as staff check it."""
    tag, zone, rows = i18n.speaking(), meeting.time_zone, []
    view = content(tag).meeting(meeting.id)
    if chosen.starts_at and chosen.ends_at:
        new = dates.when(chosen.starts_at, chosen.ends_at, zone, tag)
        rows.append({"label": gettext("New date"), "value": f"{new.date}, {new.time}", "detail": new.zone})
        rows.append({"label": gettext("Old date"), "value": f"{view.when.date}, {view.when.time}"})
        for name, label in (
            ("closes_at", gettext("Registration ends")),
            ("childcare_closes_at", gettext("Asking for childcare ends")),
        ):
            if closes[name] is not None:
                words = f"{dates.full_date(closes[name], zone, tag)}, {dates.time(closes[name], zone, tag)}"
                rows.append({"label": label, "value": words})
    if chosen.kind is Kind.ROOM:
        place = dict(_places())[chosen.place_id or 0]
        room = next((text for text in chosen.room.values() if text), "")
        rows.append({"label": gettext("New place"), "value": place, "detail": room})
        rows.append({"label": gettext("Old place"), "value": str(view.place or gettext("Online"))})
    if asked := concerned_by(meeting.id):
        words = ngettext("%(num)s is told or asked too", "%(num)s are told or asked too", asked)
        rows.append({"label": gettext("Interpreters"), "value": words})
    if chosen.kind is Kind.ONLINE:
        people = meeting.seats_taken
        rows.append({"label": gettext("From the room to online"),
                     "value": ngettext("%(num)s person", "%(num)s people", people)})  # fmt: skip
        places = gettext("No limit") if chosen.online_capacity is None else dates.count(chosen.online_capacity, tag)
        rows.append({"label": gettext("Places online"), "value": places})
    rows += [
        {"label": gettext("Reason"), "value": text, "lang": languages.html_lang(one), "dir": languages.direction(one)}
        for one, text in chosen.reason.items()
        if text
    ]
    return rows


def _do(meeting: Meeting, form: PlanForm) -> ResponseReturnValue:
    done = change_of_plan(meeting.id, form.plan(), version=form.shown_version, by=signed_in(), now=clock.now())
    db.session.commit()
    if done.again:
        flash(gettext("It was done already. Nobody is told twice."), "info")
    else:
        flash(ngettext("Done. %(num)s family is told.", "Done. %(num)s families are told.", done.told), "good")
    return redirect(url_for("staff.plan", meeting_id=meeting.id), 303)


@blueprint.get("/meetings/<int:meeting_id>/door-sign")
@requires(Role.COORDINATOR, Role.GREETER)
def door_sign(meeting_id: int) -> ResponseReturnValue:
    """A sheet to hang up at the door, in every page language at once."""
    meeting = _meeting(meeting_id)
    blocks = []
    for tag in _tags():
        with i18n.spoken(tag):
            block = get_template_attribute("staff/plan/sign.html", "sign")
            blocks.append((_tongue(tag), block(content(tag).meeting(meeting_id), meeting)))
    return render_template(
        "staff/plan/door_sign.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting_id),
        blocks=blocks,
    )
