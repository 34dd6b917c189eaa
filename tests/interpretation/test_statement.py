"""What an interpreter worked and is owed in a month, on their page, on staff's, and as a file."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration.extensions import db
from registration.interpretation import book
from registration.interpretation.day import approving, attending
from registration.interpretation.models import Assignment
from registration.interpretation.own.statement import month_of, statement
from registration.meetings.models import TranslatedText
from registration.meetings.published import touch
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import interpreter, named, team
from tests.pages import Browser
from tests.signing_in import signed_in

OWN = "interpreter@staff.example.org"
MAY = "/interpreter/statement?month=2027-05"
MONTH = date(2027, 5, 1)


def booked(slug: str = "english-meeting", language: str = "so", one: int | None = None) -> int:
    """Hodan, booked."""
    number = one or interpreter(email=OWN)
    book.book(team(slug=slug, language=language)[0], number, by=None, now=NOW)
    db.session.commit()
    return number


def job(number: int, slug: str = "english-meeting") -> Assignment:
    """Their job at a meeting."""
    db.session.rollback()
    query = select(Assignment).where(Assignment.interpreter_id == number, Assignment.meeting_id == meeting(slug).id)
    return db.session.scalars(query).one()


def done(number: int, over: int = 0, slug: str = "english-meeting") -> None:
    """They came, and said when they were done."""
    held = meeting(slug)
    attending.arrive(job(number, slug).id, actor="interpreter", by=None, now=held.starts_at)
    db.session.commit()
    ended = held.ends_at + timedelta(minutes=over)
    attending.finish(job(number, slug).id, ended, "", by=None, now=ended)
    db.session.commit()


def approve(number: int, minutes: int, slug: str = "english-meeting") -> None:
    """Staff approve the time."""
    one = job(number, slug)
    when = meeting(slug).ends_at + timedelta(days=1)
    approving.approve(one.id, minutes, version=one.version, by=None, now=when, reason="as told")
    db.session.commit()


def test_told_time_counts_as_worked_and_is_in_no_amount_before_it_is_approved(app: Flask) -> None:
    number = booked()
    (line,) = statement(named(number), MONTH).lines
    assert (line.minutes, line.cents, line.approved) == (None, None, False)
    done(number, over=10)
    found = statement(named(number), MONTH)
    assert (found.minutes, found.paid_minutes, found.cents, found.open) == (70, 0, 0, 1)
    approve(number, 70)
    found = statement(named(number), MONTH)
    # Court: never less than 120 minutes; 60.00 an hour, 15.00 for the way.
    assert (found.minutes, found.paid_minutes, found.cents, found.open) == (70, 120, 13500, 0)


def test_a_job_called_off_inside_the_window_stands_with_what_is_owed_and_outside_not_at_all(app: Flask) -> None:
    number = booked()
    booked("spanish-meeting", "en", number)
    near = meeting().starts_at - timedelta(hours=20)
    book.release(job(number).id, "", by=None, now=near)
    db.session.commit()
    far = meeting("spanish-meeting").starts_at - timedelta(days=9)
    book.release(job(number, "spanish-meeting").id, "", by=None, now=far)
    db.session.commit()
    (line,) = statement(named(number), MONTH).lines
    assert (line.called_off, line.minutes, line.cents) == (True, None, 12000)


def test_the_month_is_that_of_the_clock_at_the_meeting(app: Flask) -> None:
    number = booked()
    # The last evening of April in Denver is May already in UTC.
    starts = datetime(2027, 5, 1, 2, 0, tzinfo=UTC)
    one = job(number)
    one.starts_at, one.ends_at = starts, starts + timedelta(hours=1)
    db.session.commit()
    assert len(statement(named(number), date(2027, 4, 1)).lines) == 1
    assert statement(named(number), MONTH).lines == []


@pytest.mark.parametrize("asked", ["", "May", "2027-13", "2027-00", "0000-01", "10000-01", "2027-5", "2027-05-01"])
def test_an_address_that_names_no_month_shows_this_one(asked: str) -> None:
    assert month_of(asked, NOW, "America/Denver") == date(2027, 3, 1)
    assert month_of("2027-05", NOW, "America/Denver") == MONTH


def test_december_is_followed_by_january(app: Flask) -> None:
    found = statement(named(interpreter()), date(2027, 12, 1))
    assert (found.before, found.after) == ("2027-11", "2028-01")
    found = statement(named(interpreter("Ubah Said")), date(2028, 1, 1))
    assert (found.before, found.after) == ("2027-12", "2028-02")


def test_the_page_shows_jobs_sums_and_what_is_open_and_leads_to_the_months_beside(app: Flask) -> None:
    number = booked()
    booked("spanish-meeting", "en", number)
    done(number)
    done(number, slug="spanish-meeting")
    approve(number, 60)
    own = signed_in(app, "interpreter")
    page = own.get(MAY)
    assert page.heading == "Statement for May 2027"
    figures = [one.text for one in page.root.one("dl", class_="figures").all("b")]
    assert figures == ["150", "120", "$135.00"]
    rows = page.root.one("table").one("tbody").all("tr")
    assert ["Not approved yet" in row.text for row in rows] == [False, True]
    assert "approve the time of 1 job" in page.text
    assert own.get(page.link("April 2027")).heading == "Statement for April 2027"
    assert "No jobs in this month." in own.get(page.link("June 2027")).text


def test_an_interpreter_sees_only_their_own_statement(app: Flask) -> None:
    other = interpreter("Ubah Said")
    booked(one=other)
    interpreter(email=OWN)
    own = signed_in(app, "interpreter")
    assert "No jobs in this month." in own.get(MAY).text
    assert own.raw("get", f"/staff/interpreters/{other}/statement").status_code == 403


def test_staff_read_the_same_statement(app: Flask) -> None:
    number = booked()
    done(number)
    staff = signed_in(app, "coordinator")
    page = staff.get(staff.get(f"/staff/interpreters/{number}/").link("Statement of a month") + "?month=2027-05")
    assert page.heading == "Statement for May 2027"
    assert "Hodan Ali" in page.main.text
    assert "Not approved yet" in page.text
    mine = signed_in(app, "interpreter").raw("get", "/interpreter/statement.csv?month=2027-05")
    theirs = staff.raw("get", page.link("CSV"))
    assert mine.data == theirs.data


def rows_of(browser: Browser) -> list[list[str]]:
    """The file, read as a spreadsheet does."""
    answer = browser.raw("get", "/interpreter/statement.csv?month=2027-05")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="statement-2027-05.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_has_a_row_a_job_and_sums_and_runs_no_formula(app: Flask) -> None:
    number = booked()
    done(number)
    approve(number, 60)
    query = select(TranslatedText).where(
        TranslatedText.owner == "meeting", TranslatedText.owner_id == meeting().id, TranslatedText.field == "title"
    )
    for one in db.session.scalars(query):
        one.text = '=HYPERLINK("http://evil.example")'
    touch()
    db.session.commit()
    head, line, total = rows_of(signed_in(app, "interpreter"))
    assert head[:4] == ["Day", "Meeting", "Interpretation", "Code"]
    assert line[0] == "2027-05-03"
    assert line[1].startswith("'=HYPERLINK")
    assert line[4:7] == ["60", "120", "135.00"]
    assert total == ["In all", "", "", "", "60", "120", "135.00", ""]


def test_no_family_is_in_a_statement(app: Flask, browser: Browser) -> None:
    register(browser, name="Canary Family", interpretation=["so"])
    number = booked()
    done(number)
    own = signed_in(app, "interpreter")
    text = own.get(MAY).text + str(rows_of(own))
    assert "Canary" not in text
    assert "Meeting in English" in text
