"""Which files interpreters can be given: by their ending and by what they begin with. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024
MOST_NAME = 120
OFFICE = "application/vnd.openxmlformats-officedocument"
# Office files are archives, and say within which kind they are.
ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it is sent as, and what it begins with (b"" for text)."""

    media_type: str
    begins: bytes


KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", ARCHIVE),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", ARCHIVE),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", ARCHIVE),
    "odt": Kind("application/vnd.oasis.opendocument.text", ARCHIVE),
    "odp": Kind("application/vnd.oasis.opendocument.presentation", ARCHIVE),
    "txt": Kind("text/plain; charset=utf-8", b""),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": Kind("image/jpeg", b"\xff\xd8\xff"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it is kept."""

    name: str
    media_type: str
    data: bytes


class NotTaken(ValueError):
    """A file of a kind that is not taken, or that is not what its name says."""


class TooLarge(NotTaken):
    """More bytes than are taken."""


class Empty(NotTaken):
    """A file with nothing in it."""


def read(name: str, data: bytes) -> Sent:
    """The file as it is kept. Raises TooLarge, Empty, NotTaken."""
    if len(data) > MOST_BYTES:
        raise TooLarge
    if not data:
        raise Empty
    kind = KINDS.get(_ending(name))
    if kind is None or not (data.startswith(kind.begins) if kind.begins else _is_text(data)):
        raise NotTaken
    return Sent(cleaned(name), kind.media_type, data)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def cleaned(name: str) -> str:
    """A name that any system keeps: no folder, no control character, no more than MOST_NAME characters."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(one for one in last if unicodedata.category(one)[0] not in "CZ" or one == " ")
    stem, _, ending = re.sub(r'[<>:"|?*]+', "-", plain).rpartition(".")
    stem = " ".join(stem.split()).strip(" .-") or "file"
    return f"{stem[: MOST_NAME - len(ending) - 1]}.{ending.casefold()}"
