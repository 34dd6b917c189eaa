"""The pages of rules: those of a meeting or a series, and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings.models import Meeting, Series
from registration.meetings.published import content
from registration.meetings.texts import Said
from registration.reminders.models import ReminderRule, RuleKind
from registration.reminders.queue import MESSAGES
from registration.reminders.rules import WORDS
from registration.staff.blueprint import blueprint
from registration.staff.reminders import found, keep, shown
from registration.staff.reminders.answered import answered
from registration.staff.reminders.forms import Press, RuleForm, filled, rule_form
from registration.staff.reminders.written import Whose
from registration.staff.telling import audience, own_words, report
from registration.staff.telling.look import Look, look


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rules a page shows, in words and addresses."""

    whose: Whose
    title: Said
    href: str
    new_href: str
    up_href: str
    up_text: str
    zone: str
    series_href: str = ""

    @property
    def of_series(self) -> bool:
        """Whether they hold for a whole series."""
        return self.whose.series_id is not None


def _meeting(meeting_id: int) -> Meeting:
    found_row = db.session.get(Meeting, meeting_id)
    return found_row if found_row is not None else abort(404)


def _rule(rule_id: int) -> ReminderRule:
    row = db.session.get(ReminderRule, rule_id)
    return row if row is not None else abort(404)


def _of_meeting(meeting: Meeting) -> Owner:
    view = content(i18n.speaking()).meeting(meeting.id)
    return Owner(
        whose=Whose(meeting.id, None),
        title=view.title,
        href=url_for("staff.reminders", meeting_id=meeting.id),
        new_href=url_for("staff.new_reminder", meeting_id=meeting.id),
        up_href=url_for("staff.meeting", meeting_id=meeting.id),
        up_text=gettext("The meeting"),
        zone=dates.zone_name(meeting.starts_at, meeting.time_zone, i18n.speaking()),
        series_href=url_for("staff.series_reminders", series_id=meeting.series_id),
    )


def _of_series(series_id: int) -> Owner:
    series = db.session.get(Series, series_id)
    if series is None:
        abort(404)
    return Owner(
        whose=Whose(None, series.id),
        title=content(i18n.speaking()).series(series.id).title,
        href=url_for("staff.series_reminders", series_id=series.id),
        new_href=url_for("staff.new_series_reminder", series_id=series.id),
        up_href=url_for("staff.one_series", series_id=series.id),
        up_text=gettext("The series"),
        zone=gettext("In the time zone of each meeting"),
    )


def _owner(rule: ReminderRule) -> Owner:
    return _of_meeting(_meeting(rule.meeting_id)) if rule.meeting_id is not None else _of_series(rule.series_id or 0)


def _meetings(whose: Whose) -> Sequence[Meeting]:
    if whose.meeting_id is not None:
        return [_meeting(whose.meeting_id)]
    return found.meetings_ahead(clock.now(), whose.series_id)


@blueprint.get("/meetings/<int:meeting_id>/reminders/")
@requires(Role.COORDINATOR)
def reminders(meeting_id: int) -> ResponseReturnValue:
    """The reminders of a meeting: when, to whom, how many, what became of each, and what families answered."""
    return _list(_of_meeting(_meeting(meeting_id)))


@blueprint.get("/series/<int:series_id>/reminders/")
@requires(Role.COORDINATOR)
def series_reminders(series_id: int) -> ResponseReturnValue:
    """The reminders of every meeting of a series."""
    return _list(_of_series(series_id))


def _list(owner: Owner, status: int = 200, **more: Any) -> ResponseReturnValue:
    meetings, rules = _meetings(owner.whose), found.rules_of(owner.whose)
    known = shown.coming(clock.now(), [one.id for one in meetings])
    runs = found.runs_of([one.id for one in meetings])
    single = None if owner.of_series else meetings[0]
    page = render_template(
        "staff/reminders/rules.html",
        owner=owner,
        when=dates.line(single.starts_at, single.ends_at, single.time_zone, i18n.speaking()) if single else "",
        rules=[shown.rule_shown(rule, meetings, known, of_meeting=not owner.of_series) for rule in rules],
        answers=answered(single) if single else None,
        runs=shown.run_rows(runs, meetings),
        words=report.state_words(),
        token=Press(),
        **more,
    )
    return page, status


@blueprint.route("/meetings/<int:meeting_id>/reminders/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_reminder(meeting_id: int) -> ResponseReturnValue:
    """Another rule of a meeting."""
    return _new(_of_meeting(_meeting(meeting_id)))


@blueprint.route("/series/<int:series_id>/reminders/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_series_reminder(series_id: int) -> ResponseReturnValue:
    """A rule of all meetings of a series."""
    return _new(_of_series(series_id))


def _new(owner: Owner) -> ResponseReturnValue:
    form = rule_form(own_words.tags())(data=filled(ReminderRule(kind=RuleKind.OWN.value, audience={},
                                                              quiet_from=21 * 60, quiet_to=8 * 60)))  # fmt: skip
    if request.method == "GET":
        return _ask(owner, None, form)
    if not form.check_for():
        return _ask(owner, None, form, 422)
    keep.add(owner.whose, form.written(), person=signed_in())
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(owner.href, 303)


@blueprint.route("/reminders/<int:rule_id>/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def reminder(rule_id: int) -> ResponseReturnValue:
    """Change one rule."""
    rule = _rule(rule_id)
    owner, kept = _owner(rule), own_words.filled(own_words.load(WORDS, rule_id))
    form = rule_form(own_words.tags())(data=filled(rule) | kept)
    if request.method == "GET":
        return _ask(owner, rule, form)
    if not form.check_for():
        return _ask(owner, rule, form, 422)
    try:
        changed = keep.edit(rule_id, form.version.data, form.written(), person=signed_in())
    except keep.ChangedMeanwhile:
        db.session.rollback()
        rule = _rule(rule_id)
        form.version.data = rule.version
        return _ask(owner, rule, form, 409)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(owner.href, 303)


def _ask(owner: Owner, rule: ReminderRule | None, form: RuleForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "staff/reminders/rule.html",
        owner=owner,
        rule=rule,
        form=form,
        action=url_for("staff.reminder", rule_id=rule.id) if rule else owner.new_href,
        kinds=shown.kinds(),
        choices=audience.choices(
            audience.asked_for([one.id for one in _meetings(owner.whose)]), form.languages.data or ()
        ),
        tongues=own_words.tongues(),
        put_in=own_words.choices(),
        conflict=shown.now_saved(rule) if rule and status == 409 else None,
        **(_look_of(rule, owner) if rule else {"look": None}),
    )
    return page, status


def _look_of(rule: ReminderRule, owner: Owner) -> dict[str, Any]:
    return {
        "look": _seen(rule, owner),
        "href": lambda tag: url_for("staff.reminder", rule_id=rule.id, language=tag) + "#look",
        "frame": lambda tag: url_for("staff.reminder_preview", rule_id=rule.id, language=tag),
    }


def _seen(rule: ReminderRule, owner: Owner) -> Look:
    """As it is saved, in the language that the address names, for a made-up family of the first meeting ahead."""
    said = own_words.load(WORDS, rule.id) if rule.kind == RuleKind.OWN else None
    ids = [one.id for one in _meetings(owner.whose)]
    return look(MESSAGES[RuleKind(rule.kind)], said, own_words.chosen(request.args.get("language", "")), ids)


@blueprint.get("/reminders/<int:rule_id>/preview.html")
@requires(Role.COORDINATOR)
def reminder_preview(rule_id: int) -> ResponseReturnValue:
    """The mail as HTML, for the frame on its rule's page; what it may do there stands in web.EXCEPTIONS."""
    rule = _rule(rule_id)
    letter = _seen(rule, _owner(rule)).letter
    if letter is None:
        abort(404)
    return Response(letter.html, mimetype="text/html", headers={"Content-Language": letter.locale})


@blueprint.post("/reminders/<int:rule_id>/switch")
@requires(Role.COORDINATOR)
def switch_reminder(rule_id: int) -> ResponseReturnValue:
    """Switch one rule on or off."""
    rule, form = _rule(rule_id), Press()
    owner = _owner(rule)
    if not form.validate_on_submit():
        return _list(owner, 422, old_form=True)
    active = request.form.get("active") == "1"
    try:
        keep.switch(rule_id, form.version.data, active, person=signed_in())
    except keep.ChangedMeanwhile:
        db.session.rollback()
        return _list(owner, 409, conflict=True)
    db.session.commit()
    flash(gettext("The reminder is switched on.") if active else gettext("The reminder is switched off."), "good")
    return redirect(owner.href, 303)
