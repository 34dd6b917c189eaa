"""An interpreter keeps how to reach them and when they can work; staff see what changed."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import i18n
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.interpretation import book, interpreters, seats, typed
from registration.interpretation.details import Days, Week, days_of, week_of
from registration.interpretation.models import Interpreter, OtherDays, OwnChange
from registration.interpretation.own.details import in_words, weekday
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.interpretation.cast import interpreter, named, team
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in

OWN = "interpreter@staff.example.org"
PAGE = "/interpreter/details"


@pytest.fixture
def own(app: Flask) -> Browser:
    """Hodan, signed in."""
    interpreter(email=OWN)
    return signed_in(app, "interpreter")


def me() -> Interpreter:
    """Their entry as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Interpreter).where(Interpreter.email == OWN)).one()


def save(browser: Browser, **answers: Any) -> Page:
    """Change something and save."""
    given = {name.replace("__", "-"): value for name, value in answers.items()}
    return browser.send(browser.get(PAGE).form("version"), **given)


def changes() -> dict[str, tuple[str, str]]:
    """What staff are shown, by field."""
    db.session.rollback()
    return {one.field: (one.before, one.after) for one in db.session.scalars(select(OwnChange))}


def test_hours_days_off_and_contact_are_kept_and_staff_get_a_row_for_each_field(own: Browser) -> None:
    page = save(
        own,
        week__0__0__from="17:00",
        week__0__0__to="21:00",
        week__2__0__from="5 pm",
        week__2__0__to="9:30 pm",
        off__0__from="2027-07-01",
        off__0__to="2027-07-14",
        free__0__from="5/9/2027",
        home_place="Aurora",
        phone="303 555 0188",
        most_day="4,5",
        most_week="20",
        remote=[],
    )
    assert "Saved." in page.text
    one = me()
    assert typed.of_week(week_of(one)) == "1 17:00-21:00\n3 17:00-21:30"
    assert days_of(one) == [Days(date(2027, 5, 9), date(2027, 5, 9), True), Days(date(2027, 7, 1), date(2027, 7, 14))]
    assert (one.home_place, one.phone, one.most_day, one.most_week) == ("Aurora", "+13035550188", 270, 1200)
    assert (one.on_site, one.remote) == (True, False)
    assert changes() == {
        "week": ("", "1 17:00-21:00\n3 17:00-21:30"),
        "days": ("", "free 2027-05-09\n2027-07-01 2027-07-14"),
        "home_place": ("", "Aurora"),
        "phone": ("+13035550177", "+13035550188"),
        "most_day": ("", "270"),
        "most_week": ("", "1200"),
        "remote": ("yes", "no"),
    }
    assert interpreters.unseen_changes() == [(one.id, "Hodan Ali", NOW)]
    # Names of fields go on the record, never what was written.
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "interpreter_keeps")).one()
    assert set(entry.facts["fields"]) == set(changes())
    assert "Aurora" not in str(entry.facts)


def test_the_form_shows_what_is_kept_and_saving_it_again_changes_nothing(own: Browser) -> None:
    save(own, week__4__0__from="08:00", week__4__0__to="00:00", week__4__1__from="06:00", week__4__1__to="07:00",
         off__0__from="2027-06-10", most_day="1.5")  # fmt: skip
    assert typed.of_week(week_of(me())) == "5 06:00-07:00\n5 08:00-24:00"
    version, before = me().version, changes()
    page = save(own)
    assert "Nothing was changed." in page.text
    assert (me().version, changes()) == (version, before)


def test_emptied_boxes_take_a_day_out(own: Browser) -> None:
    save(own, off__0__from="2027-06-10", off__1__from="2027-06-20")
    save(own, off__0__from="")
    assert days_of(me()) == [Days(date(2027, 6, 20), date(2027, 6, 20))]


def test_days_that_are_over_stay_on_the_record_and_out_of_the_form(own: Browser) -> None:
    past = Days(date(2027, 1, 4), date(2027, 1, 5))
    one = me()
    one.days = [OtherDays(first=past.first, last=past.last)]
    db.session.commit()
    assert "2027-01-04" not in str(own.get(PAGE).root.one("form", action=PAGE).all("input"))
    save(own, off__0__from="2027-06-10")
    assert days_of(me())[0] == past
    assert changes()["days"] == ("2027-01-04 2027-01-05", "2027-01-04 2027-01-05\n2027-06-10")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"week__0__0__from": "17:00"}, "Monday: write both times"),
        ({"week__0__0__from": "17:00", "week__0__0__to": "16:00"}, "Monday: the second time must be later"),
        ({"week__6__1__from": "soon", "week__6__1__to": "late"}, "Sunday: write both times"),
        ({"off__0__from": "next week"}, "Write the first day like this"),
        ({"off__0__to": "2027-07-14"}, "Write the first day like this"),
        ({"off__0__from": "2027-07-14", "off__0__to": "2027-07-01"}, "must not be before the first day"),
        ({"most_day": "25"}, "Most hours a day: write a number of hours"),
        ({"most_week": "many"}, "Most hours a week: write a number of hours"),
        ({"phone": "12"}, "with its area code"),
        ({"on_site": [], "remote": []}, "in the room, online, or both"),
        ({"locale": "tlh"}, "Choose one of the languages"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_as_it_was_typed(
    own: Browser, answers: dict[str, Any], words: str
) -> None:
    before = me().version
    page = save(own, home_place="Aurora", **answers)
    assert page.status == 422
    assert words in page.root.one("div", class_="errors").text
    assert page.root.one("input", id="home_place").get("value") == "Aurora"
    for name, value in answers.items():
        if isinstance(value, str) and name != "locale":
            assert page.root.one("input", name=name.replace("__", "-")).get("value") == value
    assert (me().version, me().home_place) == (before, "")


def test_who_changes_it_at_the_same_time_loses_nothing(own: Browser) -> None:
    form = own.get(PAGE).form("version")
    one = me()
    one.version += 1
    db.session.commit()
    page = own.send(form, home_place="Aurora")
    assert page.status == 409
    assert "Staff changed your entry just now" in page.text
    assert page.root.one("input", id="home_place").get("value") == "Aurora"
    assert me().home_place == ""
    assert "Saved." in own.send(page.form("version")).text
    assert me().home_place == "Aurora"


def test_saving_links_the_entry_to_the_account_so_that_it_outlives_the_address(own: Browser) -> None:
    assert me().person_id is None
    save(own, home_place="Aurora")
    assert me().person_id == person_with("interpreter").id


def test_the_address_of_signing_in_cannot_be_changed_and_the_page_says_why(own: Browser) -> None:
    page = own.get(PAGE)
    assert page.root.all("input", id="email") == []
    assert "You sign in with it" in page.text
    own.post(PAGE, {**page.form("version").values, "email": "other@example.org", "home_place": "Aurora"})
    assert me().home_place == "Aurora"
    assert me().email == OWN


def test_another_address_for_offers_can_be_changed_and_not_emptied(app: Flask) -> None:
    number = interpreter(email="office@example.org")
    one = named(number)
    one.person_id = person_with("interpreter").id
    db.session.commit()
    own = signed_in(app, "interpreter")
    assert save(own, email="").status == 422
    save(own, email="new@example.org")
    assert named(number).email == "new@example.org"
    assert changes()["email"] == ("office@example.org", "new@example.org")


def test_rate_credentials_pairs_and_what_staff_think_of_them_are_not_theirs_to_change(own: Browser) -> None:
    page = own.get(PAGE)
    names = {one.get("name") for one in page.root.all("input", "select", "textarea")}
    of_staff = {"rate", "travel", "paid_minimum", "proofs", "directions", "preferred", "blocked", "tested", "kind"}
    assert not names & {*of_staff, "name"}
    more = {"rate": "900.00", "preferred": "1", "name": "Somebody Else", "home_place": "Aurora"}
    own.post(PAGE, {**page.form("version").values, **more})
    one = me()
    assert (one.rate_cents, one.preferred, one.name, one.home_place) == (6000, False, "Hodan Ali", "Aurora")


def test_hours_at_school_are_shown_and_kept(app: Flask) -> None:
    interpreter(email=OWN, week=[Week("duty", 0, 480, 900)])
    own = signed_in(app, "interpreter")
    page = own.get(PAGE)
    assert "which staff keep: Monday, 8:00 AM – 3:00 PM." in " ".join(page.text.split())
    save(own, week__0__0__from="17:00", week__0__0__to="21:00")
    assert typed.of_week(week_of(me())) == "duty 1 08:00-15:00\n1 17:00-21:00"


def test_a_day_off_over_a_booked_job_warns_and_leaves_the_job(own: Browser) -> None:
    one = me()
    job = book.book(team()[0], one.id, by=None, now=NOW)
    db.session.commit()
    day = meeting().starts_at.date()
    page = save(own, off__0__from=str(day - timedelta(days=1)), off__0__to=str(day))
    assert "You are booked on a day off" in page.text
    assert page.link("Meeting in English") == f"/interpreter/jobs/{job.id}/"
    assert [row.id for row in seats.jobs(one.id)] == [job.id]
    assert "You are booked on a day off" not in save(own, off__0__from="", off__0__to="").text


def test_the_language_is_that_of_mails_and_pages(own: Browser) -> None:
    page = save(own, locale="vi")
    assert page.root.one("html").get("lang") == "vi"
    assert me().locale == "vi"


def test_who_is_in_no_register_is_told_so(app: Flask) -> None:
    page = signed_in(app, "interpreter").get(PAGE)
    assert page.status == 200
    assert page.root.all("form", action=PAGE) == []


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_weekdays_and_hours_are_in_the_language_of_the_page(app: Flask, locale: str) -> None:
    names = {"en": "Monday", "es": "Lunes", "vi": "Thứ Hai"}
    with i18n.spoken(locale):
        assert weekday(0) == names[locale]
        hours = "08:00" if locale == "vi" else "8:00"
        assert in_words(Week("duty", 0, 480, 900)).startswith(f"{names[locale]}, {hours}")
