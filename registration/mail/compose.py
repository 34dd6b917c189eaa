"""From a letter to the bytes of a mail.

Flask-Mail and the email package would take 2 ms for one: they parse headers again, look through all the text for a
boundary that is random already, and write line by line. Here all parts are encoded, and joined.
"""

import binascii
import re
import secrets
from collections.abc import Iterator
from email.utils import format_datetime, parseaddr
from functools import lru_cache

import flask_mail
from flask import current_app

from registration import clock
from registration.mail.address import ascii_address
from registration.mail.letter import Attachment, Letter

# What an address looks like that needs no encoding.
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
# What may stand in a header as it is.
_PLAIN_HEADER = re.compile(r"[\x20-\x7e]{0,900}")


class MailMessage(flask_mail.Message):
    """A mail whose headers arrive as they were written and whose lines every server can carry."""

    def __init__(self, letter: Letter, message_id: str) -> None:
        # Not by way of Flask-Mail's own: for each message it looks up the name of this machine, which may take seconds.
        self.subject = letter.subject
        self.recipients = [letter.recipient]
        self.body = letter.text
        self.alts = {"html": letter.html}
        self.sender = _sender(letter)
        self.reply_to = current_app.config["MAIL_REPLY_TO"]
        self.written_at = clock.now()
        self.msgId = message_id
        self.extra_headers = _headers(letter)
        self.attachments = []
        self.charset = None
        self.cc, self.bcc = [], []
        self.mail_options, self.rcpt_options = [], []
        self._sender, self._files = _sender(letter), letter.attachments

    @property
    def envelope(self) -> tuple[str, list[str]]:
        """Sender and recipients as they are told to a server. Raises UnicodeError for what mail cannot carry."""
        return written_address(self._sender[1]), [written_address(str(one)) for one in self.recipients]

    def as_bytes(self) -> bytes:
        outer, inner = secrets.token_hex(16), secrets.token_hex(16)
        lines = [
            f'Content-Type: multipart/mixed; boundary="{outer}"',
            "MIME-Version: 1.0",
            *self._head(),
            "",
            f"--{outer}",
            f'Content-Type: multipart/alternative; boundary="{inner}"',
            "MIME-Version: 1.0",
            "",
            *_text(inner, "plain", self.body or ""),
            *_text(inner, "html", self.html or ""),
            f"--{inner}--",
        ]
        for file in self._files:
            lines += _file(outer, file)
        lines.append(f"--{outer}--\n")
        return "\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")

    def as_string(self) -> str:
        return self.as_bytes().decode("ascii")

    def _head(self) -> Iterator[str]:
        yield f"Subject: {_encoded(str(self.subject), 'Subject')}"
        yield f"From: {_written_sender(*self._sender)}"
        yield f"To: {written_address(self.recipients[0])}"  # type: ignore[arg-type]
        yield f"Date: {format_datetime(self.written_at)}"
        yield f"Message-ID: {self.msgId}"
        if self.reply_to:
            yield f"Reply-To: {written_address(self.reply_to)}"  # type: ignore[arg-type]
        for name, value in (self.extra_headers or {}).items():
            yield f"{name}: {value}"


# Letters of an encoded word may be 75 with what stands around them (RFC 2047): so many bytes fit.
_WORD = 45


def _encoded(text: str, name: str) -> str:
    """The value of a header. CPython refolds encoded words and loses the space between them; these stay as they are."""
    if _PLAIN_HEADER.fullmatch(text) and "=?" not in text:
        return text
    # The name of the header stands on the first line too.
    words, size = [""], len(name)
    for letter in text:
        size += len(letter.encode())
        if size > _WORD:
            words.append("")
            size = len(letter.encode())
        words[-1] += letter
    encoded = (binascii.b2a_base64(word.encode(), newline=False).decode() for word in words)
    return "\n ".join(f"=?utf-8?b?{word}?=" for word in encoded)


def written_address(address: str) -> str:
    """An address as it stands in a header and is told to a server. Raises UnicodeError for what mail cannot carry."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    name, bare = parseaddr(address)
    return str(flask_mail.sanitize_address((name, ascii_address(bare)) if name else ascii_address(bare)))


@lru_cache(maxsize=64)
def _written_sender(name: str, address: str) -> str:
    # A district has one name in each language.
    return str(flask_mail.sanitize_address((name, ascii_address(address))))


def _text(boundary: str, subtype: str, text: str) -> Iterator[str]:
    data = text.replace("\r\n", "\n").encode()
    foreign = len(data) - len(text.encode("ascii", "ignore"))
    # Three letters for each byte that is not ASCII, or four for each three bytes of all.
    readable = 6 * foreign < len(data)
    yield f"--{boundary}"
    yield f'Content-Type: text/{subtype}; charset="utf-8"'
    yield "MIME-Version: 1.0"
    yield f"Content-Transfer-Encoding: {'quoted-printable' if readable else 'base64'}"
    yield ""
    body = binascii.b2a_qp(data, istext=True) if readable else _base64(data)
    yield body.decode("ascii").removesuffix("\n")


def _file(boundary: str, file: Attachment) -> Iterator[str]:
    yield f"--{boundary}"
    yield f"Content-Type: {file.content_type}"
    yield "MIME-Version: 1.0"
    yield "Content-Transfer-Encoding: base64"
    yield f'Content-Disposition: attachment; filename="{file.filename}"'
    yield ""
    yield _base64(file.data).decode("ascii").removesuffix("\n")


def _base64(data: bytes) -> bytes:
    # 57 bytes make a line of 76 letters (RFC 2045).
    return b"".join(binascii.b2a_base64(data[at : at + 57]) for at in range(0, len(data), 57))


def compose(letter: Letter, message_id: str) -> MailMessage:
    """The mail of a letter. Its Message-ID is given, so that a second try is known for the same mail."""
    return MailMessage(letter, message_id)


def _headers(letter: Letter) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": letter.locale}
    if letter.list_unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.list_unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _sender(letter: Letter) -> tuple[str, str]:
    name, address = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    return name or letter.sender_name, address
