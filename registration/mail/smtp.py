"""Handing mails to a mail server, or writing them to files where none is set."""

import os
import re
import secrets
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import flask_mail
from flask import Flask, current_app

from registration import clock
from registration.mail import trouble
from registration.mail.address import own_domain
from registration.mail.compose import MailMessage
from registration.mail.trouble import Trouble

# A server closes a connection that is silent for long; older ones are not trusted.
IDLE_SECONDS = 10
# MAIL_TIMEOUT bounds each answer of a server; a whole mail, with connecting anew, may take this many times as long.
WHOLE_MAIL = 3


class Refused(Exception):
    """The server will never take this mail."""


class _Troubled(Exception):
    def __init__(self, words: str = "", trouble: Trouble | None = None) -> None:
        super().__init__(words)
        self.trouble = trouble


class Later(_Troubled):
    """The server does not take this mail now. With `trouble` where that concerns more than this mail."""


class ServerAway(_Troubled):
    """The server takes no mail at all just now: not reached, not answering, or at odds with our settings."""


class Transport(Protocol):
    """Where mails go. `longest`: seconds one mail may take at most; leases are built on it."""

    longest: float

    def send(self, message: MailMessage, name: str) -> None:
        """Send one mail; `name` is what it is called in a file. Raises Refused, Later or ServerAway."""

    def close(self) -> None:
        """Let go of connections."""


def transport(app: Flask) -> Transport:
    """The transport that the settings ask for."""
    return Server(app) if app.config["MAIL_SERVER"] else Folder(folder(app))


def folder(app: Flask) -> Path:
    """Where mails are written while no server is set."""
    return Path(app.instance_path) / "mail"


class Folder:
    """Mails as .eml files: whole or not at all, readable by their owner only."""

    longest = 5.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: MailMessage, name: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{clock.now():%Y%m%dT%H%M%S.%f}-{name}.eml"
        draft = self.folder / f".{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ServerAway(f"{type(error).__name__}: {error.strerror}", Trouble.DISK) from error

    def close(self) -> None:
        """A folder holds nothing open."""


class _Bounded(smtplib.SMTP):
    """An SMTP client for which a whole mail, not only a single answer, has a time limit: `until`, of time.monotonic."""

    # Whether the server was given the mail itself; from then on it may have taken it, whatever is heard of it.
    handed_over = False
    # The whole of it was, and its answer is still to come.
    given = False
    meanwhile: Callable[[], None] | None = None

    def __init__(self, until: float, *place: Any, **options: Any) -> None:
        self.until = until
        super().__init__(*place, **options)

    def begin(self, until: float, meanwhile: Callable[[], None] | None = None) -> None:
        """Start on a mail that must be over at `until`; `meanwhile` runs while the server takes it in."""
        self.until, self.meanwhile = until, meanwhile
        self.handed_over = False

    def bound(self) -> None:
        """Let the next wait end in time. Raises TimeoutError when there is no time left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if self.sock is not None:
            self.sock.settimeout(min(left, self.timeout))

    def send(self, s: object) -> None:
        self.bound()
        super().send(s)  # type: ignore[arg-type]
        self.given = self.handed_over and isinstance(s, bytes) and s.endswith(b"\r\n.\r\n")

    def getreply(self) -> tuple[int, bytes]:
        # An answer of many lines is as long as the server likes: each line is bounded.
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"), self.bound)
        if self.given and self.meanwhile is not None:
            self.given = False
            self.meanwhile()
        return super().getreply()

    def data(self, msg: str | bytes) -> tuple[int, bytes]:  # type: ignore[override]
        self.handed_over = True
        return super().data(msg)


class _Lines:
    """Lines of an answer, each read within its time."""

    def __init__(self, file: BinaryIO, bound: Callable[[], None]) -> None:
        self._file = file
        self._bound = bound
        self.close = file.close

    def readline(self, size: int) -> bytes:
        self._bound()
        return self._file.readline(size)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with time limits and verified certificates; it never drops mails silently in tests."""

    host: _Bounded | None

    def open(self, until: float) -> None:
        """Connect, and sign in where the settings say so, before `until`."""
        left = max(0.01, until - time.monotonic())
        timeout = min(left, float(current_app.config["MAIL_TIMEOUT"]))
        server, port, context = self.mail.server, self.mail.port, ssl.create_default_context()
        if self.mail.use_ssl:
            self.host = _BoundedTls(until, server, port, own_domain(), timeout=timeout, context=context)
        else:
            self.host = _Bounded(until, server, port, own_domain(), timeout=timeout)
        if self.mail.use_tls:
            self.host.starttls(context=context)
        if self.mail.username and self.mail.password:
            self.host.login(self.mail.username, self.mail.password)

    def send_mail(self, message: MailMessage) -> None:
        """Give one mail to the server. Flask-Mail's own encodes the addresses anew for each mail."""
        if message.has_bad_headers():
            raise flask_mail.BadHeaderError
        if self.host is not None:
            self.host.sendmail(*message.envelope, message.as_bytes())


class Server:
    """A mail server, reached by one connection that is kept for many mails."""

    def __init__(self, app: Flask) -> None:
        self._mail = app.extensions["mail"]
        self._limit = WHOLE_MAIL * float(app.config["MAIL_TIMEOUT"])
        # Greeting and connecting may each begin just before the limit and take one answer's time more.
        self.longest = self._limit + 2 * float(app.config["MAIL_TIMEOUT"])
        self._connection: _Connection | None = None
        self._used_at = 0.0
        # What is of use while the server takes a mail in, which is most of what sending takes; it raises nothing.
        self.meanwhile: Callable[[], None] | None = None

    def send(self, message: MailMessage, name: str) -> None:
        del name
        until = time.monotonic() + self._limit
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        kept = self._connection
        try:
            self._try(message, until)
        except ServerAway:
            # A kept connection that broke before the mail was given away says nothing of the server.
            untouched = kept is not None and kept.host is not None and not kept.host.handed_over
            self._drop()
            if not untouched:
                raise
            self._try_afresh(message, until)

    def _try_afresh(self, message: MailMessage, until: float) -> None:
        try:
            self._try(message, until)
        except ServerAway:
            self._drop()
            raise

    def close(self) -> None:
        host = self._connection.host if self._connection else None
        if host is not None:
            host.begin(time.monotonic() + 2)
            with suppress(OSError):
                host.quit()
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None and self._connection.host is not None:
            self._connection.host.close()
        self._connection = None

    def _try(self, message: MailMessage, until: float) -> None:
        try:
            if self._connection is None:
                self._connection = _Connection(self._mail)
                self._connection.open(until)
            if self._connection.host is not None:
                self._connection.host.begin(until, self.meanwhile)
            self._connection.send_mail(message)
            self._used_at = time.monotonic()
        except OSError as error:  # SMTPException is one too
            raise verdict(error) from error
        except (UnicodeError, flask_mail.BadHeaderError) as error:
            # An address or header that SMTP cannot carry will not become one.
            raise Refused(type(error).__name__) from error


# Answers of the 500s that speak of us or the server, not of the recipient: authentication, commands, no mail here.
_SERVER_CODES = {500, 502, 503, 504, 521, 530, 534, 535, 538}
_POLICY = re.compile(r"\b5\.7\.\d+|\brelay", re.IGNORECASE)


def verdict(error: Exception) -> Refused | Later | ServerAway:
    """What an error of the mail server means for the mail."""
    code, text = _answer(error)
    words = f"{type(error).__name__}: {code} {text}" if code else f"{type(error).__name__}: {text}"
    if isinstance(error, smtplib.SMTPSenderRefused) and code != 552:
        # Our own sender address is the same in every mail.
        return ServerAway(words, trouble.of(error))
    if not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return ServerAway(words, trouble.of(error))
    if code == 421 or code in _SERVER_CODES:
        return ServerAway(words, trouble.of_code(code))
    if _POLICY.search(text):
        # Refusals by policy (relaying, authentication of the sender's domain) end when somebody mends a setting; one
        # of them must not fail every message that waits.
        return Later(words, Trouble.POLICY)
    if code < 500:
        return Later(words)
    return Refused(words)


def _answer(error: Exception) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return code, said.decode(errors="replace")
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return error.smtp_code, words.decode(errors="replace") if isinstance(words, bytes) else words
    return 0, getattr(error, "strerror", None) or str(error)
