"""Pages of signing in, and of one's own profile."""

from registration.accounts.views import profile, sign_in
from registration.accounts.views.blueprint import blueprint

__all__ = ["blueprint", "profile", "sign_in"]
