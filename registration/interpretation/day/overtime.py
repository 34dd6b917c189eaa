"""How long somebody worked, against what was planned. Pure."""

from datetime import datetime

from registration.interpretation.models import Assignment


def minutes_over(planned_end: datetime, ended_at: datetime) -> int:
    """Minutes worked after the planned end; 0 for who finished by then. A minute that was begun does not count."""
    return max(0, int((ended_at - planned_end).total_seconds()) // 60)


def worked(assignment: Assignment) -> int:
    """Minutes of work: from the planned start, or a later arrival, to the end that was told, else the planned one.

    Whoever comes early waits; what the call is paid at least is in the paid minimum.
    """
    start = max(assignment.starts_at, assignment.arrived_at or assignment.starts_at)
    end = assignment.ended_at or assignment.ends_at
    return max(0, int((end - start).total_seconds()) // 60)
