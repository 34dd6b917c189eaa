"""A file of interpreters (CSV), read row by row with the form that staff type into: the same is wrong in both."""

import csv
from dataclasses import dataclass, field

from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from registration import sheets
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation.details import Details
from registration.interpretation.models import Interpreter
from registration.staff.interpreters.forms import FLAGS, InterpreterForm, filled

MOST_ROWS = 500
# Columns of the file by the field of the form; lists in a cell are parted by lines or by "|".
COLUMNS = {
    "name": "name",
    "email": "email",
    "phone": "phone",
    "mail_language": "locale",
    "kind": "kind",
    "languages": "directions",
    "credentials": "proofs",
    "hours": "week",
    "days_off": "days",
    "rate": "rate",
    "travel": "travel",
    "paid_minimum": "paid_minimum",
    "home_place": "home_place",
    "time_zone": "time_zone",
    "most_day": "most_day",
    "most_week": "most_week",
    **{name: name for name in FLAGS},
}
LISTS = ("directions", "proofs", "week", "days")
NO = ("", "0", "no", "false", "n")


class NotAFile(Exception):
    """What was sent is no such file; `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: what is wrong with it, whether its email is in the register already, or what it says."""

    number: int
    name: str
    email: str
    errors: list[str] = field(default_factory=list)
    known: bool = False
    details: Details | None = None


def read(text: str) -> list[Row]:
    """The rows of a file. Raises NotAFile."""
    reader = sheets.csv_rows(text)
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or []]
        reader.fieldnames = names
        if "name" not in names or "languages" not in names:
            raise NotAFile(gettext("The first line must name the columns, among them name and languages."))
        lines = list(reader)
    except csv.Error as wrong:
        raise NotAFile(gettext("This is not a table that we can read. Save it as CSV.")) from wrong
    if len(lines) > MOST_ROWS:
        raise NotAFile(gettext("At most %(most)s rows at once, please.", most=MOST_ROWS))
    found: list[Row] = []
    for number, line in enumerate(lines, 2):
        found.append(_row(number, line, {one.email.casefold() for one in found if one.email}))
    return found


def _row(number: int, line: dict[str, str | None], before: set[str]) -> Row:
    typed = {name: str(value) for name, value in filled(None).items() if not isinstance(value, bool)}
    for column, name in COLUMNS.items():
        cell = _plain(line.get(column) or "")
        if cell:
            typed[name] = cell.replace("|", "\n") if name in LISTS else cell
    flags = {name: "1" for name in FLAGS if _ticked(line, name)}
    typed = {name: value for name, value in typed.items() if name not in FLAGS} | flags
    form = InterpreterForm(formdata=MultiDict(typed), meta={"csrf": False})
    fits = form.check()
    errors = [words for _, words in form.messages()]
    if any(typed.get(name, "").startswith(("=", "@")) for name in ("name", "home_place")):
        errors.append(gettext("A name does not begin with = or @"))
    email = str(form.email.data or "")
    known = bool(email) and (email.casefold() in before or _in_register(email))
    details = form.details() if fits and not errors else None
    return Row(number, str(form.name.data or ""), email, errors, known, details)


def _plain(cell: str) -> str:
    """A cell without the apostrophe by which a spreadsheet is kept from reading a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:2] in ("'=", "'+", "'-", "'@") else cell


def _ticked(line: dict[str, str | None], name: str) -> bool:
    if line.get(name) is None:
        return bool(filled(None).get(name))
    return (line[name] or "").strip().casefold() not in NO


def _in_register(email: str) -> bool:
    query = select(Interpreter.id).where(func.lower(Interpreter.email) == email.casefold()).limit(1)
    return db.session.scalar(query) is not None
