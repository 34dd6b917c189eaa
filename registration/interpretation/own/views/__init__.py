"""All pages of interpreters: importing them puts their routes on the blueprint."""

from registration.interpretation.briefing.models import Briefing
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.views import jobs

__all__ = ["Briefing", "blueprint", "jobs"]
