"""The table of alarms: what endangers a job that families count on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting


class Danger(StrEnum):
    """Why an alarm is raised: an interpreter cannot come, or has not come by the call time."""

    ILL = "ill"
    NOT_THERE = "not_there"


class How(StrEnum):
    """What staff can say has settled an alarm, where nothing that was done here did."""

    REACHED = "reached"
    OTHERS_THERE = "others_there"
    TELEPHONE = "telephone"
    WITHOUT = "without"


OPEN_ALARM = text("settled_at IS NULL")


class Alarm(Model):
    """One alarm about one assignment. `how`: what settled it, a word of this program."""

    __tablename__ = "alarm"
    __table_args__ = (
        UniqueConstraint("assignment_id", "danger", name="uq_alarm_assignment_danger"),
        CheckConstraint(f"danger IN ({', '.join(repr(one.value) for one in Danger)})", name="danger"),
        Index("ix_alarm_open", "meeting_id", postgresql_where=OPEN_ALARM, sqlite_where=OPEN_ALARM),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey(Assignment.id))
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    danger: Mapped[str] = mapped_column(String(9))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    how: Mapped[str] = mapped_column(String(24), default="")
