"""What a list of families is narrowed to: read from the address, written to it. Unknown values are left out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict

from registration.families.models import OWN_WORDS, Attendance, Modality, Need, Status
from registration.languages import LANGUAGES

# Longer texts find nobody: a name has 128 characters, an address 254.
LONGEST_TEXT = 254

OTHER_NEED = "other"


class Mark(StrEnum):
    """What makes a family one to look at."""

    LATE = "late"
    NO_EMAIL = "no_email"
    CALL_ME = "call_me"
    SAME_ADDRESS = "same_address"
    NOT_ME = "not_me"


Arguments = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Text and filters; empty ones narrow nothing. `after`: the family where the page before ended, 0 for none."""

    text: str = ""
    language: str = ""
    modality: str = ""
    need: str = ""
    status: str = ""
    attendance: str = ""
    marks: tuple[Mark, ...] = ()
    after: int = 0

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of what narrows the list, for the record: no values, no text."""
        plain = [one.name for one in fields(self) if one.name not in ("after", "marks") and getattr(self, one.name)]
        return (*plain, *(str(mark) for mark in self.marks))

    def values(self) -> dict[str, Any]:
        """For the address of this list, from its beginning."""
        said: dict[str, Any] = {
            "q": self.text,
            "language": self.language,
            "modality": self.modality,
            "need": self.need,
            "status": self.status,
            "attendance": self.attendance,
            "only": [str(mark) for mark in self.marks],
        }
        return {name: value for name, value in said.items() if value}

    def without(self, name: str) -> "Asked":
        """The same with one filter less; a mark by its own name."""
        if name in set(Mark):
            return replace(self, marks=tuple(mark for mark in self.marks if mark != name), after=0)
        changed: Mapping[str, str] = {name: ""}
        return replace(self, **changed, after=0)  # type: ignore[arg-type] # all of them are texts


def read(arguments: Arguments) -> Asked:
    """What an address asks for."""
    marks = set(arguments.getlist("only"))
    after = arguments.get("after", "")
    return Asked(
        text=" ".join(arguments.get("q", "").split())[:LONGEST_TEXT],
        language=_known(arguments.get("language", ""), {*LANGUAGES, OWN_WORDS}),
        modality=_known(arguments.get("modality", ""), set(Modality)),
        need=_known(arguments.get("need", ""), {*Need, OTHER_NEED}),
        status=_known(arguments.get("status", ""), set(Status)),
        attendance=_known(arguments.get("attendance", ""), set(Attendance)),
        marks=tuple(mark for mark in Mark if mark in marks),
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0,
    )


def _known(value: str, known: set[str]) -> str:
    return value if value in known else ""
