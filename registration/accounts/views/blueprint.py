"""The blueprint of signing in: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from registration import database, web
from registration.accounts import guard
from registration.accounts.audit import record_refusal
from registration.extensions import db

blueprint = Blueprint("accounts", __name__)
blueprint.after_request(web.private)
blueprint.context_processor(guard.page)


@blueprint.after_app_request
def _record_refusal(response: Response) -> Response:
    """Write down what was refused (entry.note_refused), whichever page refused it; the answer does not wait on it."""
    refused = g.pop("refused", None)
    if refused is None:
        return response
    db.session.rollback()
    database.may_write()
    try:
        record_refusal(*refused)
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        current_app.logger.error("a refusal could not be recorded: %s", type(error).__qualname__)
    return response
