"""Pages of signing in, and of one's own profile."""

from registration.accounts.views import own, sign_in
from registration.accounts.views.blueprint import blueprint

__all__ = ["blueprint", "own", "sign_in"]
