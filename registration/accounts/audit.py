"""The record of what was done: who, when, to what, and which fields, tags and counts it was about."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from registration import clock, languages
from registration.accounts.models import Actor, AuditEntry, Person
from registration.extensions import db

Fact = bool | int | str | None | Sequence[str] | Sequence[int]

# How fields, states and kinds are written in this program. A name, an address, a telephone or a sentence is not.
WORD = re.compile(r"[a-z][a-z0-9_]{0,39}(?:[-.:][a-z0-9_]{1,39})?")


REFUSALS_EVERY = timedelta(minutes=10)


class NotForTheRecord(ValueError):
    """A fact is not the name of a field, a tag, a number or a yes or no."""


def record(
    action: str,
    *,
    object_kind: str,
    object_id: int | None,
    meeting_id: int | None = None,
    person: Person | None = None,
    facts: Mapping[str, Fact] | None = None,
    actor: Actor | None = None,
) -> AuditEntry:
    """Add an entry in the caller's transaction.

    `actor` is the person when one is given, else the system unless it is said to be a family. Raises NotForTheRecord.
    """
    known = dict(facts or {})
    for word in (action, object_kind, *known):
        _check_word(word)
    for fact in known.values():
        _check(fact)
    entry = AuditEntry(
        at=clock.now(),
        person_id=person.id if person else None,
        actor=actor or (Actor.PERSON if person else Actor.SYSTEM),
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        meeting_id=meeting_id,
        facts={name: list(fact) if isinstance(fact, list | tuple) else fact for name, fact in known.items()},
    )
    db.session.add(entry)
    return entry


def record_refusal(action: str, person_id: int | None) -> None:
    """Add an entry about a refused link, code, or page, at most one of its kind for a person in ten minutes.

    A flood of them must not fill the record; what was tried is never written down.
    """
    lately = (
        AuditEntry.action == action,
        AuditEntry.person_id == person_id,
        AuditEntry.at > clock.now() - REFUSALS_EVERY,
    )
    if db.session.scalar(select(AuditEntry.id).where(*lately).limit(1)) is None:
        person = db.session.get(Person, person_id) if person_id else None
        record(action, object_kind="person", object_id=person_id, person=person)


def _check(fact: object) -> None:
    if fact is None or isinstance(fact, bool | int):
        return
    if isinstance(fact, list | tuple):
        for one in fact:
            _check(one)
        return
    _check_word(fact)


def _check_word(word: object) -> None:
    if not isinstance(word, str) or not (WORD.fullmatch(word) or word in languages.LANGUAGES):
        # Not repeated here: it may be what must not be written down, and errors are.
        raise NotForTheRecord("the record takes names of fields, tags, numbers, and yes or no")
