"""Transports for tests: what they were given is read, and they fail as they are told."""

from collections.abc import Callable
from datetime import datetime

from registration import clock
from registration.mail.compose import MailMessage


class Recording:
    """Keeps (when, Message-ID, subject) of every mail. `before` is called with each mail first and may raise."""

    longest = 5.0

    def __init__(self, before: Callable[[MailMessage], None] | None = None) -> None:
        self.sent: list[tuple[datetime, str, str]] = []
        self.before = before
        self.closed = False

    def send(self, message: MailMessage, name: str) -> None:
        if self.before is not None:
            self.before(message)
        message.as_bytes()
        self.sent.append((clock.now(), message.msgId, message.subject))

    def close(self) -> None:
        self.closed = True

    @property
    def subjects(self) -> list[str]:
        return [subject for _, _, subject in self.sent]
