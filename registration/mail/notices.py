"""Notices that a mail did not arrive (RFC 3464), read from a maildir or mbox. Reads only; knows no outbox."""

import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from registration.mail.kept import error_text

_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of a mail: the Message-IDs it may have had, its recipient, the status code (RFC 3463) and words.

    `hard`: it will never arrive, whatever is tried. `policy`: it was refused for who we are or how we send.
    """

    message_ids: tuple[str, ...]
    recipient: str
    action: str
    status: str
    words: str

    @property
    def hard(self) -> bool:
        """Whether the address takes no mail."""
        return self.failed and not self.policy

    @property
    def policy(self) -> bool:
        """Whether a rule refused it. One wrong setting of ours would otherwise mark every address as dead."""
        return self.failed and self.status.startswith("5.7.")

    @property
    def failed(self) -> bool:
        """Whether it was given up for good."""
        return self.action == "failed" and self.status.startswith("5.")


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
    status = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
    blocks = status.get_payload() if status is not None else None
    if not isinstance(blocks, list):
        return None
    for block in blocks:
        if isinstance(block, Message) and block.get("Action"):
            return _notice(mail, block)
    return None


def _notice(mail: Message, block: Message) -> Notice:
    recipient = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "").partition(";")[2]
    status = _STATUS.search(str(block.get("Status", "")))
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
    return Notice(
        message_ids=_message_ids(mail),
        recipient=recipient.strip().strip("<>").casefold(),
        action=str(block["Action"]).strip().casefold(),
        status=status[0] if status else "",
        words=error_text(said),
    )


def _message_ids(mail: Message) -> tuple[str, ...]:
    """That of the mail which stands inside, whole or its headers; else those the notice refers to."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inside = part.get_payload()
            first = inside[0] if isinstance(inside, list) and inside else None
            if isinstance(first, Message) and first.get("Message-ID"):
                return tuple(_MESSAGE_ID.findall(str(first["Message-ID"])))
        if part.get_content_type() == "text/rfc822-headers":
            found = re.search(r"(?im)^message-id:\s*(<[^<>\s]+>)", _text(part))
            if found:
                return (found[1],)
    return tuple(_MESSAGE_ID.findall(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
