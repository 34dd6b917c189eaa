"""The blueprint of all pages of families. What they show is one family's: kept nowhere."""

from flask import Blueprint, Response

from registration import web

blueprint = Blueprint("families", __name__)


@blueprint.after_request
def private(response: Response) -> Response:
    """No page of a family is stored by a browser or shown by a search engine."""
    return web.private(response)
