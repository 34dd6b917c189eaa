"""Things to do in words: what, why, by when, and the one verb that leads to where it is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app, url_for

from registration import dates, i18n, languages
from registration.families.models import Modality
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView, tongue
from registration.staff.reminders.shown import why_dropped
from registration.staff.today.due import (
    CallsRow,
    DemandRow,
    DroppedRow,
    FamilyRow,
    JobRow,
    Kind,
    Mails,
    MeetingRow,
    NotAnnouncedRow,
    RemovalRow,
    Todo,
    Urgency,
    urgency,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing to do as components/staff/todo.html takes it."""

    tile: dates.Tile
    today: bool
    what: str
    why: str
    href: str
    verb: str
    lang: str = ""
    dir: str = ""
    hidden_verb: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Its words, and where it is done."""

    what: str
    why: str
    verb: str
    href: str


def shown(todo: Todo, now: datetime, zone: str) -> Shown:
    """A thing to do in the language just spoken."""
    view = content(i18n.speaking()).meeting(todo.meeting_id) if todo.meeting_id is not None else None
    said = SAY[todo.kind](todo, view)
    today = urgency(todo, now, zone) is Urgency.TODAY
    # What is overdue is due now; the day that was missed stands in the words, where it was promised.
    tile = dates.small_tile(now if today else todo.by, zone, i18n.speaking())
    if today:
        tile = dates.Tile(tile.weekday, tile.day, gettext("today"))
    return Shown(tile, today, said.what, said.why, said.href, said.verb)


def _at(endpoint: str, **values: object) -> str:
    return url_for(endpoint, **cast("dict[str, Any]", values)) if endpoint in current_app.view_functions else ""


def _about(view: MeetingView | None) -> str:
    return f"{view.title}, {dates.day_month(view.starts_at, view.time_zone, view.locale)}." if view else ""


def asked_for(language: str, modality: str) -> str:
    """A language as a heading names it."""
    if modality == Modality.CAPTIONS:
        return gettext("Captions")
    return languages.capitalised(tongue(language, i18n.speaking()).name)


def _numbers(rows: Sequence[DemandRow]) -> str:
    """Families and listeners of one language, or the languages with their families."""
    if len(rows) > 1:
        named = [(asked_for(row.language, row.modality), row.families) for row in rows]
        return ", ".join(gettext("%(language)s: %(number)s", language=name, number=n) for name, n in named) + "."
    families = ngettext("%(num)s family", "%(num)s families", rows[0].families)
    listeners = ngettext("%(num)s listener", "%(num)s listeners", rows[0].listeners)
    return f"{families}, {listeners}."


def _no_interpreter(todo: Todo, view: MeetingView | None) -> Said:
    rows = cast("Sequence[DemandRow]", todo.about)
    what = gettext("No interpreter yet: %(language)s", language=asked_for(rows[0].language, rows[0].modality))
    if rows[0].modality == Modality.CAPTIONS:
        what = gettext("Nobody writes captions yet")
    if len(rows) > 1:
        what = gettext("No interpreter yet for %(number)s languages", number=len(rows))
    late, said = sum(row.late for row in rows), [_about(view), _numbers(rows)]
    if view is not None:
        day = dates.day_month(todo.by, view.time_zone, view.locale)
        said.append(gettext("We promised an answer by %(day)s.", day=day))
    if late:
        said.append(ngettext("%(num)s family asked late.", "%(num)s families asked late.", late))
    href = _at("staff.interpretation", meeting_id=todo.meeting_id)
    return Said(what, " ".join(said), gettext("Find an interpreter"), href)


def _late(todo: Todo, view: MeetingView | None) -> Said:
    rows = cast("Sequence[DemandRow]", todo.about)
    what = gettext("Asked late: %(language)s", language=asked_for(rows[0].language, rows[0].modality))
    if len(rows) > 1:
        what = gettext("%(number)s languages were asked for late", number=len(rows))
    why = " ".join((_about(view), _numbers(rows), gettext("They know that it is late. We said that we try.")))
    href = _at("staff.interpretation", meeting_id=todo.meeting_id)
    return Said(what, why, gettext("Find an interpreter"), href)


def _own_words(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("A family wrote “%(words)s”", words=row.words)
    why = " ".join((_about(view), gettext("Decide which language to look for.")))
    href = _at("staff.family_language", registration_id=row.registration_id, request_id=row.request_id)
    return Said(what, why, gettext("Choose the language"), href)


def _calls(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("CallsRow", todo.about)
    what = ngettext("%(num)s family waits for a call", "%(num)s families wait for a call", row.number)
    if row.more:
        what = gettext("More than %(number)s families wait for a call", number=row.number)
    named = [gettext("%(language)s: %(number)s", language=_name(tag), number=n) for tag, n in row.languages[:6]]
    return Said(what, ", ".join(named), gettext("Open the call list"), _at("staff.calls"))


def _name(tag: str) -> str:
    return languages.capitalised(languages.name_in(tag, i18n.speaking()))


def _failed(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("Mails", todo.about)
    what = ngettext("%(num)s message failed", "%(num)s messages failed", row.number)
    if row.more:
        what = gettext("More than %(number)s messages failed", number=row.number)
    why = gettext("A wrong address or a wrong number. These families do not know yet.")
    return Said(what, why, gettext("See the messages"), _at("staff.mail", state="failed"))


def _held(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("Mails", todo.about)
    what = ngettext("%(num)s message is held", "%(num)s messages are held", row.number)
    if row.more:
        what = gettext("More than %(number)s messages are held", number=row.number)
    why = gettext("One address got many messages. They go out later by themselves.")
    return Said(what, why, gettext("See the messages"), _at("staff.mail", state="held"))


def _not_me(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("“This is not me”: %(name)s", name=row.name)
    why = " ".join((_about(view), gettext("The owner of the address says that somebody else used it.")))
    return Said(what, why, gettext("Settle it"), _at("staff.family_not_me", registration_id=row.registration_id))


def _same_address(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("Registered twice? %(name)s", name=row.name)
    why = " ".join((_about(view), gettext("Another family gave the same email. Families may share one.")))
    return Said(what, why, gettext("Compare"), _at("staff.family", registration_id=row.registration_id))


def _texts(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("MeetingRow", todo.about)
    missing, stale = row.missing.get(todo.language, 0), row.stale.get(todo.language, 0)
    what = gettext("The page is not complete: %(language)s", language=_name(todo.language))
    parts = [ngettext("%(num)s text is missing.", "%(num)s texts are missing.", missing) if missing else ""]
    parts.append(ngettext("%(num)s text is out of date.", "%(num)s texts are out of date.", stale) if stale else "")
    why = " ".join(filter(None, (_about(view), *parts)))
    return Said(what, why, gettext("Translate"), _at("staff.texts", meeting_id=row.id))


def _draft(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("MeetingRow", todo.about)
    why = " ".join((_about(view), gettext("Families cannot see it. They need time to ask for an interpreter.")))
    return Said(gettext("Not published yet"), why, gettext("Publish"), _at("staff.publish", meeting_id=row.id))


def _undo(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("RemovalRow", todo.about)
    what = ngettext("%(num)s registration was removed", "%(num)s registrations were removed", row.families)
    by = dates.time(todo.by, view.time_zone, view.locale) if view else ""
    why = " ".join((_about(view), gettext("It can be undone until %(time)s.", time=by)))
    return Said(what, why, gettext("See or undo"), _at("staff.removals", meeting_id=row.meeting_id))


def _not_reminded(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("DroppedRow", todo.about)
    why = " ".join((_about(view), why_dropped(row.reason), gettext("An announcement can still tell families.")))
    href = _at("staff.reminders", meeting_id=row.meeting_id)
    return Said(gettext("A reminder was not sent"), why, gettext("See the reminders"), href)


def _not_announced(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("NotAnnouncedRow", todo.about)
    what = ngettext("An announcement failed for %(num)s family", "An announcement failed for %(num)s families",
                    row.number)  # fmt: skip
    why = gettext("A wrong address or a full mailbox. These families do not know yet.")
    return Said(what, why, gettext("See why"), _at("staff.announcement", announcement_id=row.announcement_id))


def _to_confirm(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("JobRow", todo.about)
    what = gettext("%(name)s has accepted", name=row.name)
    why = " ".join((_about(view), asked_for(row.language, row.modality) + "."))
    values = {"meeting_id": row.meeting_id, "language": row.language, "modality": row.modality}
    return Said(what, why, gettext("Confirm"), _at("staff.team", **values))


SAY: Mapping[Kind, Callable[[Todo, MeetingView | None], Said]] = {
    Kind.NO_INTERPRETER: _no_interpreter,
    Kind.LATE: _late,
    Kind.OWN_WORDS: _own_words,
    Kind.CALLS: _calls,
    Kind.FAILED: _failed,
    Kind.HELD: _held,
    Kind.NOT_ME: _not_me,
    Kind.SAME_ADDRESS: _same_address,
    Kind.TEXTS: _texts,
    Kind.DRAFT: _draft,
    Kind.UNDO: _undo,
    Kind.NOT_REMINDED: _not_reminded,
    Kind.NOT_ANNOUNCED: _not_announced,
    Kind.TO_CONFIRM: _to_confirm,
}


def headings() -> dict[Urgency, str]:
    """The headings of the list."""
    return {
        Urgency.TODAY: gettext("Due today"),
        Urgency.WEEK: gettext("Due this week"),
        Urgency.LATER: gettext("Later"),
    }


def people_of(taken: int, capacity: int | None) -> str:
    """Seats taken, of how many."""
    number = dates.count(taken, i18n.speaking())
    if capacity is None:
        return number
    return gettext("%(number)s of %(capacity)s", number=number, capacity=dates.count(capacity, i18n.speaking()))


def waiting(meeting: Meeting) -> str:
    """Families on the waiting list, in words; "" where nobody waits."""
    number = meeting.waiting + meeting.waiting_online
    return ngettext("%(num)s family waits", "%(num)s families wait", number) if number else ""
