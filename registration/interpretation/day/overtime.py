"""How long somebody worked, against what was planned. Pure."""

from datetime import datetime


def minutes_over(planned_end: datetime, ended_at: datetime) -> int:
    """Minutes worked after the planned end; 0 for who finished by then. A minute that was begun does not count."""
    return max(0, int((ended_at - planned_end).total_seconds()) // 60)
