"""Showing a meeting to families, and taking it back. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from registration.accounts import audit
from registration.accounts.models import Person
from registration.meetings.completeness import TextStanding, standings_of
from registration.meetings.models import Meeting
from registration.meetings.published import touch
from registration.staff.writing.write import ChangedMeanwhile, families_hold


class Missing(Exception):
    """Texts are missing and nobody has said that it may be published all the same."""


class Unreviewed(Exception):
    """Translations are not reviewed, and nobody has decided in their name to show them."""


class Over(Exception):
    """The meeting is over."""


class Held(Exception):
    """Families are registered: the meeting can be cancelled, not taken back."""


@dataclass(frozen=True, slots=True)
class Before:
    """What there is to say before a meeting is published."""

    missing: tuple[TextStanding, ...]
    stale: tuple[TextStanding, ...]
    drafts: tuple[TextStanding, ...]


def before(meeting_id: int) -> Before:
    """How the texts on the page of a meeting stand, in every page language offered."""
    every = standings_of([meeting_id])[meeting_id]
    return Before(
        missing=tuple(one for one in every if one.missing),
        stale=tuple(one for one in every if one.stale),
        drafts=tuple(one for one in every if one.draft),
    )


def publish(
    meeting: Meeting,
    version: int,
    *,
    with_missing: bool,
    with_unreviewed: bool,
    person: Person | None,
    now: datetime,
) -> None:
    """Show a meeting, whose row is locked, to families.

    Raises ChangedMeanwhile, Over, Missing, Unreviewed. What was decided is recorded with the person.
    """
    if meeting.version != version or meeting.published:
        raise ChangedMeanwhile
    if meeting.ends_at <= now:
        raise Over
    state = before(meeting.id)
    if state.missing and not with_missing:
        raise Missing
    if state.drafts and not with_unreviewed:
        raise Unreviewed
    meeting.published_at = now
    meeting.unreviewed_by_id = person.id if person and state.drafts else None
    meeting.version += 1
    facts = {"missing": _tags(state.missing), "stale": _tags(state.stale), "unreviewed": _tags(state.drafts)}
    _record("meeting_published", meeting, person, facts)
    touch()


def unpublish(meeting: Meeting, version: int, *, person: Person | None) -> None:
    """Take a meeting, whose row is locked, back from the public. Raises ChangedMeanwhile, Held."""
    if meeting.version != version or not meeting.published:
        raise ChangedMeanwhile
    if families_hold(meeting):
        raise Held
    meeting.published_at = None
    meeting.unreviewed_by_id = None
    meeting.version += 1
    _record("meeting_unpublished", meeting, person, {})
    touch()


def _tags(standings: tuple[TextStanding, ...]) -> list[str]:
    return sorted({one.locale for one in standings})


def _record(action: str, meeting: Meeting, person: Person | None, facts: dict[str, list[str]]) -> None:
    audit.record(action, object_kind="meeting", object_id=meeting.id, meeting_id=meeting.id, person=person, facts=facts)
