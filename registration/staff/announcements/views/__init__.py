"""The pages of announcements: writing, looking and sending, following."""

from registration.staff.announcements.views import look, send, write

__all__ = ["look", "send", "write"]
