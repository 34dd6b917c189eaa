"""What a removal will do, before it is done. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

# Registrations of one batch, which is one transaction; how long it can be undone.
MOST = 200
UNDO_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Party:
    """A family as far as seats go: `attendance` in_person or online, `people` the seats it takes."""

    id: int
    attendance: str
    people: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Families that go, seats that come free by attendance, and the waiting families that get them, in order."""

    families: int
    freed: Mapping[str, int]
    promoted: tuple[int, ...]


def foresee(going: Sequence[Party], waiting: Iterable[Party], left: Mapping[str, int | None]) -> Foreseen:
    """`waiting`: the list in its order; `left`: free seats by attendance just now, None for no limit."""
    freed: Counter[str] = Counter()
    for party in going:
        freed[party.attendance] += 0 if party.waiting else party.people
    gone = {party.id for party in going}
    free = {way: None if number is None else number + freed[way] for way, number in left.items()}
    promoted = []
    for party in waiting:
        room = free.get(party.attendance, 0)
        if party.id in gone or (room is not None and party.people > room):
            continue
        free[party.attendance] = None if room is None else room - party.people
        promoted.append(party.id)
    return Foreseen(len(going), dict(freed), tuple(promoted))
