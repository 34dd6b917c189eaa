"""How much mail strangers may cause to one address: at most 3 an hour and 10 a day, in sliding windows.

The row of the address is locked first, then it is decided, so it is exact however many ask at once. A message takes
its place when it is queued and again when it is sent: what counts is what arrives, also after a mail server was away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from registration import database
from registration.extensions import Declarative, db
from registration.mail.models import AddressAllowance, OutboxMessage, State

LIMITS = ((timedelta(hours=1), 3), (timedelta(days=1), 10))
LONGEST = max(window for window, _ in LIMITS)

# Built once: on the way of every registration and every mail, building them would cost more than running them.
_TABLE = Declarative.metadata.tables[AddressAllowance.__tablename__]
_STORE = (
    update(_TABLE)
    .where(_TABLE.c.address_key == bindparam("the_key"))
    .values(places=bindparam("places"), held_until=bindparam("held_until"))
)


def _locking(adding: sqlite.Insert | postgresql.Insert) -> ReturningInsert[tuple[list[list[Any]], datetime | None]]:
    values = {name: bindparam(name, type_=_TABLE.c[name].type) for name in ("address_key", "places", "last_used_at")}
    # An update even where nothing changes: DO NOTHING would neither lock the row nor return it.
    changed = {"last_used_at": adding.excluded.last_used_at}
    locking = adding.values(values).on_conflict_do_update(index_elements=["address_key"], set_=changed)
    return locking.returning(_TABLE.c.places, _TABLE.c.held_until)


_LOCK_SQLITE = _locking(sqlite.insert(_TABLE))
LOCK_POSTGRESQL = _locking(postgresql.insert(_TABLE))


def place_of(message_id: str) -> str:
    """The name under which a message holds its place."""
    return message_id[1:17]


@dataclass
class Allowance:
    """The locked row of an address. What was changed is stored by `store`."""

    address_key: str
    places: list[tuple[str, float]]
    held_until: datetime | None
    # The row was not there before and already holds the one place it was locked for.
    fresh: bool = False

    def take(self, place: str, now: datetime) -> datetime | None:
        """Take a place, or move the one held under this name to `now`. None, or when one comes free."""
        moment = now.timestamp()
        oldest = moment - LONGEST.total_seconds()
        self.places = sorted(((p, at) for p, at in self.places if at > oldest), key=lambda pair: pair[1])
        others = [at for p, at in self.places if p != place]
        free_at = max((_free_at(others, moment, window.total_seconds(), most) for window, most in LIMITS))
        if free_at > moment:
            return datetime.fromtimestamp(free_at, UTC)
        self.places = [(p, at) for p, at in self.places if p != place] + [(place, moment)]
        return None

    def count(self, place: str, now: datetime) -> None:
        """Take a place whether or not one is free, because somebody decided so."""
        self.leave(place)
        self.places.append((place, now.timestamp()))

    def leave(self, place: str) -> None:
        """Give a place back: its message will not be sent."""
        self.places = [(p, at) for p, at in self.places if p != place]

    def store(self) -> None:
        """Write the row in the caller's transaction."""
        places = [list(pair) for pair in self.places]
        database.run(_STORE, {"the_key": self.address_key, "places": places, "held_until": self.held_until})


def _free_at(taken: list[float], moment: float, window: float, most: int) -> float:
    inside = [at for at in taken if at > moment - window]
    return inside[-most] + window if len(inside) >= most else moment


def lock(address_key: str, now: datetime, place: str | None = None) -> Allowance:
    """Lock the row of an address until the transaction ends, making it (with `place` in it) when there is none.

    One statement. It is the last lock of a transaction (registration.database), and only one address a transaction.
    """
    values = lock_values(address_key, now, place)
    statement = _LOCK_SQLITE if database.is_sqlite() else LOCK_POSTGRESQL
    return locked(values, *database.run(statement, values).one())


def lock_values(address_key: str, now: datetime, place: str | None) -> dict[str, Any]:
    """What the statement that locks takes."""
    return {"address_key": address_key, "places": [[place, now.timestamp()]] if place else [], "last_used_at": now}


def locked(values: Mapping[str, Any], places: Sequence[Sequence[Any]], held_until: datetime | None) -> Allowance:
    """The row that the statement has locked with these values, and found or made."""
    pairs = [(str(name), float(at)) for name, at in places]
    return Allowance(values["address_key"], pairs, held_until, fresh=bool(places) and places == values["places"])


def someone_waits(address_key: str) -> bool:
    """Whether a message to this address is held; whoever comes later waits behind it."""
    held = select(OutboxMessage.id).where(OutboxMessage.state == State.HELD, OutboxMessage.address_key == address_key)
    return db.session.scalar(held.limit(1)) is not None
