"""The last part of a public address, made from a title in any script."""

import re
import unicodedata
from collections.abc import Callable

LONGEST = 60
PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slug_of(title: str, otherwise: str) -> str:
    """`title` in small Latin letters with hyphens; `otherwise` where it has none of them."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("đ", "d").replace("ß", "ss"))
    text = re.sub(r"[^a-z0-9]+", "-", "".join(one for one in plain if not unicodedata.combining(one))).strip("-")
    return text[:LONGEST].strip("-") or otherwise


def free(wanted: str, taken: Callable[[str], bool]) -> str:
    """`wanted`, or with the first number after it that is not taken."""
    if not taken(wanted):
        return wanted
    number = 2
    while taken(f"{wanted}-{number}"):
        number += 1
    return f"{wanted}-{number}"
