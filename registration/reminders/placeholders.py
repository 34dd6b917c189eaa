"""Placeholders in staff's own words: what may stand there, what is wrong with a text, and filling it in. Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple

# What each stands for is written by reminders/letters.py in the family's language.
NAMES = ("date", "place", "how_to_get_in", "interpreter", "link", "meeting", "code", "name")
# A subject holds nothing that a family wrote, nothing that opens anything, and no list.
IN_SUBJECT = ("date", "meeting", "code")

# Whatever looks as if a placeholder was meant: braces with something in them, or a brace alone.
_BRACES = re.compile(r"\{[^{}\n]*\}|[{}]")


class Piece(NamedTuple):
    """A piece of a text: words as they are, or the name of a placeholder."""

    text: str
    placeholder: bool


def pieces(text: str) -> list[Piece]:
    """`text` in its order. What is no placeholder stays as it was written."""
    found, at = [], 0
    for match in _BRACES.finditer(text):
        if match[0][1:-1] not in NAMES or len(match[0]) < 3:
            continue
        if match.start() > at:
            found.append(Piece(text[at : match.start()], False))
        found.append(Piece(match[0][1:-1], True))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:], False))
    return found


def used(text: str) -> list[str]:
    """The placeholders in `text`, each once, in its order."""
    return list(dict.fromkeys(piece.text for piece in pieces(text) if piece.placeholder))


def unknown(text: str) -> list[str]:
    """What looks like a placeholder and is none, as it was typed: "{dat}", "{Date}", a lonely "{"."""
    return list(dict.fromkeys(found for found in _BRACES.findall(text) if found[1:-1] not in NAMES or len(found) < 3))


def unfit_for_subject(text: str) -> list[str]:
    """The placeholders in `text` that must not stand in a subject."""
    return [name for name in used(text) if name not in IN_SUBJECT]


def missing(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """By language, the placeholders that stand in another language's text and not in this one's."""
    stand = {tag: used(text) for tag, text in texts.items()}
    anywhere = {name for names in stand.values() for name in names}
    found = {tag: [name for name in NAMES if name in anywhere and name not in names] for tag, names in stand.items()}
    return {tag: names for tag, names in found.items() if names}


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its placeholders filled in. Raises KeyError for a value that is not given."""
    return "".join(values[piece.text] if piece.placeholder else piece.text for piece in pieces(text))


def paragraphs(text: str) -> list[list[Piece]]:
    """`text` by paragraphs, which an empty line parts, each in pieces."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n").strip("\n"))
    return [pieces(block.strip("\n")) for block in blocks if block.strip()]
