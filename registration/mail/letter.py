"""What a builder of messages is given and gives back. Builders read and render; they never send."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Queued:
    """A row of the outbox as its builder sees it: what happened, to whom it matters, and the small facts kept of it."""

    id: int
    message: str
    subject_kind: str
    subject_id: int
    occurrence: str
    created_at: datetime
    stranger: bool
    topic: str | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter. `content_type` carries its parameters: `text/calendar; method=PUBLISH; …`."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A written message.

    `secrets`: pieces of text that open something (links, tokens); they are blanked in all that is kept.
    `list_unsubscribe`: the https address to which one POST ends such mail (RFC 8058).
    `sender_name`: the name shown as sender when MAIL_DEFAULT_SENDER holds an address alone.
    """

    recipient: str
    locale: str
    subject: str
    text: str
    html: str
    attachments: list[Attachment] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    list_unsubscribe: str | None = None
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class Superseded:
    """The message is not to be sent any more, because what it tells no longer holds."""

    reason: str


Builder = Callable[[Queued], Letter | Superseded]
# Given the messages that are sent next, before each is built: it reads together what their builders need, and gives by
# id those that must wait, and until when.
# Queues some of what has come due by itself, in the caller's transaction, and says how much it did: 0 when all is done.
Idle = Callable[[datetime], int]
Ahead = Callable[[Sequence[Queued], datetime], Mapping[int, datetime]]
