"""All pages of staff, by subject: importing them puts their routes on the blueprint."""

from registration.staff.announcements import views as announcements
from registration.staff.audit import views as audit
from registration.staff.blueprint import blueprint
from registration.staff.briefing import views as briefing
from registration.staff.calls import views as calls
from registration.staff.duplicates import views as duplicates
from registration.staff.families_list import views as families_list
from registration.staff.family import views as family
from registration.staff.helping import views as helping
from registration.staff.hours import views as hours
from registration.staff.interpretation import views as interpretation
from registration.staff.interpreters import views as interpreters
from registration.staff.mail import views as mail
from registration.staff.meetings import views as meetings
from registration.staff.online import views as online
from registration.staff.outcomes import views as outcomes
from registration.staff.people import views as people
from registration.staff.plan import views as plan
from registration.staff.policy import views as policy
from registration.staff.publishing import views as publishing
from registration.staff.questions import views as questions
from registration.staff.reminders import views as reminders
from registration.staff.removals import views as removals
from registration.staff.series import views as series
from registration.staff.settings import views as settings
from registration.staff.teams import views as teams
from registration.staff.texts import views as texts
from registration.staff.today import views as today
from registration.staff.writing import views as writing

__all__ = [
    "announcements",
    "audit",
    "blueprint",
    "briefing",
    "calls",
    "duplicates",
    "families_list",
    "family",
    "helping",
    "hours",
    "interpretation",
    "interpreters",
    "mail",
    "meetings",
    "online",
    "outcomes",
    "people",
    "plan",
    "policy",
    "publishing",
    "questions",
    "reminders",
    "removals",
    "series",
    "settings",
    "teams",
    "texts",
    "today",
    "writing",
]
