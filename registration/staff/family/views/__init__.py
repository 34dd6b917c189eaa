"""The pages of one family: importing them puts their routes on the blueprint."""

from registration.staff.family.views import answers, page, settle

__all__ = ["answers", "page", "settle"]
