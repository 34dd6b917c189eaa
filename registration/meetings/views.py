"""Pages of what is offered: home, a series, a meeting."""

from datetime import datetime

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, bindparam, select

from registration import clock, database, dates, i18n, web
from registration.extensions import db
from registration.meetings import cards, voices
from registration.meetings.availability import availability
from registration.meetings.models import District, Meeting, Series
from registration.meetings.published import content, note_version
from registration.meetings.shown import MeetingView
from registration.prepared import Prepared

blueprint = Blueprint("meetings", __name__)

# Meetings of the past that a series page lists.
PAST_SHOWN = 20


@blueprint.get("/")
def root() -> ResponseReturnValue:
    """To the home page in the language that fits this browser."""
    answer = redirect(url_for("meetings.home", locale=web.negotiated()))
    answer.vary.update(("Accept-Language", "Cookie"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


VERSION = select(District.content_version).where(District.id == 1).scalar_subquery()
# Asked by every page of a meeting.
BY_SLUG = Prepared(select(Meeting, VERSION).where(Meeting.slug == bindparam("slug"), Meeting.published))


def versioned(query: Select[Meeting]) -> list[Meeting]:
    """The meetings of `query`; notes the content version on the way, which saves a query."""
    rows = db.session.execute(query.add_columns(VERSION)).all()
    if rows:
        note_version(rows[0][1])
    return [row[0] for row in rows]


def find(slug: str) -> Meeting:
    """The meeting of an address, of no session; 404 when there is none."""
    rows = BY_SLUG.read({"slug": slug})
    if not rows:
        abort(404)
    *values, version = rows[0]
    note_version(version)
    return database.detached(Meeting, dict(zip(BY_SLUG.names, values, strict=False)))


def _with_views(meetings: list[Meeting]) -> list[tuple[Meeting, MeetingView]]:
    views = content(i18n.speaking()).meetings([meeting.id for meeting in meetings])
    return list(zip(meetings, views, strict=True))


@blueprint.get("/<locale>/")
def home() -> ResponseReturnValue:
    """What is coming up."""
    now = clock.now()
    ahead = versioned(select(Meeting).where(Meeting.published, Meeting.ends_at > now).order_by(Meeting.starts_at))
    pairs = cards.in_reading_order(_with_views(ahead))
    page = render_template(
        "meetings/home.html",
        cards=[cards.card(meeting, view, now) for meeting, view in pairs],
        series=list({view.series.id: view.series for _, view in pairs}.values()),
    )
    if request.args.get("next"):
        # Several people use this device: forms offer no names of others to fill in.
        session["shared"] = True
    answer = make_response(page)
    _remember_language(answer)
    return answer


def _remember_language(answer: Response) -> None:
    """Keep the language of the page last read, for the next visit to the bare address."""
    name = current_app.config["LOCALE_COOKIE_NAME"]
    if request.cookies.get(name) != g.locale:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(name, g.locale, max_age=365 * 24 * 3600, secure=secure, httponly=True, samesite="Lax")


@blueprint.get("/<locale>/series/<slug>/")
def series(slug: str) -> ResponseReturnValue:
    """One series: its meetings ahead and past."""
    row = db.session.scalar(select(Series).where(Series.slug == slug))
    if row is None:
        abort(404)
    now = clock.now()
    own = select(Meeting).where(Meeting.published, Meeting.series_id == row.id)
    ahead = _with_views(versioned(own.where(Meeting.ends_at > now)))
    past = _with_views(
        versioned(own.where(Meeting.ends_at <= now).order_by(Meeting.starts_at.desc()).limit(PAST_SHOWN))
    )
    return render_template(
        "meetings/series.html",
        series=content(i18n.speaking()).series(row.id),
        ahead=[cards.card(meeting, view, now) for meeting, view in cards.in_reading_order(ahead)],
        past=[cards.card(meeting, view, now) for meeting, view in past],
    )


@blueprint.get("/<locale>/meetings/<slug>/")
def meeting(slug: str) -> ResponseReturnValue:
    """One meeting: what, when, where, in which languages, and whether there is room."""
    return page_of(find(slug))


def page_of(row: Meeting) -> str:
    """The public page of a meeting, published or not, in the language just spoken."""
    now = clock.now()
    view = content(i18n.speaking()).meeting(row.id)
    others = select(Meeting).where(
        Meeting.published, Meeting.series_id == row.series_id, Meeting.id != row.id, Meeting.ends_at > now
    )
    pairs = cards.in_reading_order(_with_views(versioned(others)))
    own = voices.own_languages(view.locale)
    return render_template(
        "meetings/meeting.html",
        meeting=row,
        view=view,
        state=availability(row, now),
        voices=voices.full(view),
        in_own_language=[other for _, other in pairs if other.floor.tag in own] if view.floor.tag not in own else [],
        others=[cards.card(other, other_view, now) for other, other_view in pairs],
        childcare_open=row.childcare and (row.childcare_closes_at is None or row.childcare_closes_at > now),
        families_waiting=row.waiting if row.in_person else row.waiting_online,
        opens_on=_in_words(row.opens_at, view),
        closed_on=_in_words(row.closes_at, view),
    )


def _in_words(moment: datetime | None, view: MeetingView) -> str:
    if moment is None:
        return ""
    zone, locale = view.time_zone, view.locale
    return f"{dates.full_date(moment, zone, locale)}, {dates.time(moment, zone, locale)}"
