"""The pages of teams: how many, who is asked, who has said yes."""

from registration.staff.teams.views import jobs, seat, team

__all__ = ["jobs", "seat", "team"]
