"""Announcements as pages show them. Plain values, in the reader's language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import current_app, url_for

from registration import clock, dates, i18n
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.reminders.models import Announcement, AnnouncementState
from registration.staff.announcements import found
from registration.staff.announcements.keep import OWNER
from registration.staff.mail.shown import Named, meetings
from registration.staff.telling import audience, own_words
from registration.staff.telling.report import States, in_all, totals


class Chip(NamedTuple):
    """A state as components/chip.html draws it."""

    kind: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """An announcement of a list."""

    href: str
    title: str
    meetings: Sequence[Named]
    chip: Chip
    when: str
    who: str
    states: States


def chip_of(state: str) -> Chip:
    """The state of an announcement."""
    return {
        AnnouncementState.DRAFT: Chip("warn", "pencil", gettext("Draft")),
        AnnouncementState.SCHEDULED: Chip("info", "clock", gettext("Will be sent")),
        AnnouncementState.SENDING: Chip("info", "mail", gettext("Being sent")),
        AnnouncementState.STOPPED: Chip("warn", "cross", gettext("Stopped")),
        AnnouncementState.DONE: Chip("good", "check", gettext("Handed over")),
    }[AnnouncementState(state)]


def zone() -> str:
    """The zone in which announcements are sent: that of the district, since they may be of many meetings."""
    name: str = current_app.config["TIME_ZONE"]
    return name


def moment(at: datetime) -> str:
    """A moment in words, with its zone."""
    tag = i18n.speaking()
    return f"{dates.full_date(at, zone(), tag)}, {dates.time(at, zone(), tag)}, {dates.zone_name(at, zone(), tag)}"


def title_of(words: Mapping[str, own_words.Words]) -> str:
    """The subject in the reader's language, else in the first one written."""
    tags = (i18n.speaking(), *own_words.tags(), *words)
    return next((words[tag].subject for tag in tags if tag in words), gettext("Announcement"))


def rows(announcements: Collection[Announcement]) -> list[Row]:
    """The rows of a list; a number of statements that does not depend on it."""
    ids = [one.id for one in announcements]
    words, of, runs = own_words.load_all(OWNER, ids), found.meetings_of(ids), found.runs_of(ids)
    counted = totals([run.mailing for some in runs.values() for run in some])
    known = meetings(one for some in of.values() for one in some)
    names = found.writers(announcements)
    return [
        Row(
            href=url_for("staff.announcement", announcement_id=one.id),
            title=title_of(words.get(one.id, {})),
            meetings=[known[meeting_id] for meeting_id in of.get(one.id, ())],
            chip=chip_of(one.state),
            when=moment(one.send_at or one.created_at),
            who=names.get(one.created_by_id or 0, ""),
            states=in_all([counted[run.mailing] for run in runs.get(one.id, ())]),
        )
        for one in announcements
    ]


def meeting_choices(ahead: Sequence[Meeting]) -> list[dict[str, str]]:
    """The meetings that can be chosen, with their days."""
    tag, known = i18n.speaking(), meetings(one.id for one in ahead)
    return [
        {
            "value": str(one.id),
            "text": known[one.id].text,
            "hint": dates.line(one.starts_at, one.ends_at, one.time_zone, tag),
        }
        for one in ahead
    ]


def facts(row: Announcement, meeting_ids: Sequence[int]) -> list[dict[str, str]]:
    """What is known of an announcement, as components/staff/records.html shows it."""
    known = meetings(meeting_ids)
    rate = gettext("As fast as it goes")
    if row.per_minute:
        rate = gettext("%(number)s mails a minute", number=dates.count(row.per_minute, i18n.speaking()))
    rows = [
        {"label": gettext("Meetings"), "value": "; ".join(known[one].text for one in meeting_ids)},
        {"label": gettext("To whom"), "value": ". ".join(audience.in_words(row.audience))},
        {"label": gettext("How fast"), "value": rate},
    ]
    if name := found.writers([row]).get(row.created_by_id or 0):
        rows.append({"label": gettext("Written by"), "value": name, "detail": moment(row.created_at)})
    return rows


def now_saved(row: Announcement) -> list[dict[str, str]]:
    """An announcement as it is kept, for who wrote another one meanwhile."""
    rows = facts(row, found.meetings_of([row.id]).get(row.id, []))
    for tag, one in own_words.load(OWNER, row.id).items():
        said = f"{one.subject}: {one.body}"
        rows.append({"label": own_words.language_name(tag), "value": said, "lang": tag, "dir": "auto"})
    return rows


def zone_name() -> str:
    """The zone of `zone` in words."""
    return dates.zone_name(clock.now(), zone(), i18n.speaking())
