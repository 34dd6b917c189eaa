"""All pages of interpreters: importing them puts their routes on the blueprint."""

from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.views import day, details, feed, files, job, jobs, statement

__all__ = ["blueprint", "day", "details", "feed", "files", "job", "jobs", "statement"]
