"""Who the made-up families are: languages as a district has them, names, answers. Chance comes from the caller."""

import json
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from registration.families.answers import Answers
from registration.families.models import Attendance, Need
from registration.languages import LANGUAGES
from registration.meetings.models import Meeting

# Shares after domain.md, "A district in figures": English and Spanish first, then the order given there, a long tail.
DATA: dict[str, Any] = json.loads((Path(__file__).parent / "demo_names.json").read_text(encoding="utf-8"))

# Nobody gets mail or calls from the demo: RFC 2606 keeps these domains, and 555-0100 to 555-0199 are no real lines.
# 555-0100 in 303 is the demo's own office.
DOMAINS = ("example.org", "example.com", "example.net")
AREAS = ("303", "720", "970", "719")

PHONE_ONLY, PHONE_AND_EMAIL = 0.35, 0.8
ASKS, ASKS_IN_ENGLISH = 0.92, 0.85
CALLED_IN_OWN_LANGUAGE = 0.35
ONLINE = 0.22
NEEDS = (
    (Need.ASSISTIVE_LISTENING, 0.02),
    (Need.CAPTIONS, 0.012),
    (Need.LARGE_PRINT, 0.015),
    (Need.WHEELCHAIR, 0.015),
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a name is made: one of each list, joined."""

    parts: tuple[tuple[str, ...], ...]
    joint: str

    def make(self, chance: Random) -> str:
        """One name."""
        return self.joint.join([chance.choice(part) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Origin:
    """Families of one language: `own_words` where it is not on the list; `writes` where its writing has its own tag."""

    language: str
    reads: str
    writes: str
    own_words: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    shares: tuple[float, ...]
    maya: bool

    def name(self, chance: Random) -> str:
        """One name, in the language's own script sometimes."""
        return chance.choices(self.patterns, cum_weights=self.shares)[0].make(chance)


def _origin(row: dict[str, Any]) -> Origin:
    patterns = DATA["names"][row["names"]]
    return Origin(
        language=row["language"],
        reads=row["reads"],
        writes=row.get("writes", row["language"]),
        own_words=tuple(row.get("own_words", ())),
        patterns=tuple(
            Pattern(tuple(tuple(DATA["lists"][part]) for part in one["parts"]), one.get("joint", " "))
            for one in patterns
        ),
        shares=tuple(accumulate(one["share"] for one in patterns)),
        maya=row["names"] == "maya",
    )


ORIGINS = tuple(_origin(row) for row in DATA["families"])
SHARES = tuple(accumulate(row["share"] for row in DATA["families"]))


def origin(chance: Random) -> Origin:
    """Where the next family comes from."""
    return chance.choices(ORIGINS, cum_weights=SHARES)[0]


def likes(family: Origin, floor: str) -> int:
    """How likely a family chooses a meeting held in `floor`, against others."""
    if floor == family.language:
        return 60
    return 30 if floor in (family.reads, "en") else 3


def answers(
    chance: Random,
    family: Origin,
    meeting: Meeting,
    asked_at: datetime,
    serial: int,
    address: str | None,
    pages: Sequence[str],
) -> Answers:
    """What a family answers. `serial` makes its address unlike all others; `address`: it shares this one instead."""
    adults = chance.choices((1, 2, 3, 4), cum_weights=(52, 90, 97, 100))[0]
    children = chance.choices(range(7), cum_weights=(38, 62, 84, 94, 98, 99, 100))[0]
    attendance = _attendance(chance, meeting)
    spoken, own_words = _wishes(chance, family, meeting.floor_language)
    call_me = chance.random() < (0.25 if own_words else 0.03) and family.language != "en"
    contact, locale = _contact_language(chance, family, pages)
    name = family.name(chance)
    email, phone = _reached_by(chance, call_me or contact not in pages)
    care = childcare_asked(chance, meeting, asked_at) if attendance is Attendance.IN_PERSON else False
    return Answers(
        name=name,
        email=(address or _address(chance, family, name, serial)) if email else None,
        phone=f"+1{chance.choice(AREAS)}55501{chance.randint(1, 99):02}" if phone else None,
        adults=adults,
        children=children,
        attendance=attendance,
        spoken=spoken,
        other_language=own_words,
        listeners=_listeners(chance, adults, children) if spoken or own_words else 1,
        call_me=call_me,
        contact_language=contact,
        locale=locale,
        needs=tuple(sorted(need for need, share in NEEDS if chance.random() < share)),
        needs_other=_said(chance, "needs", family, locale) if chance.random() < 0.03 else "",
        childcare_children=chance.randint(1, children) if care and children else 0,
        question=_said(chance, "questions", family, locale) if chance.random() < 0.13 else "",
    )


def childcare_asked(chance: Random, meeting: Meeting, asked_at: datetime) -> bool:
    """Whether a family with children wants them cared for, where that can still be asked."""
    closes = meeting.childcare_closes_at
    return meeting.childcare and (closes is None or asked_at < closes) and chance.random() < 0.4


def _attendance(chance: Random, meeting: Meeting) -> Attendance:
    if meeting.in_person and meeting.online:
        return Attendance.ONLINE if chance.random() < ONLINE else Attendance.IN_PERSON
    return Attendance.IN_PERSON if meeting.in_person else Attendance.ONLINE


def _wishes(chance: Random, family: Origin, floor: str) -> tuple[tuple[str, ...], str]:
    if family.own_words:
        return (), chance.choice(family.own_words)
    signed = LANGUAGES[family.language].modality == "signed"
    asks = signed or chance.random() < (ASKS_IN_ENGLISH if family.language == "en" else ASKS)
    tags = {family.language} if asks else set()
    if family.maya and chance.random() < 0.25:
        tags.add("es")
    return tuple(sorted(tags - {floor})), ""


def _listeners(chance: Random, adults: int, children: int) -> int:
    if chance.random() < 0.35:
        return 1
    return adults + (1 if children and chance.random() < 0.1 else 0)


def _contact_language(chance: Random, family: Origin, pages: Sequence[str]) -> tuple[str, str]:
    """The language of contact and that of pages, which is one of `pages`."""
    if family.writes in pages:
        return family.writes, family.writes
    page = family.reads if family.reads in pages else pages[0]
    can_be_spoken = not family.own_words and LANGUAGES[family.language].modality == "spoken"
    if can_be_spoken and chance.random() < CALLED_IN_OWN_LANGUAGE:
        return family.language, page
    return page, page


def _reached_by(chance: Random, phone_needed: bool) -> tuple[bool, bool]:
    """Whether there is an email, and whether there is a phone."""
    which = chance.random()
    return which >= PHONE_ONLY, which < PHONE_AND_EMAIL or phone_needed


def _address(chance: Random, family: Origin, name: str, serial: int) -> str:
    words = _letters(name)
    if not all(words):
        # The first pattern of every language is in Latin letters.
        words = _letters(family.patterns[0].make(chance))
    first, last = words[0], words[-1]
    local = chance.choice((f"{first}.{last}", f"{first}{last}", f"{first[0]}{last}", f"{last}.{first}"))
    return f"{first if len(words) == 1 else local}{serial}@{chance.choice(DOMAINS)}"


def _letters(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    return ["".join(letter for letter in word if "a" <= letter <= "z") for word in plain.split()]


def _said(chance: Random, what: str, family: Origin, locale: str) -> str:
    """Words in the family's language, or in that of its pages."""
    sentences: dict[str, list[str]] = DATA[what]
    known: Container[str] = sentences
    own = family.language in known and chance.random() < 0.7
    tag = family.language if own else locale
    return chance.choice(sentences[tag if tag in known else "en"])
