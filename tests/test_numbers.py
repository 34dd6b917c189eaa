"""Numbers that nobody's row has: addresses and forms answer them with words, never with a fault of ours."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from registration.staff.calls import order
from registration.staff.families_list import asked
from registration.staff.mail.forms import place_of
from registration.staff.mail.outbox import meeting_of
from tests.families.steps import meeting, register, the_only
from tests.pages import Browser
from tests.signing_in import signed_in

ENORMOUS = ("2147483648", "99999999999", "9" * 30, "9" * 5000)


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who may open all of it."""
    register(Browser(app))
    return signed_in(app, "coordinator", "administrator")


def gaps(app: Flask) -> list[str]:
    """An address of every route that has numbers in it, with a gap for each number."""
    found = []
    for rule in app.url_map.iter_rules():
        numbers = [name for name, converter in rule._converters.items() if type(converter).__name__ == "RowNumber"]
        if numbers and len(numbers) == len(rule.arguments) and "GET" in (rule.methods or ()):
            found.append(rule.rule.replace("<int:", "{").replace(">", "}"))
    return found


@pytest.mark.parametrize("number", [*ENORMOUS[:3], "\u0661", "-1", "1.0"])
def test_no_address_holds_a_number_that_no_row_has(app: Flask, staff: Browser, number: str) -> None:
    addresses = gaps(app)
    assert len(addresses) > 20
    for address in addresses:
        filled = address.format_map(dict.fromkeys(app_names(address), number))
        assert staff.raw("get", filled).status_code == 404, filled


def app_names(address: str) -> list[str]:
    """The names of the gaps of an address."""
    return [part.split("}")[0] for part in address.split("{")[1:]]


def test_the_largest_id_is_looked_for(staff: Browser) -> None:
    assert staff.raw("get", f"/staff/families/{2**31 - 1}/").status_code == 404
    assert staff.raw("get", f"/staff/families/{the_only().id}/").status_code == 200


@pytest.mark.parametrize("number", [*ENORMOUS, "\u0661" * 12, "\u00b2", "-1", "x"])
def test_forms_leave_out_what_is_no_number_of_a_row(staff: Browser, number: str) -> None:
    removals = f"/staff/meetings/{meeting().id}/removals/"
    token = staff.get(removals).form("csrf_token").values["csrf_token"]
    page = staff.post(removals, {"csrf_token": token, "chosen": number})
    assert page.status == 422
    assert "Choose at least one registration" in page.text
    calling = f"/staff/families/{the_only().id}/call"
    form = staff.get(calling).form("result").fill(result="reached")
    form.values.setlist("message", [number])
    assert staff.post(form.action, form.values).status == 200


@pytest.mark.parametrize("number", [*ENORMOUS, "\u0661" * 12])
def test_addresses_that_say_where_a_list_goes_on_never_break(staff: Browser, number: str) -> None:
    for address in (
        f"/staff/calls/?after=1-1-{number}",
        f"/staff/calls/?after=1-{number}-1",
        f"/staff/calls/?meeting={number}",
        f"/staff/mail/?place=o1.{number}",
        f"/staff/meetings/{meeting().id}/families/?after={number}",
        f"/staff/meetings/?page={number}",
        f"/staff/meetings/new?series={number}",
        f"/staff/audit/?person={number}&before={number}",
        f"/staff/announcements/?before={number}",
    ):
        assert staff.raw("get", address[:3000]).status_code == 200, address[:80]


@pytest.mark.parametrize("number", [one for one in ENORMOUS if len(one) > 10])
def test_what_cannot_be_an_id_is_none(number: str) -> None:
    assert order.read(f"1-1-{number}") is None
    assert place_of(f"o1.{number}") is None
    assert meeting_of(f"meeting:{number}") is None
    assert asked.read(MultiDict({"after": number})).after == 0
