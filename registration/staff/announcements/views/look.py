"""One announcement: who gets it and how it looks, how far it is, what became of it."""

from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.mail.models import State
from registration.reminders.audience import preview_counts, read
from registration.reminders.messages import ANNOUNCEMENT
from registration.reminders.models import Announcement, AnnouncementState
from registration.staff.announcements import found, keep, shown
from registration.staff.announcements.forms import LATER, NOW, Press, SendForm
from registration.staff.blueprint import blueprint
from registration.staff.mail.shown import meetings
from registration.staff.telling import audience, own_words, report
from registration.staff.telling.counted import Counted, counted
from registration.staff.telling.follow import Followed, follow, takes
from registration.staff.telling.look import Look, look


def announcement_of(announcement_id: int) -> Announcement:
    """The announcement of an address; 404 where there is none."""
    row = db.session.get(Announcement, announcement_id)
    return row if row is not None else abort(404)


@blueprint.get("/announcements/<int:announcement_id>/")
@requires(Role.COORDINATOR)
def announcement(announcement_id: int) -> ResponseReturnValue:
    """One announcement."""
    return show(announcement_of(announcement_id))


def conflict_page(row: Announcement, *, old_form: bool = False) -> ResponseReturnValue:
    """The announcement as it is now, to who pressed a button of how it was."""
    return show(row, status=422 if old_form else 409)


def show(row: Announcement, form: SendForm | None = None, status: int = 200) -> ResponseReturnValue:
    """The page of an announcement; `form`: as it was sent, where something is wrong with it."""
    words, ids = own_words.load(keep.OWNER, row.id), keep.meetings_of(row.id)
    open_still = row.state in (AnnouncementState.DRAFT, AnnouncementState.SCHEDULED)
    numbers = count_of(row, ids, words) if open_still else Counted([])
    page = render_template(
        "staff/announcements/announcement.html",
        row=row,
        title=shown.title_of(words),
        state=shown.chip_of(row.state),
        when=shown.moment(row.send_at) if row.send_at else "",
        facts=shown.facts(row, ids),
        draft=row.state == AnnouncementState.DRAFT,
        scheduled=row.state == AnnouncementState.SCHEDULED,
        counted=numbers,
        fallback=own_words.within(own_words.tags()[0]),
        unread=_unread(numbers, words),
        takes=takes(numbers.mail, row.per_minute),
        form=form or SendForm(formdata=None, data={"when": NOW}),
        whens=[
            {"value": NOW, "text": gettext("Now")},
            {"value": LATER, "text": gettext("At this time")},
        ],
        zone=shown.zone_name(),
        token=Press(formdata=None),
        old_form=status == 422 and not form,
        conflict=status == 409,
        **_look_of(row, words, ids),
        **_followed(row),
    )
    return page, status


def count_of(row: Announcement, ids: list[int], words: dict[str, own_words.Words]) -> Counted:
    """Who would get it now."""
    return counted(preview_counts(read(row.audience), ids) if ids else [], list(words))


def _unread(numbers: Counted, words: dict[str, own_words.Words]) -> list[str]:
    """Languages in which nothing is written and that nobody reads."""
    reads = {one.tag for one in numbers.groups}
    return [own_words.within(tag) for tag in own_words.tags() if tag not in words and tag not in reads]


def _look_of(row: Announcement, words: dict[str, own_words.Words], ids: list[int]) -> dict[str, Any]:
    seen = _seen(row, words, ids)

    def address(endpoint: str, tag: str) -> str:
        return url_for(endpoint, announcement_id=row.id, language=tag, family=_family(row, ids) or None)

    return {
        "look": seen,
        "tongues": own_words.tongues(),
        "href": lambda tag: address("staff.announcement", tag) + "#look",
        "frame": lambda tag: address("staff.announcement_preview", tag),
    }


def _seen(row: Announcement, words: dict[str, own_words.Words], ids: list[int]) -> Look:
    return look(ANNOUNCEMENT, words, own_words.chosen(request.args.get("language", "")), ids, _family(row, ids))


def _family(row: Announcement, ids: list[int]) -> int:
    """The family that the address names, where it is one of those that get it; else 0."""
    named = request.args.get("family", "")
    family_id = int(named) if named.isdecimal() and len(named) < 10 else 0
    return family_id if family_id and found.is_for(read(row.audience), ids, family_id) else 0


def _followed(row: Announcement) -> dict[str, Any]:
    runs = found.runs_of([row.id]).get(row.id, [])
    if not runs:
        return {"followed": None}
    mailings = [run.mailing for run in runs]
    states = report.in_all(list(report.totals(mailings).values()))
    followed: Followed = follow(runs, states, sum(run.queued + run.called for run in runs))
    return {
        "followed": followed,
        "lines": [] if followed.going else report.by_language(mailings),
        "whys": report.reasons(mailings),
        "words": report.state_words(),
        "failed": states[State.FAILED],
        "skipped": sum(run.skipped for run in runs),
        "stoppable": followed.going and row.state in (AnnouncementState.SENDING, AnnouncementState.DONE),
    }


@blueprint.get("/announcements/<int:announcement_id>/preview.html")
@requires(Role.COORDINATOR)
def announcement_preview(announcement_id: int) -> ResponseReturnValue:
    """The mail as HTML, for the frame on its announcement's page; what it may do there stands in web.EXCEPTIONS."""
    row = announcement_of(announcement_id)
    seen = _seen(row, own_words.load(keep.OWNER, row.id), keep.meetings_of(row.id))
    if seen.letter is None:
        abort(404)
    return Response(seen.letter.html, mimetype="text/html", headers={"Content-Language": seen.letter.locale})


@blueprint.get("/announcements/<int:announcement_id>/families/")
@requires(Role.COORDINATOR)
def announcement_families(announcement_id: int) -> ResponseReturnValue:
    """The families that would get it, page by page."""
    row, after = announcement_of(announcement_id), request.args.get("after", "")
    ids = keep.meetings_of(row.id)
    page = found.families(read(row.audience), ids, int(after) if after.isdecimal() and len(after) < 10 else 0)
    return render_template(
        "staff/announcements/families.html",
        row=row,
        title=shown.title_of(own_words.load(keep.OWNER, row.id)),
        families=page,
        meetings=meetings(ids),
        name_of=own_words.language_name,
        audience=audience.in_words(row.audience),
        older=url_for("staff.announcement_families", announcement_id=row.id, after=page.after) if page.after else "",
    )
