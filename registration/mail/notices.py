"""Delivery status notifications (RFC 3464, RFC 6533), read from a maildir or an mbox. Reads only; knows no outbox."""

import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from enum import StrEnum
from pathlib import Path
from typing import Any

from registration.mail.address import folded
from registration.mail.kept import error_text

_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
# Not part of a longer run of numbers: diagnostics are full of IP addresses.
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([245]\d\d)(?![\d.]*\d)")
_POLICY_WORDS = re.compile(r"(?i)spam|block|blacklist|reputation|polic|spf|dkim|dmarc|authenticat|relay")
# How RFC 6533, section 3, writes a character of an address that had to be ASCII.
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")


class Meaning(StrEnum):
    """What a status code says about a mail that was given up. Only ADDRESS says anything about the recipient."""

    ADDRESS = "the address takes no mail"
    POLICY = "refused because of who we are or how we send"
    CONTENT = "refused because of what was sent"
    GIVEN_UP = "not delivered for a reason that may pass"


# Subject and detail of an enhanced status code → its meaning. Sources: RFC 3463, section 3, and IANA's registry "Simple
# Mail Transfer Protocol (SMTP) Enhanced Status Codes". A subject alone answers for details that are not listed.
# Details "0" are in none of them: "other or undefined" says nothing, so the diagnostic text decides.
MEANINGS = {
    "1": Meaning.ADDRESS,  # addressing
    "1.7": Meaning.POLICY,  # bad sender's mailbox address syntax
    "1.8": Meaning.POLICY,  # bad sender's system address
    "1.9": Meaning.GIVEN_UP,  # message relayed to non-compliant mailer
    "2": Meaning.GIVEN_UP,  # mailbox: full (2.2), mailing list expansion (2.4)
    "2.1": Meaning.ADDRESS,  # mailbox disabled, not accepting messages
    "2.3": Meaning.CONTENT,  # message length exceeds administrative limit
    "3": Meaning.GIVEN_UP,  # the other mail system: full, not accepting, not capable
    "3.4": Meaning.CONTENT,  # message too big for system
    "4": Meaning.GIVEN_UP,  # network and routing
    "5": Meaning.POLICY,  # protocol: something is wrong between the two servers
    "6": Meaning.CONTENT,  # content or media
    "7": Meaning.POLICY,  # security or policy
    "7.17": Meaning.ADDRESS,  # mailbox owner has changed (RFC 7293)
    "7.18": Meaning.ADDRESS,  # domain owner has changed (RFC 7293)
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of one mail.

    `message_ids`: those it may have had; `recipients`: the address as we wrote it and the one it was forwarded to,
    folded for comparison; `status`: the enhanced status code (RFC 3463) that decides, "" where there is none.
    """

    message_ids: tuple[str, ...]
    recipients: frozenset[str]
    action: str
    status: str
    words: str
    meaning: Meaning

    @property
    def failed(self) -> bool:
        """The mail was given up for good. That is the Action's to say (RFC 3464, section 2.3.3), whatever the class."""
        return self.action == "failed"


def notices(path: Path) -> Iterator[Notice | None]:
    """One for each mail in the folder `path` (a maildir) or the file `path` (an mbox); None for other mail.

    Raises FileNotFoundError; nothing in it is moved or marked.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    box: mailbox.Mailbox[Any] = (
        mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    )
    with closing(box):
        for key in box.iterkeys():
            yield read(box[key])


def read(mail: Message) -> Notice | None:
    """The notice that a mail is; None where it is something else."""
    report = next((part for part in mail.walk() if part.get_content_type() in _REPORTS), None)
    blocks = [block for block in _blocks(report) if block.get("Action")] if report is not None else []
    if not blocks:
        return None
    return _notice(mail, next((block for block in blocks if _action(block) == "failed"), blocks[0]))


def _blocks(report: Message) -> list[Message]:
    """The groups of fields in a delivery status: about the mail, then one for each recipient."""
    payload = report.get_payload()
    if not isinstance(payload, list):
        return []
    if report.get_content_type() == "message/delivery-status":
        return [block for block in payload if isinstance(block, Message)]
    # The parser knows no message/global-delivery-status (RFC 6533) and takes it for a forwarded mail.
    raw = b"".join(one.as_bytes() for one in payload if isinstance(one, Message))
    carrier = Message()
    carrier["Content-Transfer-Encoding"] = str(report.get("Content-Transfer-Encoding", "8bit"))
    carrier.set_payload(raw.strip().decode("ascii", "surrogateescape"))
    text = _text(carrier).replace("\r\n", "\n")
    return [message_from_string(group) for group in re.split(r"\n{2,}", text.strip())]


def _action(block: Message) -> str:
    return str(block["Action"]).partition("(")[0].strip().casefold()


def _notice(mail: Message, block: Message) -> Notice:
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
    status = _telling(_STATUS.findall(str(block.get("Status", ""))) + _STATUS.findall(said))
    recipients = (_recipient(str(block.get(name, ""))) for name in ("Original-Recipient", "Final-Recipient"))
    return Notice(
        message_ids=_message_ids(mail),
        recipients=frozenset(filter(None, recipients)),
        action=_action(block),
        status=".".join(status),
        words=error_text(said),
        meaning=_meaning(status, said),
    )


def _telling(codes: list[tuple[str, str, str]]) -> tuple[str, ...]:
    """The first code that says something; servers put 5.0.0 into Status and the reason into the diagnostic."""
    return next((code for code in codes if _specific(code)), codes[0] if codes else ())


def _specific(status: tuple[str, ...]) -> bool:
    """Whether a code says more than "other or undefined". Subject 6 does without a detail: it is about the content."""
    return bool(status) and (status[2].strip("0") != "" or status[1] == "6")


def _meaning(status: tuple[str, ...], said: str) -> Meaning:
    if not _specific(status):
        return _meaning_of_reply(said)
    kind, subject, detail = status
    meaning = MEANINGS.get(f"{subject}.{detail}") or MEANINGS.get(subject, Meaning.GIVEN_UP)
    # A server that says 4 called it temporary to the end, so it may be better tomorrow.
    return Meaning.GIVEN_UP if kind == "4" and meaning is Meaning.ADDRESS else meaning


def _meaning_of_reply(said: str) -> Meaning:
    """By the reply code alone: RFC 5321, section 4.2.3, gives 550 both to unknown mailboxes and to policy."""
    if _POLICY_WORDS.search(said):
        return Meaning.POLICY
    code = _REPLY_CODE.search(said)
    return {"550": Meaning.ADDRESS, "551": Meaning.ADDRESS, "553": Meaning.ADDRESS, "552": Meaning.GIVEN_UP}.get(
        code[1] if code else "", Meaning.GIVEN_UP
    )


def _recipient(field: str) -> str:
    """The address in `rfc822;name@example.org` or `utf-8;…`, in the form in which addresses are compared."""
    kind, _, address = field.partition(";")
    if kind.strip().casefold() == "utf-8":
        address = _ESCAPED.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), address)
    return folded(address.strip().strip("<>"))


def _message_ids(mail: Message) -> tuple[str, ...]:
    """That of the mail which stands inside, whole or its headers; else those the notice refers to."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global", "message/global-headers"):
            inside = part.get_payload()
            first = inside[0] if isinstance(inside, list) and inside else None
            if isinstance(first, Message) and first.get("Message-ID"):
                return tuple(_MESSAGE_ID.findall(str(first["Message-ID"])))
        if kind == "text/rfc822-headers":
            found = re.search(r"(?im)^message-id:\s*(<[^<>\s]+>)", _text(part))
            if found:
                return (found[1],)
    return tuple(_MESSAGE_ID.findall(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
