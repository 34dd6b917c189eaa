"""Reminders and announcements as letters, in the family's language. Builders read and render; they never send."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registration import clock, i18n, links
from registration.families import holder
from registration.families import messages as of_families
from registration.families.access import way_in
from registration.families.models import Registration, Status
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import Content, content, forget_version
from registration.meetings.shown import MeetingView
from registration.reminders import due, placeholders, words
from registration.reminders.models import WORDS_OF_RULES

ANNOUNCEMENT = "announcement"
Read = Callable[[str], Content]

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
    forget_version()
    registration = holder.by_id(queued.subject_id)
    if registration is None or registration.email is None:
        return Superseded("there is no address any more")
    if registration.bounced_at is not None:
        return Superseded("the address takes no mail")
    if (reason := untold(registration, queued)) is not None:
        return Superseded(reason)
    said = own_words(queued.message, queued.occurrence)
    if said is not None and not said:
        return Superseded("its words are gone")
    return letter(queued.message, registration, said)


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
    own = links.token(links.Purpose.REGISTRATION, registration.public_id, registration.link_version)
    # For good: an old mail must still end such mail after the family's link was made anew.
    stop = links.token(links.Purpose.UNSUBSCRIBE, registration.public_id, 0)
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
    """Reminders of a batch that fall into their quiet hours, by id, with the end of these."""
    found = {}
    for queued in batch:
        quiet = queued.facts.get("quiet") if queued.message in HOLDS else None
        zone = queued.facts.get("zone")
        if quiet and zone and (until := due.quiet_until(now, quiet[0], quiet[1], ZoneInfo(zone))):
            found[queued.id] = until
    return found
