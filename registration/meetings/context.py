"""What base.html shows on every page: the district, who to call, the links below."""

from dataclasses import dataclass

from flask import Flask, g, url_for
from sqlalchemy.exc import SQLAlchemyError

from registration import chosen, i18n
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings.published import content, last_known_district, read_chosen
from registration.meetings.shown import DistrictView
from registration.meetings.texts import Said


@dataclass(frozen=True, slots=True)
class DistrictOnPage:
    """The district in the page's language."""

    view: DistrictView

    @property
    def home_href(self) -> str:
        """The home page in the language of the page."""
        return url_for("meetings.home")

    @property
    def name(self) -> str:
        """The district's name."""
        return str(self.view.name)

    @property
    def phone(self) -> str:
        """The telephone number as it is written."""
        return self.view.phone

    @property
    def phone_href(self) -> str:
        """The address of its `tel:` link."""
        return self.view.phone_href

    @property
    def hours(self) -> Said:
        """When somebody answers."""
        return self.view.hours

    @property
    def say(self) -> Said:
        """How to say one's language on the telephone."""
        return self.view.say

    @property
    def retention_days(self) -> int:
        """Days after a meeting when answers are deleted."""
        return self.view.retention_days


def init_app(app: Flask) -> None:
    """Give templates `district` and `district_links`, and base modules what the district's row says for them."""
    chosen.init_app(app, read_chosen)
    app.context_processor(_district)


def _district() -> dict[str, object]:
    return {
        "district": DistrictOnPage(_view()),
        "district_links": _links,
    }


def _links() -> list[tuple[str, str]]:
    return [
        (url_for("pages.privacy"), gettext("Privacy")),
        (url_for("pages.accessibility"), gettext("Accessibility")),
        (url_for("pages.contact"), gettext("Contact")),
        (url_for("families.lost_link"), gettext("I lost my link")),
    ]


def _view() -> DistrictView:
    locale = i18n.speaking()
    # An error page must come out while the database is away.
    if g.get("database_away"):
        return last_known_district(locale)
    try:
        return content(locale).district
    except SQLAlchemyError:
        db.session.rollback()
        return last_known_district(locale)
