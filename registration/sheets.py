"""Tables that people open and save with spreadsheet programs: reading their bytes, and writing cells that stay text."""

import csv
import io
import re
from contextlib import suppress

from charset_normalizer import CharsetMatch, from_bytes

# A text that begins so is run as a formula by the programs that open the file.
_FORMULA = re.compile("[=+\\-@\t\r＝＋－＠]")

# How spreadsheet programs save CSV where nobody chose UTF-8: Windows, "Unicode text", and old Macs.
_SAVED_AS = ["utf_16", "utf_16_le", "utf_16_be", "cp1252", "mac_roman"]


class UnknownEncoding(ValueError):
    """The bytes are no text we can read; `name` is what they look like, "" when they look like no text at all."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def neutral(text: str) -> str:
    """`text`, after an apostrophe where it would be run as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def decoded(data: bytes) -> str:
    """The text of a saved table. Raises UnknownEncoding rather than guess at letters outside the Latin alphabet.

    Only UTF-8 and UTF-16 are certain. Short Western texts look alike in several encodings, so show what was read
    before storing it.
    """
    # English text in UTF-16 without its mark is valid UTF-8 as well, with a NUL beside every letter.
    if b"\0" not in data:
        with suppress(UnicodeDecodeError):
            return data.decode("utf-8-sig")
    likely = from_bytes(data).best()
    saved = from_bytes(data, cp_isolation=_SAVED_AS).best()
    if likely is None or saved is None or not (saved.encoding.startswith("utf_16") or _is_latin(likely)):
        raise UnknownEncoding(likely.encoding.replace("_", "-") if likely else "")
    text = str(saved).removeprefix("\ufeff")
    if "\0" in text:
        raise UnknownEncoding("")
    return text


def _is_latin(match: CharsetMatch) -> bool:
    return all("Latin" in name or "Control" in name or "Punctuation" in name for name in match.alphabets)


def csv_rows(text: str) -> "csv.DictReader[str]":
    """The rows of a CSV text by the names in its first line, whichever delimiter a spreadsheet program used.

    Excel is told the delimiter by a line `sep=;` before all others.
    """
    head, _, rest = text.partition("\n")
    if told := re.fullmatch(r"sep=(.)\s*", head, re.IGNORECASE):
        return csv.DictReader(io.StringIO(rest), delimiter=told[1])
    return csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
