"""Pages of the list of meetings, of one meeting, and of its tally for paper."""

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n, web
from registration.accounts.guard import requires
from registration.accounts.roles import Role
from registration.i18n import gettext
from registration.meetings.completeness import source_language, state_of_texts
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.meetings import arranged, listing, overview, shown
from registration.staff.meetings.listing import Asked, Kind, Sort
from registration.staff.reminders.answered import at_a_glance


@blueprint.get("/meetings/")
@requires(Role.COORDINATOR)
def meetings() -> ResponseReturnValue:
    """Meetings with who comes, what is asked and what is arranged."""
    asked, now, locale = listing.read(request.args), clock.now(), i18n.speaking()
    found = listing.listed(asked, now, locale, source_language())
    ids = [one.id for one in found.meetings]
    titles = shown.titles(found.meetings, locale, source_language())
    lines, states = arranged.of_meetings(ids), state_of_texts(ids)
    return render_template(
        "staff/meetings/meetings.html",
        rows=[shown.row(one, titles[one.id], lines[one.id], states[one.id], locale) for one in found.meetings],
        asked=asked,
        kept=_kept(asked),
        tabs=_tabs(asked, listing.numbers(now)),
        heads=_heads(asked),
        series=[("", gettext("All series")), *_series(locale)],
        chosen=_chosen(asked, dict(_series(locale))),
        newer=_address(asked, page=asked.page - 1) if asked.page > 1 else "",
        older=_address(asked, page=asked.page + 1) if found.more else "",
        languages=len(web.offered()),
    )


def _kept(asked: Asked) -> dict[str, Any]:
    """What a search leaves as it is."""
    return {name: value for name, value in asked.values().items() if name in ("show", "sort", "order")}


def _address(asked: Asked, **more: Any) -> str:
    return url_for("staff.meetings", **asked.values() | {name: value for name, value in more.items() if value != 1})


def _tabs(asked: Asked, numbers: Mapping[Kind, int]) -> list[dict[str, object]]:
    words = {
        Kind.AHEAD: gettext("Coming up"),
        Kind.PAST: gettext("Past"),
        Kind.DRAFT: gettext("Drafts"),
        Kind.CANCELLED: gettext("Cancelled"),
    }
    return [
        {
            "href": _address(asked.shown(kind)),
            "text": words[kind],
            "count": dates.count(numbers[kind], i18n.speaking()),
            "current": kind is asked.kind,
        }
        for kind in Kind
    ]


def _heads(asked: Asked) -> list[dict[str, object]]:
    def head(text: str, sort: Sort | None = None, number: bool = False) -> dict[str, object]:
        if sort is None:
            return {"text": text, "number": number}
        direction = f"{asked.order}ending" if asked.sort is sort else ""
        return {"text": text, "href": _address(asked.sorted_by(sort)), "direction": direction, "number": number}

    return [
        head(gettext("Meeting"), Sort.NAME),
        head(gettext("Date"), Sort.DATE),
        head(gettext("Who comes"), Sort.ATTENDANCE),
        head(gettext("Open requests"), Sort.OPEN, True),
        head(gettext("Languages")),
        head(gettext("State")),
    ]


def _series(locale: str) -> list[tuple[str, str]]:
    known = content(locale)
    return [(str(one), str(known.series(one).title)) for one in listing.series_ids()]


def _chosen(asked: Asked, series: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for name, text in (
        ("series", series.get(str(asked.series), "")),
        ("open", gettext("Something open") if asked.open_only else ""),
        ("q", asked.text),
    ):
        if text:
            left = {key: value for key, value in asked.values().items() if key != name}
            found.append({"text": text, "href": url_for("staff.meetings", **left)})
    return found


@blueprint.get("/meetings/<int:meeting_id>/")
@requires(Role.COORDINATOR)
def meeting(meeting_id: int) -> ResponseReturnValue:
    """One meeting."""
    row, locale = _meeting(meeting_id), i18n.speaking()
    title, place = overview.said(row, locale, source_language())
    lines = arranged.of_meetings([row.id])[row.id]
    drawn = overview.drawn(lines, overview.late_requests(row.id), locale)
    district = content(locale).district
    return render_template(
        "staff/meetings/meeting.html",
        meeting=row,
        title=title,
        place=place,
        tile=dates.tile(row.starts_at, row.time_zone, locale),
        when=dates.line(row.starts_at, row.ends_at, row.time_zone, locale),
        chips=shown.chips(row, ()),
        nobody=[one.plain for one in drawn if not one.line.standing.settled],
        texts=shown.text_words(state_of_texts([row.id])[row.id], locale),
        figures=overview.figures(row, lines, locale),
        lines=drawn,
        spoken=overview.spoken(drawn),
        seen=overview.seen(drawn),
        own_words=overview.own_words(drawn),
        days=overview.registrations(row, district.spoken_notice_days, locale),
        languages=len(web.offered()),
        answers=at_a_glance(row),
    )


def _meeting(meeting_id: int) -> Meeting:
    row = overview.meeting_of(meeting_id)
    if row is None:
        abort(404)
    return row


@blueprint.get("/meetings/<int:meeting_id>/tally")
@requires(Role.COORDINATOR)
def tally(meeting_id: int) -> ResponseReturnValue:
    """Counts by language for paper: no names."""
    row, locale = _meeting(meeting_id), i18n.speaking()
    title, place = overview.said(row, locale, source_language())
    lines = arranged.of_meetings([row.id])[row.id]
    return render_template(
        "staff/meetings/tally.html",
        meeting=row,
        title=title,
        place=place,
        when=dates.line(row.starts_at, row.ends_at, row.time_zone, locale),
        figures=overview.figures(row, lines, locale),
        lines=[shown.line_shown(line, locale) for line in lines],
    )
