"""From a letter to the bytes of a mail, by Flask-Mail with what it lacks."""

import binascii
import secrets
from collections.abc import Iterator
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import SMTP
from email.utils import parseaddr
from typing import cast

import flask_mail
from flask import current_app

from registration import clock
from registration.mail.letter import Letter

# CPython refolds headers longer than the policy's lines and loses the space between encoded words ("mùa xuân" arrives
# as "mùaxuân"). Flask-Mail has folded them already; 998 is what RFC 5322 allows, so nothing is refolded.
POLICY = SMTP.clone(max_line_length=998)


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
        self.date = clock.now().timestamp()
        self.msgId = message_id
        self.extra_headers = _headers(letter)
        self.attachments = [flask_mail.Attachment(a.filename, a.content_type, a.data) for a in letter.attachments]
        self.charset = None
        self.cc, self.bcc = [], []
        self.mail_options, self.rcpt_options = [], []

    def _message(self) -> MIMEBase:
        built = super()._message()
        built.policy = POLICY
        return built

    def as_bytes(self) -> bytes:
        # email's generator parses headers again, searches all the text for a boundary that is random already, and
        # writes line by line: 2 ms a mail. All parts are encoded and all headers folded, so they need only be joined.
        return "".join(_written(self._message())).replace("\n", "\r\n").encode("ascii")

    def as_string(self) -> str:
        return self.as_bytes().decode("ascii")

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMENonMultipart:  # type: ignore[override]
        # Flask-Mail sends 8-bit lines of any length; the C encoders here cost a tenth of email's own.
        data = (text or "").replace("\r\n", "\n").encode()
        quoted = binascii.b2a_qp(data, istext=True)
        packed = _base64(data)
        encoding, body = ("quoted-printable", quoted) if len(quoted) <= len(packed) else ("base64", packed)
        part = MIMENonMultipart("text", subtype, charset="utf-8")
        part["Content-Transfer-Encoding"] = encoding
        part.set_payload(body.decode("ascii"))
        return part


def _written(part: Message) -> Iterator[str]:
    payload = part.get_payload()
    # 128 random bits occur in no text.
    boundary = secrets.token_hex(16)
    for name, value in part.raw_items():
        parameter = f'; boundary="{boundary}"' if name == "Content-Type" and isinstance(payload, list) else ""
        yield f"{name}: {value}{parameter}\n".replace("\r\n", "\n")
    yield "\n"
    if isinstance(payload, str):
        yield payload if payload.endswith("\n") else f"{payload}\n"
        return
    for inner in cast("list[Message]", payload):
        yield f"--{boundary}\n"
        yield from _written(inner)
    yield f"--{boundary}--\n"


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
