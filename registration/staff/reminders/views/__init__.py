"""The pages of reminders: rules, and what became of each."""

from registration.staff.reminders.views import rules, runs

__all__ = ["rules", "runs"]
