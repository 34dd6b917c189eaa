"""The blueprint of interpreters' pages: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint

from registration import web
from registration.accounts import guard

blueprint = Blueprint("interpreter", __name__, url_prefix="/interpreter")
blueprint.after_request(web.private)
blueprint.context_processor(guard.page)
