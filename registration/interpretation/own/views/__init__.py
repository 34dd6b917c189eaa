"""All pages of interpreters: importing them puts their routes on the blueprint."""

from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.views import day, feed, files, job, jobs

__all__ = ["blueprint", "day", "feed", "files", "job", "jobs"]
