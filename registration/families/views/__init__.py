"""Pages of families: register, their registration, their link."""

from registration.families.views import link, own, register
from registration.families.views.blueprint import blueprint

__all__ = ["blueprint", "link", "own", "register"]
