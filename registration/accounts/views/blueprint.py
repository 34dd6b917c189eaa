"""The blueprint of signing in: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint

from registration import web
from registration.accounts import guard

blueprint = Blueprint("accounts", __name__)
blueprint.after_request(web.private)
blueprint.context_processor(guard.page)
