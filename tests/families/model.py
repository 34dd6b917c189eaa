"""What a meeting with seats and a waiting list should do: the plain model that the real thing is held against."""

from collections import Counter
from dataclasses import dataclass, field, replace

WAYS = ("in_person", "online")
Asked = frozenset[tuple[str, int]]  # (language, listeners)


@dataclass(frozen=True)
class Party:
    """One family: how it comes, how many, what it asked for, where it stands; `turn`: its place in the waiting line."""

    way: str
    people: int
    asked: Asked
    status: str
    turn: int
    version: int = 1
    said_yes: bool = False


@dataclass
class Hall:
    """One meeting: seats by way, families by number in the order in which they came."""

    seats: dict[str, int]
    parties: dict[int, Party] = field(default_factory=dict)
    promotions: int = 0

    def taken(self, way: str) -> int:
        """Seats taken."""
        return sum(p.people for p in self.parties.values() if p.status == "registered" and p.way == way)

    def free(self, way: str) -> int:
        """Seats left."""
        return self.seats[way] - self.taken(way)

    def line(self, way: str) -> list[int]:
        """Who waits, the earliest first."""
        waiting = [n for n, p in self.parties.items() if p.status == "waiting" and p.way == way]
        return sorted(waiting, key=lambda number: (self.parties[number].turn, number))

    def register(self, number: int, way: str, people: int, asked: Asked) -> None:
        """A newcomer sits down when there is room for all of it, and waits otherwise."""
        status = "registered" if people <= self.free(way) else "waiting"
        self.parties[number] = Party(way, people, asked, status, turn=number)

    def change(self, number: int, way: str, people: int, asked: Asked) -> bool:
        """Other answers; False, and nothing changes, when who has seats would need more than there are."""
        party = self.parties[number]
        if party.status == "registered":
            room = self.free(way) + (party.people if way == party.way else 0)
            # Who asks for no more seats than it has keeps them, whatever has become of the capacity.
            if people > room and not (way == party.way and people <= party.people):
                return False
        self.parties[number] = replace(party, way=way, people=people, asked=asked, version=party.version + 1)
        self.promote()
        return True

    def withdraw(self, number: int) -> None:
        """It does not come; twice is once."""
        party = self.parties[number]
        if party.status != "withdrawn":
            self.parties[number] = replace(party, status="withdrawn", version=party.version + 1, said_yes=False)
            self.promote()

    def say_yes(self, number: int) -> None:
        """It says that it still comes; only who has seats can."""
        if self.parties[number].status == "registered":
            self.parties[number] = replace(self.parties[number], said_yes=True)

    def yes(self) -> int:
        """Families with seats that said yes."""
        return sum(party.said_yes for party in self.parties.values())

    def promote(self) -> None:
        """Free seats go to the earliest waiting party that fits, again and again."""
        for way in WAYS:
            while fitting := [n for n in self.line(way) if self.parties[n].people <= self.free(way)]:
                party = self.parties[fitting[0]]
                self.parties[fitting[0]] = replace(party, status="registered", version=party.version + 1)
                self.promotions += 1

    def demand(self) -> dict[str, tuple[int, int, int, int, int, int, int]]:
        """By language: families and listeners with seats, of them online, and waiting; families that said yes."""
        sums: dict[str, Counter[int]] = {}
        for party in self.parties.values():
            for language, listeners in party.asked:
                counts = sums.setdefault(language, Counter())
                places = {"withdrawn": (), "waiting": (4,), "registered": (0, 2) if party.way == "online" else (0,)}
                for place in places[party.status]:
                    counts[place] += 1
                    counts[place + 1] += listeners
                counts[6] += party.said_yes
        return {language: (c[0], c[1], c[2], c[3], c[4], c[5], c[6]) for language, c in sums.items() if any(c.values())}
