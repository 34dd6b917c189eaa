"""The pages of one family: importing them puts their routes on the blueprint."""

from registration.staff.family.views import answers, data, page, settle

__all__ = ["answers", "data", "page", "settle"]
