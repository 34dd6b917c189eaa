"""Pages on which staff find families, and the same as files."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, database, dates, i18n, languages
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Attendance, Demand, Modality, Status
from registration.families.words import needs
from registration.i18n import gettext, ngettext
from registration.meetings.completeness import source_language
from registration.meetings.models import Meeting
from registration.staff.blueprint import blueprint
from registration.staff.families_list import asked as address
from registration.staff.families_list import files, find, near, shown
from registration.staff.families_list.asked import OTHER_NEED, Asked, Mark
from registration.staff.meetings import overview
from registration.staff.meetings.shown import language_name, titles

Choices = list[tuple[str, str]]


@blueprint.get("/families/")
@requires(Role.COORDINATOR, Role.GREETER)
def find_family() -> ResponseReturnValue:
    """A family of any meeting ahead, or of one that was a short while ago."""
    asked, locale = Asked(text=(said := address.read(request.args)).text, after=said.after), i18n.speaking()
    meetings = near.meetings(clock.now())
    ids = [one.id for one in meetings]
    found = find.find(ids, asked, (), find.PAGE) if asked.text else find.Found((), None)
    return render_template(
        "staff/families_list/find.html",
        asked=asked,
        found=found,
        rows=shown.rows(found.ids, locale),
        titles=titles(meetings, locale, source_language()),
        whens=near.whens(meetings, locale),
        coordinator=Role.COORDINATOR in signed_in().roles,
        words=_taken_for(found),
        first=url_for("staff.find_family", **asked.values()) if asked.after else "",
        more=url_for("staff.find_family", **asked.values(), after=found.after) if found.after else "",
    )


@blueprint.get("/meetings/<int:meeting_id>/families/")
@requires(Role.COORDINATOR, Role.GREETER)
def families(meeting_id: int) -> ResponseReturnValue:
    """The families of a meeting, narrowed to what the address asks for."""
    asked = address.read(request.args)
    if Role.COORDINATOR not in signed_in().roles:
        # Who stands at the door looks for a name; languages and needs of families are not theirs to list.
        asked = Asked(text=asked.text, status=asked.status, attendance=asked.attendance, after=asked.after)
    return _list(meeting_id, asked)


def _list(meeting_id: int, asked: Asked, old_form: bool = False) -> ResponseReturnValue:
    row, locale = _meeting(meeting_id), i18n.speaking()
    keys = _keys(meeting_id)
    found = find.find([meeting_id], asked, keys, find.PAGE)
    title, _ = overview.said(row, locale, source_language())
    page = render_template(
        "staff/families_list/families.html",
        meeting=row,
        title=title,
        asked=asked,
        found=found,
        rows=shown.rows(found.ids, locale),
        choices=_choices(keys, locale),
        chosen=_chosen(row.id, asked, locale),
        words=_taken_for(found),
        first=_address(row.id, asked) if asked.after else "",
        more=_address(row.id, asked, after=found.after) if found.after else "",
        coordinator=Role.COORDINATOR in signed_in().roles,
        formats=(("staff.families_csv", "CSV"), ("staff.families_xlsx", "XLSX")),
        token=files.Download(),
        size_of_file=_size_of_file(row, asked, found),
        old_form=old_form,
    )
    return page, 422 if old_form else 200


def _size_of_file(row: Meeting, asked: Asked, found: find.Found) -> str:
    """How many families a file of these will hold; where only reading all of them tells it, how many at most."""
    if not asked.filters:
        number = row.registrations
    elif not asked.after and found.after is None:
        number = len(found.ids)
    else:
        return gettext(
            "The file will hold those that fit, of %(number)s families in all.",
            number=dates.count(row.registrations, i18n.speaking()),
        )
    return ngettext("The file will hold %(num)s family.", "The file will hold %(num)s families.", number)


def _meeting(meeting_id: int) -> Meeting:
    row = overview.meeting_of(meeting_id)
    if row is None:
        abort(404)
    return row


def _keys(meeting_id: int) -> list[tuple[str, str]]:
    query = select(Demand.language, Demand.modality).where(Demand.meeting_id == meeting_id)
    return [(row.language, row.modality) for row in db.session.execute(query)]


def _address(meeting_id: int, asked: Asked, **more: Any) -> str:
    return url_for("staff.families", meeting_id=meeting_id, **asked.values(), **more)


def _taken_for(found: find.Found) -> str:
    words = {
        find.Kind.CODE: gettext("Searched as a code."),
        find.Kind.PHONE: gettext("Searched as the beginning of a phone number."),
        find.Kind.EMAIL: gettext("Searched as the beginning of an email address."),
        find.Kind.NAME: gettext("Searched as the beginning of names."),
    }
    return words[found.kind] if found.kind else ""


def _choices(keys: Sequence[tuple[str, str]], locale: str) -> dict[str, Any]:
    tongues = {language: language_name(language, Modality.SPOKEN, locale) for language, _ in keys}
    named = sorted(tongues.items(), key=lambda one: languages.sort_key(one[1]))
    return {
        "language": [("", gettext("All languages")), *named],
        "modality": [("", gettext("Spoken, sign and captions")), *_modalities()],
        "need": [("", gettext("All")), *_needs()],
        "status": [("", gettext("All")), *_statuses()],
        "attendance": [("", gettext("In the room and online")), *_attendances()],
        "marks": [{"value": value, "text": text} for value, text in _marks()],
    }


def _modalities() -> Choices:
    return [
        (Modality.SPOKEN.value, gettext("Spoken")),
        (Modality.SIGN.value, gettext("Sign language")),
        (Modality.CAPTIONS.value, gettext("Captions")),
    ]


def _needs() -> Choices:
    return [*needs(), (OTHER_NEED, gettext("Other needs"))]


def _statuses() -> Choices:
    return [
        (Status.REGISTERED.value, gettext("Registered")),
        (Status.WAITING.value, gettext("On the waiting list")),
        (Status.WITHDRAWN.value, gettext("Not coming")),
    ]


def _attendances() -> Choices:
    return [(Attendance.IN_PERSON.value, gettext("In the room")), (Attendance.ONLINE.value, gettext("Online"))]


def _marks() -> Choices:
    return [
        (Mark.LATE.value, gettext("Asked late")),
        (Mark.CALL_ME.value, gettext("Please call")),
        (Mark.NO_EMAIL.value, gettext("No email")),
        (Mark.SAME_ADDRESS.value, gettext("Same address as another family")),
        (Mark.NOT_ME.value, gettext("Somebody said: this is not me")),
    ]


def _chosen(meeting_id: int, asked: Asked, locale: str) -> list[dict[str, str]]:
    """What narrows the list, each with the address without it."""
    words = {
        "text": asked.text,
        "language": language_name(asked.language, Modality.SPOKEN, locale) if asked.language else "",
        "modality": dict(_modalities()).get(asked.modality, ""),
        "need": dict(_needs()).get(asked.need, ""),
        "status": dict(_statuses()).get(asked.status, ""),
        "attendance": dict(_attendances()).get(asked.attendance, ""),
    } | {mark: dict(_marks())[mark] for mark in asked.marks}
    return [
        {"text": text, "href": _address(meeting_id, asked.without(name)), "dir": "auto" if name == "text" else ""}
        for name, text in words.items()
        if text
    ]


@blueprint.post("/meetings/<int:meeting_id>/families.csv")
@requires(Role.COORDINATOR)
def families_csv(meeting_id: int) -> ResponseReturnValue:
    """The families asked for, as CSV."""
    return _file(meeting_id, files.Format.CSV)


@blueprint.post("/meetings/<int:meeting_id>/families.xlsx")
@requires(Role.COORDINATOR)
def families_xlsx(meeting_id: int) -> ResponseReturnValue:
    """The families asked for, as a workbook."""
    return _file(meeting_id, files.Format.XLSX)


def _file(meeting_id: int, kind: files.Format) -> ResponseReturnValue:
    """Reading takes a while and locks nothing; then what was taken out is recorded, then it is sent."""
    if not files.Download().validate_on_submit():
        return _list(meeting_id, address.read(request.args), old_form=True)
    db.session.rollback()
    database.reads_only()
    row, asked = _meeting(meeting_id), address.read(request.args)
    name = f"{row.slug}-families.{kind}"
    made = files.make(kind, row, find.every(row.id, asked, _keys(row.id), files.AT_A_TIME), i18n.speaking())
    db.session.rollback()
    database.may_write()
    facts: dict[str, audit.Fact] = {"format": str(kind), "families": made.families, "filters": list(asked.filters)}
    audit.record(
        "families_exported",
        object_kind="meeting",
        object_id=meeting_id,
        meeting_id=meeting_id,
        person=signed_in(),
        facts=facts,
    )
    db.session.commit()
    response = Response(made.chunks(), content_type=files.TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.content_length = made.size
    response.call_on_close(made.close)
    return response
