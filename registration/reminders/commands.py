"""`flask reminders …`"""

from flask.cli import AppGroup

from registration.reminders import rules

group = AppGroup("reminders", help="Reminders and announcements.")
__all__ = ["group", "rules"]
