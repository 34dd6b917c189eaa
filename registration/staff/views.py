"""All pages of staff, by subject: importing them puts their routes on the blueprint."""

from registration.staff.audit import views as audit
from registration.staff.blueprint import blueprint
from registration.staff.interpretation import views as interpretation
from registration.staff.mail import views as mail
from registration.staff.people import views as people

__all__ = [
    "audit",
    "blueprint",
    "mail",
    "people",
]
