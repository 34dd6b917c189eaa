"""Reminders and announcements as letters, in the family's language. Builders read and render; they never send."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from registration import clock, i18n, links
from registration.families import holder
from registration.families import messages as of_families
from registration.families.access import way_in
from registration.families.models import Registration, Status
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import Content, content, forget_version, note_version
from registration.meetings.shown import MeetingView
from registration.reminders import due, placeholders, words
from registration.reminders.models import WORDS_OF_RULES

ANNOUNCEMENT = "announcement"
Read = Callable[[str], Content]

# What was read for a whole batch is read again for a mail that leaves later than this.
FRESH_SECONDS = 2.0

# An answer later than this helps nobody any more.
ANSWER_BY = timedelta(hours=2)


def _ahead_of(meeting: Meeting, day: str) -> bool:
    """Whether the meeting is still ahead, on the day the reminder is of."""
    held = meeting.status == MeetingStatus.SCHEDULED and clock.now() < meeting.starts_at
    return held and due.day_of(meeting.starts_at, meeting.time_zone).isoformat() == day


def _still_coming(registration: Registration, queued: Queued) -> bool:
    late = clock.now() > registration.meeting.starts_at - ANSWER_BY
    asked = registration.status == Status.REGISTERED and registration.still_coming_at is None
    return asked and not late and _ahead_of(registration.meeting, queued.occurrence)


def _same_day(registration: Registration, queued: Queued) -> bool:
    return registration.status == Status.REGISTERED and _ahead_of(registration.meeting, queued.occurrence)


def _own(registration: Registration, queued: Queued) -> bool:
    day = queued.occurrence.partition(":")[2]
    return registration.status != Status.WITHDRAWN and _ahead_of(registration.meeting, day)


def _announced(registration: Registration, _: Queued) -> bool:
    return registration.status != Status.WITHDRAWN


HOLDS: Mapping[str, Callable[[Registration, Queued], bool]] = {
    "still_coming": _still_coming,
    "same_day": _same_day,
    "reminder_own": _own,
    ANNOUNCEMENT: _announced,
}

# All that families are told by telephone where they have no email: what they do themselves, news, reminders.
KINDS = tuple(sorted({*of_families.HOLDS, *of_families.CALLS, *HOLDS}))


def untold(registration: Registration, queued: Queued) -> str | None:
    """Why any message to a family is not to be told any more, by mail or by telephone; None where it still holds.

    The registration has its meeting loaded. Raises KeyError for a message that nobody knows.
    """
    holds = HOLDS.get(queued.message)
    if holds is None:
        return of_families.untold(registration, queued)
    if registration.erased_at is not None:
        return "there is no address any more"
    if registration.not_me_at is not None:
        return "the owner of the address said: this is not me"
    if registration.unsubscribed_at is not None:
        return "the family wants no reminders"
    if not holds(registration, queued):
        return "the family has answered or withdrawn, or the meeting is over, moved or called off"
    return None


def build(queued: Queued) -> Letter | Superseded:
    """The letter of a queued message, as things are now."""
    registration = _registration(queued.subject_id)
    if registration is None or registration.email is None:
        return Superseded("there is no address any more")
    if registration.bounced_at is not None:
        return Superseded("the address takes no mail")
    if (reason := untold(registration, queued)) is not None:
        return Superseded(reason)
    said = _read_ahead().said.get((queued.message, queued.occurrence)) or own_words(queued.message, queued.occurrence)
    if said is not None and not said:
        return Superseded("its words are gone")
    return letter(queued.message, registration, said)


@dataclass(slots=True)
class _Ahead:
    """What was read together for the messages that are sent next, and when."""

    at: float = 0.0
    families: dict[int, Registration] = field(default_factory=dict)
    version: int | None = None
    said: dict[tuple[str, str], dict[str, words.Words]] = field(default_factory=dict)


def _read_ahead() -> _Ahead:
    # A delivery loop lives in one context; each has its own.
    ahead: _Ahead | None = g.get("reminders_ahead")
    return ahead if ahead is not None and monotonic() - ahead.at < FRESH_SECONDS else _Ahead()


def _registration(registration_id: int) -> Registration | None:
    ahead = _read_ahead()
    if registration_id in ahead.families and not holder.other_locale():
        note_version(ahead.version)
        return ahead.families[registration_id]
    # The delivery loop lives in one context for days: what it has read of versions must not stay.
    forget_version()
    return holder.by_id(registration_id)


def own_words(message: str, occurrence: str) -> dict[str, words.Words] | None:
    """Staff's words of a queued message by page language; None where the text is built in."""
    if message == ANNOUNCEMENT:
        return words.load(ANNOUNCEMENT, int(occurrence))
    if message == "reminder_own":
        return words.load(WORDS_OF_RULES, int(occurrence.partition(":")[0]))
    return None


def letter(
    message: str,
    registration: Registration,
    said: Mapping[str, words.Words] | None = None,
    read: Read = content,
) -> Letter:
    """What `message` says to a family as things are now; `said`: staff's own words by page language.

    All of a letter is in one language: the family's, or, where own words are missing in it, the one they are in.
    """
    chosen = words.choose(said, registration.locale) if said is not None else None
    locale = chosen.locale if chosen else registration.locale
    with i18n.spoken(locale):
        return _letter(message, registration, locale, chosen, read)


def _letter(message: str, registration: Registration, locale: str, said: words.Words | None, read: Read) -> Letter:
    published = read(locale)
    view, meeting = published.meeting(registration.meeting_id), registration.meeting
    own = links.token(links.Purpose.MAILED, registration.public_id, registration.link_version)
    stop = holder.address_token(links.Purpose.UNSUBSCRIBE, registration)
    unsubscribe = links.absolute("reminders.unsubscribe", locale=locale, token=stop)
    facts: dict[str, Any] = {
        "in_the_room": words.in_the_room(registration, view),
        "called_off": meeting.status != MeetingStatus.SCHEDULED,
        "over": meeting.past,
        "nearness": nearness(view, clock.now()),
        "answer_link": links.absolute("reminders.coming_link", locale=locale, token=own),
        "question_link": links.absolute("reminders.question_link", locale=locale, token=own),
        "unsubscribe_link": unsubscribe,
    }
    if said is not None:
        link = links.absolute("families.link", locale=locale, token=own)
        values = words.values(registration, view, published.district, way_in(registration), link)
        facts["own_subject"] = placeholders.fill(said.subject, values)
        facts["own_text"] = placeholders.fill(said.body, values)
        facts["paragraphs"] = placeholders.paragraphs(said.body)
        facts["values"] = values
        # Own words that say the name begin with a greeting of their own.
        facts["greets"] = "name" in placeholders.used(said.body)
    return of_families.written(message, registration, locale, facts, read, secrets=[stop], list_unsubscribe=unsubscribe)


def nearness(view: MeetingView, now: datetime) -> str:
    """`today` or `tomorrow` where the meeting is on that day in its zone, else ""."""
    zone = ZoneInfo(view.time_zone)
    days = (view.starts_at.astimezone(zone).date() - _day(now, zone)).days
    return {0: "today", 1: "tomorrow"}.get(days, "")


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


BUILDERS: Mapping[str, Builder] = dict.fromkeys(HOLDS, build)


def ahead(batch: Sequence[Queued], now: datetime) -> dict[int, datetime]:
    """Read together what the reminders of a batch need. Gives those that fall into their quiet hours, by id, and until
    when these last.
    """
    ours = [queued for queued in batch if queued.message in HOLDS]
    found = {queued.id: until for queued in ours if (until := _quiet_until(queued, now))}
    read = _Ahead(at=monotonic())
    if left := [queued for queued in ours if queued.id not in found]:
        read.families, read.version = holder.by_ids([queued.subject_id for queued in left])
        for kind in {(queued.message, queued.occurrence) for queued in left}:
            if said := own_words(*kind):
                read.said[kind] = said
    g.reminders_ahead = read
    return found


def _quiet_until(queued: Queued, now: datetime) -> datetime | None:
    quiet, zone = queued.facts.get("quiet"), queued.facts.get("zone")
    return due.quiet_until(now, quiet[0], quiet[1], ZoneInfo(zone)) if quiet and zone else None
