"""Rules of reminders: those every new meeting has, and those that come along with a copy. The caller commits."""

from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.meetings.models import TranslatedText
from registration.reminders.models import QUIET_FROM, QUIET_TO, WORDS_OF_RULES, ReminderRule, RuleKind

# Two days before, "Are you still coming?"; and on the day, in the morning but three hours before at the latest.
DEFAULTS = (
    {"kind": RuleKind.STILL_COMING.value, "days_before": 2, "at_time": 17 * 60},
    {"kind": RuleKind.SAME_DAY.value, "days_before": 0, "at_time": 8 * 60, "hours_before": 3},
)
COPIED = ("kind", "days_before", "hours_before", "at_time", "quiet_from", "quiet_to", "audience", "active")
WORDS = WORDS_OF_RULES


def add_defaults(meeting_id: int) -> None:
    """Give a new meeting the rules that every meeting begins with."""
    for values in DEFAULTS:
        db.session.add(ReminderRule(meeting_id=meeting_id, since=clock.now(), audience={}, **values))
    db.session.flush()


def as_every_meeting_begins(rule: ReminderRule) -> bool:
    """Whether nobody has changed a rule that its meeting began with."""
    if rule.audience or not rule.active:
        return False
    times = ("kind", "days_before", "hours_before", "at_time", "quiet_from", "quiet_to")
    usual = {"quiet_from": QUIET_FROM, "quiet_to": QUIET_TO}
    return any(all(getattr(rule, name) == (usual | one).get(name) for name in times) for one in DEFAULTS)


def copy(from_meeting_id: int, to_meeting_id: int) -> None:
    """Give a meeting the rules of the one it was made from, with their words."""
    query = select(ReminderRule).where(ReminderRule.meeting_id == from_meeting_id).order_by(ReminderRule.id)
    for rule in db.session.scalars(query).all():
        values = {name: getattr(rule, name) for name in COPIED}
        row = ReminderRule(meeting_id=to_meeting_id, since=clock.now(), **values)
        db.session.add(row)
        db.session.flush()
        _copy_words(rule.id, row.id)


def _copy_words(from_id: int, to_id: int) -> None:
    row = TranslatedText
    for text in db.session.scalars(select(row).where(row.owner == WORDS, row.owner_id == from_id)).all():
        values = {name: getattr(text, name) for name in ("field", "locale", "text", "status", "source_hash")}
        db.session.add(TranslatedText(owner=WORDS, owner_id=to_id, **values))
    db.session.flush()
