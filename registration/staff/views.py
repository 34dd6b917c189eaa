"""All pages of staff, by subject: importing them puts their routes on the blueprint."""

from registration.staff.blueprint import blueprint
from registration.staff.mail import views as mail

__all__ = ["blueprint", "mail"]
