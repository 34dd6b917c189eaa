"""The table of what retention remembers."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registration.database import UtcDateTime
from registration.extensions import Model


class Compaction(Model):
    """When the SQLite file was last rewritten without the remains of deleted rows; one row."""

    __tablename__ = "compaction"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
