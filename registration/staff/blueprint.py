"""The blueprint of staff's pages: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint

from registration import dates, i18n, web
from registration.accounts import guard
from registration.staff import charts
from registration.staff.areas import has_endpoint, page_at, staff_areas

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.after_request(web.private)
blueprint.context_processor(guard.page)
blueprint.add_app_template_global(staff_areas)
blueprint.add_app_template_global(page_at)
blueprint.add_app_template_global(has_endpoint)
blueprint.add_app_template_global(charts.seats, "seats_drawn")


@blueprint.app_template_global()
def number(n: int) -> str:
    """`n` as the language of the page writes it."""
    return dates.count(n, i18n.speaking())
