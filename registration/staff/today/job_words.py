"""Things to do about interpreters, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from registration import dates
from registration.families.models import Modality
from registration.i18n import gettext, ngettext
from registration.interpretation.day.models import Danger
from registration.meetings.shown import MeetingView
from registration.staff.today.interpreting import (
    AlarmRow,
    ChangeRow,
    DemandRow,
    FilesRow,
    HoursRow,
    JobRow,
    OfferRow,
    OutcomeRow,
)
from registration.staff.today.said import Said, about, asked_for, at, numbers
from registration.staff.today.things import Kind, Todo


def _no_interpreter(todo: Todo, view: MeetingView | None) -> Said:
    rows = cast("Sequence[DemandRow]", todo.about)
    what = gettext("No interpreter yet: %(language)s", language=asked_for(rows[0].language, rows[0].modality))
    if rows[0].modality == Modality.CAPTIONS:
        what = gettext("Nobody writes captions yet")
    if len(rows) > 1:
        what = gettext("No interpreter yet for %(number)s languages", number=len(rows))
    late, said = sum(row.late for row in rows), [about(view), numbers(rows)]
    if view is not None:
        day = dates.day_month(todo.by, view.time_zone, view.locale)
        said.append(gettext("We promised an answer by %(day)s.", day=day))
    if late:
        said.append(ngettext("%(num)s family asked late.", "%(num)s families asked late.", late))
    href = at("staff.interpretation", meeting_id=todo.meeting_id)
    return Said(what, " ".join(said), gettext("Find an interpreter"), href)


def _late(todo: Todo, view: MeetingView | None) -> Said:
    rows = cast("Sequence[DemandRow]", todo.about)
    what = gettext("Asked late: %(language)s", language=asked_for(rows[0].language, rows[0].modality))
    if len(rows) > 1:
        what = gettext("%(number)s languages were asked for late", number=len(rows))
    why = " ".join((about(view), numbers(rows), gettext("They know that it is late. We said that we try.")))
    href = at("staff.interpretation", meeting_id=todo.meeting_id)
    return Said(what, why, gettext("Find an interpreter"), href)


def _unmet_near(todo: Todo, view: MeetingView | None) -> Said:
    rows = cast("Sequence[DemandRow]", todo.about)
    what = gettext("Still nobody: %(language)s", language=asked_for(rows[0].language, rows[0].modality))
    if len(rows) > 1:
        what = gettext("Still nobody for %(number)s languages", number=len(rows))
    offer = gettext("Offer another way: from elsewhere, by telephone, or another meeting.")
    values = {"meeting_id": todo.meeting_id, "language": rows[0].language, "modality": rows[0].modality}
    one = at("staff.interpretation_decide", **values)
    href = one if len(rows) == 1 else at("staff.interpretation", meeting_id=todo.meeting_id)
    return Said(what, " ".join((about(view), numbers(rows), offer)), gettext("Choose another way"), href)


def _alarm(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("AlarmRow", todo.about)
    what = gettext("%(name)s is ill", name=row.name)
    if row.danger == Danger.NOT_THERE:
        what = gettext("%(name)s is not there", name=row.name)
    when = f"{view.when.time}." if view else ""
    why = " ".join((about(view), when, asked_for(row.language, row.modality) + "."))
    return Said(what, why, gettext("See what can help"), at("staff.help_job", assignment_id=row.assignment_id))


def _offer_expires(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("OfferRow", todo.about)
    what = gettext("%(name)s has not answered", name=row.name)
    until = dates.time(row.expires_at, view.time_zone, view.locale) if view else ""
    ends = gettext("The offer ends at %(time)s.", time=until)
    why = " ".join((about(view), asked_for(row.language, row.modality) + ".", ends))
    values = {"meeting_id": row.meeting_id, "language": row.language, "modality": row.modality}
    return Said(what, why, gettext("See the offer"), at("staff.team", **values))


def _files_missing(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FilesRow", todo.about)
    what = gettext("Interpreters do not know whom to call on the day")
    if row.missing:
        what = ngettext(
            "%(num)s file for interpreters is missing", "%(num)s files for interpreters are missing", row.missing
        )
    nobody = gettext("They also do not know whom to call.") if row.missing and row.no_contact else ""
    why = " ".join(filter(None, (about(view), nobody)))
    return Said(what, why, gettext("See what they read"), at("staff.briefing", meeting_id=row.meeting_id))


def _own_change(todo: Todo, _: MeetingView | None) -> Said:
    rows = cast("Sequence[ChangeRow]", todo.about)
    what = gettext("%(name)s changed something", name=rows[0].name)
    href = at("staff.interpreter", interpreter_id=rows[0].interpreter_id)
    if len(rows) > 1:
        what = ngettext("%(num)s interpreter changed something", "%(num)s interpreters changed something", len(rows))
        href = at("staff.interpreters")
    return Said(what, gettext("Their times or how to reach them."), gettext("See the changes"), href)


def _hours(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("HoursRow", todo.about)
    what = ngettext("Hours of %(num)s job wait", "Hours of %(num)s jobs wait", row.number)
    return Said(what, gettext("What you approve is paid."), gettext("Approve hours"), at("staff.hours"))


def _outcomes(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("OutcomeRow", todo.about)
    number = ngettext("%(num)s language: what became of it?", "%(num)s languages: what became of them?", row.languages)
    href = at("staff.outcomes_of_meeting", meeting_id=row.meeting_id)
    return Said(gettext("Say what was served"), f"{about(view)} {number}".strip(), gettext("Say it"), href)


def _to_confirm(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("JobRow", todo.about)
    what = gettext("%(name)s has accepted", name=row.name)
    why = " ".join((about(view), asked_for(row.language, row.modality) + "."))
    values = {"meeting_id": row.meeting_id, "language": row.language, "modality": row.modality}
    return Said(what, why, gettext("Confirm"), at("staff.team", **values))


SAY: Mapping[Kind, Callable[[Todo, MeetingView | None], Said]] = {
    Kind.NO_INTERPRETER: _no_interpreter,
    Kind.LATE: _late,
    Kind.UNMET_NEAR: _unmet_near,
    Kind.TO_CONFIRM: _to_confirm,
    Kind.ALARM: _alarm,
    Kind.OFFER_EXPIRES: _offer_expires,
    Kind.FILES_MISSING: _files_missing,
    Kind.OWN_CHANGE: _own_change,
    Kind.HOURS: _hours,
    Kind.OUTCOMES: _outcomes,
}
