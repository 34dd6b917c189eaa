"""What districts must say: privacy, accessibility, contact; and what search engines ask for."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from registration import i18n
from registration.meetings.published import content

blueprint = Blueprint("pages", __name__)

ROBOTS = """User-agent: *
Disallow: /*/r/
Disallow: /*/not-me/
Disallow: /*/registration/
"""


@blueprint.get("/<locale>/privacy")
def privacy() -> ResponseReturnValue:
    """What we ask, why, who sees it, when it is deleted."""
    return render_template("pages/privacy.html", view=content(i18n.speaking()).district)


@blueprint.get("/<locale>/accessibility")
def accessibility() -> ResponseReturnValue:
    """What works, what was tested, whom to tell when something does not."""
    return render_template("pages/accessibility.html", view=content(i18n.speaking()).district)


@blueprint.get("/<locale>/contact")
def contact() -> ResponseReturnValue:
    """How to reach a person."""
    return render_template("pages/contact.html", view=content(i18n.speaking()).district)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Search engines may show meetings, never a registration."""
    return Response(ROBOTS, mimetype="text/plain")
