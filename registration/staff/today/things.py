"""What a thing to do is, and what all of them ask: meetings ahead, days of notice. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What there is to do."""

    NO_INTERPRETER = "no_interpreter"
    LATE = "late"
    OWN_WORDS = "own_words"
    CALLS = "calls"
    FAILED = "failed"
    HELD = "held"
    NOT_ME = "not_me"
    SAME_ADDRESS = "same_address"
    TEXTS = "texts"
    DRAFT = "draft"
    UNDO = "undo"
    NOT_REMINDED = "not_reminded"
    NOT_ANNOUNCED = "not_announced"
    TO_CONFIRM = "to_confirm"
    ALARM = "alarm"
    OFFER_EXPIRES = "offer_expires"
    UNMET_NEAR = "unmet_near"
    FILES_MISSING = "files_missing"
    OWN_CHANGE = "own_change"
    HOURS = "hours"
    OUTCOMES = "outcomes"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting ahead. `missing`, `stale`: texts by page language."""

    id: int
    starts_at: datetime
    published: bool
    held: bool
    missing: dict[str, int] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Days before a meeting: families are told, spoken and signed languages are asked for."""

    tell_by_days: int
    spoken_notice_days: int
    signed_notice_days: int


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. `about`: the row that it came from; `meeting_id` None where it is about several."""

    kind: Kind
    by: datetime
    about: object
    meeting_id: int | None = None
    language: str = ""
