"""Rules of reminders are made, changed, switched: nobody's newer change is overwritten. The caller commits."""

from registration import clock
from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.reminders.audience import read
from registration.reminders.models import ReminderRule
from registration.reminders.rules import WORDS
from registration.staff.reminders.written import Whose, Written
from registration.staff.telling import own_words

COLUMNS = ("kind", "days_before", "at_time", "hours_before", "quiet_from", "quiet_to", "audience")


class ChangedMeanwhile(Exception):
    """Somebody changed the rule since it was shown. Nothing was kept."""


def add(whose: Whose, written: Written, *, person: Person) -> ReminderRule:
    """A new rule of a meeting or a series."""
    rule = ReminderRule(meeting_id=whose.meeting_id, series_id=whose.series_id, since=clock.now(), version=1)
    _apply(rule, written)
    db.session.add(rule)
    db.session.flush()
    own_words.keep(WORDS, rule.id, written.words)
    _record("reminder_added", rule, person)
    return rule


def edit(rule_id: int, version: int, written: Written, *, person: Person) -> list[str]:
    """Change a rule; gives what changed. Raises ChangedMeanwhile when `version` is an old one."""
    rule = locked(rule_id, version)
    before = own_words.load(WORDS, rule_id)
    _apply(rule, written)
    fields = sorted(name for name in COLUMNS if db.inspect(rule).attrs[name].history.has_changes())
    if dict(written.words) != before:
        own_words.keep(WORDS, rule_id, written.words)
        fields.append("words")
    if fields:
        _changed(rule)
        _record("reminder_edited", rule, person, fields)
    return fields


def switch(rule_id: int, version: int, active: bool, *, person: Person) -> None:
    """Switch a rule on or off. Raises ChangedMeanwhile when `version` is an old one."""
    rule = locked(rule_id, version)
    if rule.active != active:
        rule.active = active
        _changed(rule)
        _record("reminder_switched", rule, person, ["on" if active else "off"])


def locked(rule_id: int, version: int) -> ReminderRule:
    """The rule, locked. Raises ChangedMeanwhile when it is not that version."""
    rule = db.session.get_one(ReminderRule, rule_id, with_for_update=NO_KEY, populate_existing=True)
    if rule.version != version:
        raise ChangedMeanwhile
    return rule


def _changed(rule: ReminderRule) -> None:
    rule.version += 1
    # What would have been due before this moment is not made up for.
    rule.since = clock.now()


def _apply(rule: ReminderRule, written: Written) -> None:
    for name in COLUMNS:
        value, before = getattr(written, name), getattr(rule, name)
        if name == "audience":
            # Kept as {} it is everybody with a place, as a form writes it out.
            value, before = dict(value), read(before or {}).plain()
        if before != value or rule.id is None:
            setattr(rule, name, str(value) if name == "kind" else value)


def _record(action: str, rule: ReminderRule, person: Person, fields: list[str] | None = None) -> None:
    audit.record(
        action,
        object_kind="reminder",
        object_id=rule.id,
        meeting_id=rule.meeting_id,
        person=person,
        facts={"fields": fields} if fields else None,
    )
