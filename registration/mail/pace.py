"""How many mails may leave now, where FLASK_MAIL_PER_MINUTE says how many a provider takes; shared by all workers.

Each mail claims the next place on a line of places that are evenly apart. Places that nobody claimed are lost but for
those of the last BURST, so no minute has more than the setting says.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registration import database
from registration.database import NO_KEY
from registration.extensions import Declarative
from registration.mail.models import MailPace

BURST = timedelta(seconds=2)
# The places of a minute stand in what is left of it, since a burst may come on top.
MINUTE = timedelta(minutes=1) + BURST

_TABLE = Declarative.metadata.tables[MailPace.__tablename__]
_ROW: dict[str, Any] = {"id": 1}
_ADD_SQLITE = sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["id"])
_ADD_POSTGRESQL = postgresql.insert(_TABLE).on_conflict_do_nothing(index_elements=["id"])
_READ = select(_TABLE.c.free_at).where(_TABLE.c.id == 1).with_for_update(**NO_KEY)
_STORE = update(_TABLE).where(_TABLE.c.id == 1).values(free_at=bindparam("until"))


def free(per_minute: int, most: int, now: datetime) -> tuple[int, datetime]:
    """How many of `most` mails may leave at `now`, and from when on the next place is free.

    Locks the line until the transaction ends; `take` claims places.
    """
    add = _ADD_SQLITE if database.is_sqlite() else _ADD_POSTGRESQL
    database.run(add, _ROW | {"free_at": now - BURST})
    free_at: datetime = max(database.run(_READ, {}).scalar_one(), now - BURST)
    places = int((now - free_at) / _apart(per_minute))
    return max(0, min(most, places)), free_at


def take(per_minute: int, mails: int, free_at: datetime) -> None:
    """Claim places for so many mails; the caller commits."""
    database.run(_STORE, {"until": free_at + mails * _apart(per_minute)})


def _apart(per_minute: int) -> timedelta:
    return MINUTE / per_minute
