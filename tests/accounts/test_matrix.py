"""Every route × everybody: who is let in, and what the others see.

A new route needs its line in ROUTES; without one, or when its guard says something else, a test fails.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from registration import clock, links
from registration.accounts import guard, people
from registration.accounts.roles import Role
from registration.extensions import db
from tests.families.steps import register, the_only
from tests.gaps import GAPS
from tests.pages import Browser
from tests.signing_in import person_with, signed_in

pytestmark = pytest.mark.one_database

A, C, G, I = "administrator", "coordinator", "greeter", "interpreter"  # noqa: E741

OPEN = "whoever comes"
LINK = "whoever holds the secret link"
FAMILY = "the family that this browser holds"
SIGNED_IN = frozenset({A, C, G, I})

# One line a route: endpoint, and who is let in. A set of roles: those, and nobody else.
ROUTES: dict[str, str | frozenset[str]] = {
    "asset": OPEN,
    "healthz": OPEN,
    "readyz": OPEN,
    "metrics.metrics": OPEN,
    "meetings.root": OPEN,
    "meetings.home": OPEN,
    "meetings.series": OPEN,
    "meetings.meeting": OPEN,
    "pages.privacy": OPEN,
    "pages.accessibility": OPEN,
    "pages.contact": OPEN,
    "pages.robots": OPEN,
    "families.register": OPEN,
    "families.lost_link": OPEN,
    "families.link": LINK,
    "families.not_me": LINK,
    "families.registration": FAMILY,
    "families.change": FAMILY,
    "families.withdraw": FAMILY,
    "families.erase": FAMILY,
    "families.calendar": FAMILY,
    "families.code": FAMILY,
    "families.next_person": OPEN,
    "families.forgotten": OPEN,
    "reminders.coming_link": LINK,
    "reminders.question_link": LINK,
    "reminders.unsubscribe": LINK,
    "reminders.subscribe_again": LINK,
    "reminders.coming": FAMILY,
    "interpretation.job": LINK,
    "interpreter.calendar": LINK,
    "interpreter.feed": frozenset({I}),
    "interpreter.details": frozenset({I}),
    "interpreter.statement": frozenset({I}),
    "interpreter.statement_csv": frozenset({I}),
    "accounts.sign_in": OPEN,
    "accounts.link": LINK,
    "accounts.language": OPEN,
    "accounts.second_factor": SIGNED_IN,
    "accounts.sign_out": SIGNED_IN,
    "accounts.profile": SIGNED_IN,
    "accounts.set_up": SIGNED_IN,
    "accounts.set_up_picture": SIGNED_IN,
    "accounts.second_factor_settings": SIGNED_IN,
    "staff.people": frozenset({A}),
    "staff.invite": frozenset({A}),
    "staff.person": frozenset({A}),
    "staff.person_roles": frozenset({A}),
    "staff.person_deactivate": frozenset({A}),
    "staff.person_activate": frozenset({A}),
    "staff.person_reset": frozenset({A}),
    "staff.person_link": frozenset({A}),
    "staff.audit": frozenset({A}),
    "staff.new_meeting": frozenset({C}),
    "staff.edit_meeting": frozenset({C}),
    "staff.texts": frozenset({C}),
    "staff.series_texts": frozenset({C}),
    "staff.place_texts": frozenset({C}),
    "staff.preview": frozenset({C}),
    "staff.preview_page": frozenset({C}),
    "staff.publish": frozenset({C}),
    "staff.unpublish": frozenset({C}),
    "staff.duplicate": frozenset({C}),
    "staff.duplicate_series": frozenset({C}),
    "staff.series": frozenset({C}),
    "staff.new_series": frozenset({C}),
    "staff.one_series": frozenset({C}),
    "staff.places": frozenset({C}),
    "staff.new_place": frozenset({C}),
    "staff.place": frozenset({C}),
    "staff.settings": frozenset({A}),
    "staff.catalogues": frozenset({A}),
    "staff.district_texts": frozenset({A}),
    "staff.meetings": frozenset({C}),
    "staff.meeting": frozenset({C}),
    "staff.tally": frozenset({C}),
    "staff.outcomes_of_meeting": frozenset({C}),
    "staff.families": frozenset({C, G}),
    "staff.families_csv": frozenset({C}),
    "staff.families_xlsx": frozenset({C}),
    "staff.find_family": frozenset({C, G}),
    "staff.mail": frozenset({C}),
    "staff.message": frozenset({C}),
    "staff.message_preview": frozenset({C}),
    "staff.retry_mail": frozenset({C}),
    "staff.release_mail": frozenset({C}),
    "staff.drop_mail": frozenset({C}),
    "staff.retry_message": frozenset({C}),
    "staff.let_message_go": frozenset({C}),
    "staff.stop_message": frozenset({C}),
    "staff.today": frozenset({A, C, G}),
    "staff.calls": frozenset({C}),
    "staff.calls_sheet": frozenset({C}),
    "staff.family_call": frozenset({C}),
    "staff.family": frozenset({C, G}),
    "staff.family_print": frozenset({C}),
    "staff.family_code": frozenset({C}),
    "staff.family_new_link": frozenset({C}),
    "staff.family_resend": frozenset({C}),
    "staff.family_seen": frozenset({C}),
    "staff.register_family": frozenset({C}),
    "staff.family_change": frozenset({C}),
    "staff.family_withdraw": frozenset({C}),
    "staff.family_erase": frozenset({C}),
    "staff.family_data": frozenset({C}),
    "staff.family_data_file": frozenset({C}),
    "staff.family_data_page": frozenset({C}),
    "staff.family_language": frozenset({C}),
    "staff.family_note": frozenset({C}),
    "staff.family_not_me": frozenset({C}),
    "staff.interpretation": frozenset({C}),
    "staff.interpretation_add": frozenset({C}),
    "staff.interpretation_decide": frozenset({C}),
    "staff.interpretation_remove": frozenset({C}),
    "staff.team": frozenset({C}),
    "staff.seat": frozenset({C}),
    "staff.confirm_job": frozenset({C}),
    "staff.release_job": frozenset({C}),
    "staff.name_job": frozenset({C}),
    "staff.briefing": frozenset({C}),
    "staff.add_material": frozenset({C}),
    "staff.supply_material": frozenset({C}),
    "staff.remove_material": frozenset({C}),
    "staff.material_file": frozenset({C}),
    "staff.help_job": frozenset({C}),
    "staff.job_arrived": frozenset({C}),
    "staff.job_missing": frozenset({C}),
    "staff.settle_alarm": frozenset({C}),
    "staff.hours": frozenset({C}),
    "staff.job_hours": frozenset({C}),
    "staff.enter_hours": frozenset({C}),
    "staff.approve_hours": frozenset({C}),
    "staff.questions": frozenset({C}),
    "staff.release_question": frozenset({C}),
    "staff.interpreters": frozenset({C}),
    "staff.new_interpreter": frozenset({C}),
    "staff.interpreter": frozenset({C}),
    "staff.import_interpreters": frozenset({C}),
    "staff.seen_changes": frozenset({C}),
    "staff.let_interpreter_in": frozenset({A}),
    "staff.interpreter_statement": frozenset({C}),
    "staff.interpreter_statement_csv": frozenset({C}),
    "staff.rules": frozenset({A}),
    "staff.plan": frozenset({C}),
    "staff.change_plan": frozenset({C}),
    "staff.online_access": frozenset({C}),
    "staff.door_sign": frozenset({C, G}),
    "staff.removals": frozenset({C}),
    "staff.remove_registrations": frozenset({C}),
    "staff.undo_removal": frozenset({C}),
    "staff.reminders": frozenset({C}),
    "staff.series_reminders": frozenset({C}),
    "staff.all_reminders": frozenset({C}),
    "staff.new_reminder": frozenset({C}),
    "staff.new_series_reminder": frozenset({C}),
    "staff.reminder": frozenset({C}),
    "staff.reminder_preview": frozenset({C}),
    "staff.switch_reminder": frozenset({C}),
    "staff.reminder_run": frozenset({C}),
    "staff.stop_reminder_run": frozenset({C}),
    "staff.retry_reminder_run": frozenset({C}),
    "staff.announcements": frozenset({C}),
    "interpreter.jobs": frozenset({I}),
    "interpreter.job": frozenset({I}),
    "interpreter.answer": frozenset({I}),
    "interpreter.arrived": frozenset({I}),
    "interpreter.finished": frozenset({I}),
    "interpreter.note": frozenset({I}),
    "interpreter.ill": frozenset({I}),
    "interpreter.file": frozenset({I}),
    "interpretation.ill": LINK,
    "staff.new_announcement": frozenset({C}),
    "staff.announcement": frozenset({C}),
    "staff.edit_announcement": frozenset({C}),
    "staff.announcement_preview": frozenset({C}),
    "staff.announcement_families": frozenset({C}),
    "staff.test_announcement": frozenset({C}),
    "staff.send_announcement": frozenset({C}),
    "staff.unschedule_announcement": frozenset({C}),
    "staff.stop_announcement": frozenset({C}),
    "staff.retry_announcement": frozenset({C}),
    "staff.discard_announcement": frozenset({C}),
}

LET_IN, SIGN_IN_FIRST, NOT_THEIRS, NO_LINK = "let in", "asked to sign in", "not theirs", "no such link"


def family(app: Flask) -> Browser:
    """Another family, registered, with its cookie."""
    browser = Browser(app)
    register(browser)
    return browser


def deactivated(app: Flask) -> Browser:
    """Somebody with every role, signed in, and deactivated since."""
    browser = signed_in(app, A, C, G, I)
    boss = person_with(A, email="boss@staff.example.org")
    people.deactivate(person_with(A, C, G, I), boss, clock.now())
    db.session.commit()
    return browser


VISITORS: dict[str, Callable[[Flask], Browser]] = {
    "nobody": Browser,
    "another family": family,
    A: lambda app: signed_in(app, A),
    C: lambda app: signed_in(app, C),
    G: lambda app: signed_in(app, G),
    I: lambda app: signed_in(app, I),
    "somebody without a role": lambda app: signed_in(app),
    "somebody deactivated": deactivated,
}


def expected(endpoint: str, visitor: str) -> str:
    """What the table says."""
    who = ROUTES[endpoint]
    if isinstance(who, str):
        strange = who == FAMILY and visitor != "another family"
        return NO_LINK if who == LINK else NOT_THEIRS if strange else LET_IN
    if visitor in who or (who == SIGNED_IN and visitor == "somebody without a role"):
        return LET_IN
    return NOT_THEIRS if visitor in (A, C, G, I, "somebody without a role") else SIGN_IN_FIRST


def outcome(answer: TestResponse) -> str:
    """What an answer was."""
    if answer.status_code == 401 or (answer.status_code == 303 and "/sign-in?" in answer.headers["Location"]):
        return SIGN_IN_FIRST
    if answer.status_code in (404, 410):
        return NO_LINK
    return NOT_THEIRS if answer.status_code == 403 else LET_IN


def asked(app: Flask, rule: Rule, method: str, browser: Browser) -> TestResponse:
    """The answer of a route; its link is one that is well made and good for nothing."""
    gaps = GAPS | {"token": f"{links.new_public_id()}~1~nonsense"}
    if rule.endpoint == "meetings.series":
        gaps["slug"] = "school-safety"
    address = app.url_map.bind("localhost").build(rule.endpoint, {name: gaps[name] for name in rule.arguments}, method)
    return browser.raw(method, address)


def differences(app: Flask, visitor: str) -> list[str]:
    """Routes that treat `visitor` otherwise than the table says, or are not in it."""
    browser, found = VISITORS[visitor](app), []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint not in ROUTES:
                found.append(f"{rule.endpoint} has no line")
                continue
            wanted = expected(rule.endpoint, visitor)
            answer = asked(app, rule, method, browser)
            came = outcome(answer)
            # Rows that are not there are found by whoever is let in.
            fine = came == wanted or (wanted == LET_IN and answer.status_code == 404)
            if not fine:
                found.append(f"{visitor}, {method} {rule.endpoint}: {came} ({answer.status_code}), not: {wanted}")
    return found


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_route_lets_in_whom_the_table_says_and_nobody_else(app: Flask, visitor: str) -> None:
    assert differences(app, visitor) == []


def test_the_table_names_no_route_that_is_gone(app: Flask) -> None:
    assert sorted(set(ROUTES) - {rule.endpoint for rule in app.url_map.iter_rules()}) == []


def test_guards_say_what_the_table_says(app: Flask) -> None:
    for endpoint, who in ROUTES.items():
        said = getattr(app.view_functions[endpoint], guard.ROLES, None)
        if isinstance(who, str):
            assert said is None, endpoint
        else:
            assert said == (frozenset() if who == SIGNED_IN else {Role(role) for role in who}), endpoint


@pytest.mark.own_app
def test_a_route_without_a_line_is_seen(app: Flask) -> None:
    app.add_url_rule("/staff/planted", "staff.planted", lambda: "seen")
    assert differences(app, "nobody") == ["staff.planted has no line"]


@pytest.mark.own_app
def test_a_route_without_a_guard_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.add_url_rule("/staff/planted", "staff.planted", lambda: "seen")
    monkeypatch.setitem(ROUTES, "staff.planted", frozenset({A}))
    for visitor in ("nobody", "another family", G, "somebody deactivated"):
        assert [line for line in differences(app, visitor) if "staff.planted" in line], visitor


def test_a_family_sees_its_own_registration_and_no_other(app: Flask) -> None:
    first = family(app)
    own = the_only().code
    assert own in first.get("/es/registration/").text.replace(" ", "")
    assert Browser(app).raw("get", "/es/registration/").status_code == 403
