"""Things to do in words: what, why, by when, and the one verb that leads to where it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from registration import dates, i18n, languages
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.staff.reminders.shown import why_dropped
from registration.staff.today import job_words
from registration.staff.today.due import (
    CallsRow,
    DroppedRow,
    FamilyRow,
    Mails,
    NotAnnouncedRow,
    RemovalRow,
    RetentionRow,
    Urgency,
    urgency,
)
from registration.staff.today.said import Said, about, at
from registration.staff.today.things import Kind, MeetingRow, Todo


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


def _own_words(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("A family wrote “%(words)s”", words=row.words)
    why = " ".join((about(view), gettext("Decide which language to look for.")))
    href = at("staff.family_language", registration_id=row.registration_id, request_id=row.request_id)
    return Said(what, why, gettext("Choose the language"), href)


def _calls(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("CallsRow", todo.about)
    what = ngettext("%(num)s family waits for a call", "%(num)s families wait for a call", row.number)
    if row.more:
        what = gettext("More than %(number)s families wait for a call", number=row.number)
    named = [gettext("%(language)s: %(number)s", language=_name(tag), number=n) for tag, n in row.languages[:6]]
    return Said(what, ", ".join(named), gettext("Open the call list"), at("staff.calls"))


def _name(tag: str) -> str:
    return languages.capitalised(languages.name_in(tag, i18n.speaking()))


def _failed(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("Mails", todo.about)
    what = ngettext("%(num)s message failed", "%(num)s messages failed", row.number)
    if row.more:
        what = gettext("More than %(number)s messages failed", number=row.number)
    why = gettext("A wrong address or a wrong number. These families do not know yet.")
    return Said(what, why, gettext("See the messages"), at("staff.mail", state="failed"))


def _held(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("Mails", todo.about)
    what = ngettext("%(num)s message is held", "%(num)s messages are held", row.number)
    if row.more:
        what = gettext("More than %(number)s messages are held", number=row.number)
    why = gettext("One address got many messages. They go out later by themselves.")
    return Said(what, why, gettext("See the messages"), at("staff.mail", state="held"))


def _not_me(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("“This is not me”: %(name)s", name=row.name)
    why = " ".join((about(view), gettext("The owner of the address says that somebody else used it.")))
    return Said(what, why, gettext("Settle it"), at("staff.family_not_me", registration_id=row.registration_id))


def _same_address(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("FamilyRow", todo.about)
    what = gettext("Registered twice? %(name)s", name=row.name)
    why = " ".join((about(view), gettext("Another family gave the same email. Families may share one.")))
    return Said(what, why, gettext("Compare"), at("staff.family", registration_id=row.registration_id))


def _texts(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("MeetingRow", todo.about)
    missing, stale = row.missing.get(todo.language, 0), row.stale.get(todo.language, 0)
    what = gettext("The page is not complete: %(language)s", language=_name(todo.language))
    parts = [ngettext("%(num)s text is missing.", "%(num)s texts are missing.", missing) if missing else ""]
    parts.append(ngettext("%(num)s text is out of date.", "%(num)s texts are out of date.", stale) if stale else "")
    why = " ".join(filter(None, (about(view), *parts)))
    return Said(what, why, gettext("Translate"), at("staff.texts", meeting_id=row.id))


def _draft(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("MeetingRow", todo.about)
    why = " ".join((about(view), gettext("Families cannot see it. They need time to ask for an interpreter.")))
    return Said(gettext("Not published yet"), why, gettext("Publish"), at("staff.publish", meeting_id=row.id))


def _undo(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("RemovalRow", todo.about)
    what = ngettext("%(num)s registration was removed", "%(num)s registrations were removed", row.families)
    by = dates.time(todo.by, view.time_zone, view.locale) if view else ""
    why = " ".join((about(view), gettext("It can be undone until %(time)s.", time=by)))
    return Said(what, why, gettext("See or undo"), at("staff.removals", meeting_id=row.meeting_id))


def _not_reminded(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("DroppedRow", todo.about)
    why = " ".join((about(view), why_dropped(row.reason), gettext("An announcement can still tell families.")))
    href = at("staff.reminders", meeting_id=row.meeting_id)
    return Said(gettext("A reminder was not sent"), why, gettext("See the reminders"), href)


def _not_announced(todo: Todo, _: MeetingView | None) -> Said:
    row = cast("NotAnnouncedRow", todo.about)
    what = ngettext("An announcement failed for %(num)s family", "An announcement failed for %(num)s families",
                    row.number)  # fmt: skip
    why = gettext("A wrong address or a full mailbox. These families do not know yet.")
    return Said(what, why, gettext("See why"), at("staff.announcement", announcement_id=row.announcement_id))


def _retention(todo: Todo, view: MeetingView | None) -> Said:
    row = cast("RetentionRow", todo.about)
    day = dates.full_date(row.at, view.time_zone, view.locale) if view else ""
    what = gettext("Families’ answers will be deleted on %(day)s", day=day)
    if row.postponed:
        why = gettext("There is no new date yet. After that day nobody can tell these families.")
        href = at("staff.plan", meeting_id=row.meeting_id)
        return Said(what, f"{about(view)} {why}".strip(), gettext("Set a new date"), href)
    why = gettext("Nobody has said yet what was served. After that day you cannot ask the families.")
    href = at("staff.outcomes_of_meeting", meeting_id=row.meeting_id)
    return Said(what, f"{about(view)} {why}".strip(), gettext("Say it"), href)


SAY: Mapping[Kind, Callable[[Todo, MeetingView | None], Said]] = {
    **job_words.SAY,
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
    Kind.RETENTION: _retention,
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
