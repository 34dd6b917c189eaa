"""The blueprint of interpreters' pages: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint, Response, request

from registration import web
from registration.accounts import guard

blueprint = Blueprint("interpreter", __name__, url_prefix="/interpreter")
blueprint.context_processor(guard.page)


@blueprint.after_request
def private(response: Response) -> Response:
    """Keep nothing but the feed: a program that asks again and again may ask whether it is still the same."""
    feed = request.endpoint == "interpreter.calendar" and response.status_code in (200, 304)
    response = web.private(response)
    if feed:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
