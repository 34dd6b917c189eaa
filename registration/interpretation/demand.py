"""What is asked for, by language and modality, beside what is decided. Pure: counters in, rows out."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """The counters of one language and modality; the numbers online are contained in the others."""

    language: str
    modality: str
    families: int
    listeners: int
    families_online: int = 0
    listeners_online: int = 0
    waiting: int = 0
    late: int = 0
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A service: its mode, what families are told, and its seats."""

    language: str
    modality: str
    mode: str
    state: str
    seats: int = 0
    confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Demand of one language and modality; room and online apart. `decided`: None while nobody has."""

    language: str
    modality: str
    families_room: int
    listeners_room: int
    families_online: int
    listeners_online: int
    waiting: int
    late: int
    decided: Decided | None

    @property
    def families(self) -> int:
        """All of them."""
        return self.families_room + self.families_online

    @property
    def listeners(self) -> int:
        """All of them."""
        return self.listeners_room + self.listeners_online


@dataclass(frozen=True, slots=True)
class Demand:
    """All rows, and families whose own words nobody has mapped to a language."""

    rows: list[Row]
    own_words: int


def demand(counted: Iterable[Counted], decided: Iterable[Decided], floor_language: str) -> Demand:
    """Rows of a meeting, the most families first. A spoken request in the floor language is no demand.

    Spoken, sign and captions are never merged; a service that nobody asks for has a row of its own.
    """
    settled = {(one.language, one.modality): one for one in decided}
    rows, own_words = [], 0
    for one in counted:
        if one.own_words:
            own_words += one.families + one.waiting
        elif not (one.modality == "spoken" and one.language == floor_language):
            rows.append(_row(one, settled.pop((one.language, one.modality), None)))
    rows += [_row(Counted(one.language, one.modality, 0, 0), one) for one in settled.values()]
    kept = [row for row in rows if row.families or row.waiting or row.decided]
    return Demand(sorted(kept, key=lambda row: (-row.families, -row.waiting, row.language, row.modality)), own_words)


def _row(one: Counted, decided: Decided | None) -> Row:
    return Row(
        language=one.language,
        modality=one.modality,
        families_room=one.families - one.families_online,
        listeners_room=one.listeners - one.listeners_online,
        families_online=one.families_online,
        listeners_online=one.listeners_online,
        waiting=one.waiting,
        late=one.late,
        decided=decided,
    )
