"""The only place that asks the time, so that tests can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_standing_still: datetime | None = None


def now() -> datetime:
    """The present moment, aware, UTC."""
    return _standing_still or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand still at `moment` (aware) inside the block. For tests and previews."""
    global _standing_still
    before, _standing_still = _standing_still, moment.astimezone(UTC)
    try:
        yield
    finally:
        _standing_still = before
