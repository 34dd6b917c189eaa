"""The pages of the outbox: the list, one message, and the message as its reader gets it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from registration import clock, i18n, languages, web
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.mail import health, trouble
from registration.mail.decide import STOPPABLE, drop_restored, let_go, release_restored, stop
from registration.mail.letter import Letter, Superseded
from registration.mail.models import State
from registration.mail.retry import retry
from registration.staff.blueprint import blueprint
from registration.staff.mail import kinds, outbox, preview, progress, reasons, shown
from registration.staff.mail.forms import Decision, arguments_of, place_of, wanted_of
from registration.staff.mail.outbox import Entry, Found, Wanted


@blueprint.get("/mail/")
@requires(Role.COORDINATOR)
def mail() -> ResponseReturnValue:
    """The outbox, narrowed to what the address asks for."""
    return _list(wanted_of(request.args))


def _list(wanted: Wanted, old_form: bool = False) -> ResponseReturnValue:
    now = clock.now()
    found = outbox.find(wanted, place_of(request.args.get("from", "")))
    current = progress.current(now)
    counts = progress.of_meetings(current, now)
    titles = shown.meetings([*current, wanted.meeting] if _known(wanted.meeting) else current)
    page = render_template(
        "staff/mail/outbox.html",
        rows=shown.rows(found.entries),
        found=found,
        pages=_pages(wanted, found),
        wanted=wanted,
        asked=arguments_of(wanted),
        chosen=_chosen(wanted, titles),
        choices=_choices(titles),
        open=progress.in_all(),
        counts=counts,
        titles=titles,
        most=progress.MOST,
        well=health.look(now),
        moment=shown.moment,
        trouble=trouble.words,
        token=Decision(),
        old_form=old_form,
    )
    return page, 422 if old_form else 200


def _known(meeting_id: int | None) -> bool:
    return meeting_id is not None and outbox.is_meeting(meeting_id)


def _pages(wanted: Wanted, found: Found) -> dict[str, str]:
    places = {"older": found.older, "newer": found.newer}
    return {
        name: _address(arguments_of(wanted) | {"from": place.written()}) if place else ""
        for name, place in places.items()
    }


def _address(said: dict[str, Any]) -> str:
    return url_for("staff.mail", **said)


def _choices(titles: dict[int, shown.Named]) -> dict[str, list[tuple[str, str]]]:
    tag, names = i18n.speaking(), kinds.names()
    tongues = [(one, languages.capitalised(languages.name_in(one, tag))) for one in web.offered()]
    return {
        "meeting": [("", gettext("All")), *((str(one), title.text) for one, title in titles.items())],
        "state": [("", gettext("All")), *kinds.states().items()],
        "message": [("", gettext("All")), *sorted(names.items(), key=lambda pair: languages.sort_key(pair[1]))],
        "language": [("", gettext("All")), *sorted(tongues, key=lambda pair: languages.sort_key(pair[1]))],
    }


def _chosen(wanted: Wanted, titles: dict[int, shown.Named]) -> list[dict[str, str]]:
    """What the list is narrowed to, each with the address of the list without it."""
    said = arguments_of(wanted)
    words = {
        "meeting": titles[wanted.meeting].text if wanted.meeting in titles else said.get("meeting", ""),
        "state": kinds.states().get(str(wanted.state), ""),
        "message": kinds.name(wanted.message),
        "language": (shown.language(wanted.language) or shown.Named(wanted.language)).text,
        "day": shown.day(wanted.day) if wanted.day else "",
    }
    return [{"text": words[name], "href": _address({n: v for n, v in said.items() if n != name})} for name in said]


@blueprint.post("/mail/retry")
@requires(Role.COORDINATOR)
def retry_mail() -> ResponseReturnValue:
    """Send again what failed of the list that the address names."""
    wanted = wanted_of(request.args)
    if not Decision().validate_on_submit():
        return _list(wanted, old_form=True)
    ids = outbox.some(wanted, State.FAILED)
    states = retry(ids, clock.now(), outbox.without_address(ids))
    audit.record(
        "mail_retried",
        object_kind="messages",
        object_id=None,
        meeting_id=wanted.meeting,
        person=signed_in(),
        facts={"messages": len(states)},
    )
    db.session.commit()
    _say_retried(list(states.values()))
    if len(ids) == outbox.MOST_AT_ONCE:
        flash(gettext("There may be more that failed. Press the button again for them."), "info")
    return redirect(_address(arguments_of(wanted)), 303)


def _say_retried(states: list[State]) -> None:
    mailed, called = states.count(State.QUEUED), states.count(State.CALL)
    if mailed:
        words = ngettext("%(num)s message will be sent again.", "%(num)s messages will be sent again.", mailed)
        flash(words, "good")
    if called:
        words = ngettext(
            "%(num)s family has no email address, so it is to be called.",
            "%(num)s families have no email address, so they are to be called.",
            called,
        )
        flash(words, "info")
    if not states:
        flash(gettext("Nothing was sent again: nothing has failed any more."), "info")


@blueprint.post("/mail/release")
@requires(Role.COORDINATOR)
def release_mail() -> ResponseReturnValue:
    """Send what was held after a restore, of the list that the address names."""
    return _decide_restored("mail_released", release_restored)


@blueprint.post("/mail/drop")
@requires(Role.COORDINATOR)
def drop_mail() -> ResponseReturnValue:
    """Never send what was held after a restore, of the list that the address names."""
    stopped = reasons.stopped_by(signed_in().id)
    return _decide_restored("mail_dropped", lambda ids: drop_restored(ids, stopped))


def _decide_restored(action: str, decide: Callable[[Sequence[int]], int]) -> ResponseReturnValue:
    wanted = wanted_of(request.args)
    if not Decision().validate_on_submit():
        return _list(wanted, old_form=True)
    ids = outbox.some(wanted, State.RESTORED)
    number = decide(ids)
    facts = {"messages": number}
    audit.record(
        action, object_kind="messages", object_id=None, meeting_id=wanted.meeting, person=signed_in(), facts=facts
    )
    db.session.commit()
    said = {
        "mail_released": ngettext("%(num)s message will be sent.", "%(num)s messages will be sent.", number),
        "mail_dropped": ngettext("%(num)s message will not be sent.", "%(num)s messages will not be sent.", number),
    }
    flash(said[action], "good" if number else "info")
    if len(ids) == outbox.MOST_AT_ONCE:
        flash(gettext("There may be more. Press the button again for them."), "info")
    return redirect(_address(arguments_of(wanted)), 303)


@blueprint.get("/mail/<int:message_id>/")
@requires(Role.COORDINATOR)
def message(message_id: int) -> ResponseReturnValue:
    """One message: what became of it, and how it reads."""
    return _message(_entry(message_id))


def _entry(message_id: int) -> Entry:
    found = outbox.one(message_id)
    return found if found is not None else abort(404)


def _message(entry: Entry, old_form: bool = False) -> ResponseReturnValue:
    tag = _language(entry)
    letter = _letter(entry, tag)
    page = render_template(
        "staff/mail/message.html",
        entry=entry,
        row=shown.row(entry, shown.meetings([entry.meeting_id])),
        history=shown.history(entry.message),
        letter=letter if isinstance(letter, Letter) else None,
        unsent=reasons.reason(letter.reason) if isinstance(letter, Superseded) else None,
        tag=tag,
        direction_of=languages.direction,
        tongues=[(one, languages.LANGUAGES[one].own_name) for one in web.offered()],
        calendars=_calendars(letter),
        stoppable=entry.message.state in STOPPABLE,
        moment=shown.moment,
        token=Decision(),
        old_form=old_form,
    )
    return page, 422 if old_form else 200


def _language(entry: Entry) -> str:
    """The page language to look at a message in: the one asked for, else the family's own, else the first."""
    offered = web.offered()
    asked = [request.args.get("language"), entry.message.sent_locale, entry.locale]
    return next((tag for tag in asked if tag in offered), offered[0])


def _letter(entry: Entry, tag: str) -> Letter | Superseded | None:
    queued = entry.message.queued()
    if not preview.can_show(queued):
        return None
    try:
        return preview.rendered(queued, tag)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # A builder that fails is why somebody looks at its message; the page must come out.
        current_app.logger.exception("mail %s: its builder failed in a preview", queued.id)
        return Superseded(f"builder: {type(error).__qualname__}")


def _calendars(letter: Letter | Superseded | None) -> list[tuple[str, str]]:
    files = letter.attachments if isinstance(letter, Letter) else []
    return [(one.filename, one.data.decode()) for one in files if one.content_type.startswith("text/")]


@blueprint.get("/mail/<int:message_id>/preview.html")
@requires(Role.COORDINATOR)
def message_preview(message_id: int) -> ResponseReturnValue:
    """The mail as HTML, for the frame on the page of its message; what it may do there stands in web.EXCEPTIONS."""
    entry = _entry(message_id)
    letter = _letter(entry, _language(entry))
    if not isinstance(letter, Letter):
        abort(404)
    return Response(letter.html, mimetype="text/html", headers={"Content-Language": letter.locale})


@blueprint.post("/mail/<int:message_id>/retry")
@requires(Role.COORDINATOR)
def retry_message(message_id: int) -> ResponseReturnValue:
    """Send a failed message again; to whom has no address it is told by telephone."""
    entry = _entry(message_id)
    if not Decision().validate_on_submit():
        return _message(entry, old_form=True)
    states = retry([message_id], clock.now(), outbox.without_address([message_id]))
    _decided(entry, "mail_retried", bool(states))
    _say_retried(list(states.values()))
    return _back(message_id)


@blueprint.post("/mail/<int:message_id>/let-go")
@requires(Role.COORDINATOR)
def let_message_go(message_id: int) -> ResponseReturnValue:
    """Send a held message now."""
    entry = _entry(message_id)
    if not Decision().validate_on_submit():
        return _message(entry, old_form=True)
    done = let_go(message_id, clock.now())
    _decided(entry, "mail_let_go", done)
    flash(*_said(gettext("It will be sent now."), done))
    return _back(message_id)


@blueprint.post("/mail/<int:message_id>/stop")
@requires(Role.COORDINATOR)
def stop_message(message_id: int) -> ResponseReturnValue:
    """Stop a message that has not gone out."""
    entry = _entry(message_id)
    if not Decision().validate_on_submit():
        return _message(entry, old_form=True)
    done = stop(message_id, reasons.stopped_by(signed_in().id), clock.now())
    _decided(entry, "mail_stopped", done)
    flash(*_said(gettext("It will not be sent."), done))
    return _back(message_id)


def _said(words: str, done: bool) -> tuple[str, str]:
    if done:
        return words, "good"
    return gettext("Nothing was changed: this message is in another state now."), "warn"


def _decided(entry: Entry, action: str, done: bool) -> None:
    if done:
        facts: dict[str, Any] = {"message": entry.message.message, "from": entry.message.state}
        audit.record(
            action,
            object_kind=shown.OBJECT,
            object_id=entry.message.id,
            meeting_id=entry.meeting_id,
            person=signed_in(),
            facts=facts,
        )
    db.session.commit()


def _back(message_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.message", message_id=message_id), 303)
