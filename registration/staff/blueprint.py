"""The blueprint of staff's pages: nothing of it is kept by a browser or found by a search engine."""

from flask import Blueprint

from registration import web
from registration.staff import charts
from registration.staff.areas import page_at, staff_areas

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.after_request(web.private)
blueprint.add_app_template_global(staff_areas)
blueprint.add_app_template_global(page_at)
blueprint.add_app_template_global(charts.seats, "seats_drawn")
