"""Families as a file: CSV or a workbook, in memory that does not grow with their number."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy import select

from registration import dates, languages, phones
from registration.extensions import db
from registration.families.models import OWN_WORDS, InterpretationRequest, Modality, Registration, Status
from registration.families.words import attendance, needs
from registration.forms import Form
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.sheets import neutral
from registration.staff.families_list.shown import standing_requests
from registration.staff.meetings.shown import language_name

AT_A_TIME = 1000
# What stays in memory of a file before it goes to the disk; and what is sent of it at a time.
IN_MEMORY, CHUNK = 1 << 20, 1 << 16

Value = str | int


class Format(StrEnum):
    """What kind of file, as its name ends."""

    CSV = "csv"
    XLSX = "xlsx"


TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Download(Form):
    """A button that makes a file; nothing but the token against forged requests."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file ready to be sent, and how many families stand in it."""

    file: IO[bytes]
    families: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """All of it, a piece at a time; then it is deleted."""
        try:
            self.file.seek(0)
            while piece := self.file.read(CHUNK):
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Delete it."""
        self.file.close()


def make(kind: Format, meeting: Meeting, found: Iterable[Sequence[int]], locale: str) -> Made:
    """A file of the families whose ids come in `found`, a few at a time."""
    # Whoever sends it closes it.
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    table = _Table(meeting, locale)
    rows = table.rows(found)
    if kind is Format.CSV:
        _write_csv(file, heads(), rows)
    else:
        _write_xlsx(file, heads(), rows)
    return Made(file, table.families, file.tell())


def _write_csv(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([neutral(value) if isinstance(value, str) else value for value in row])
    # Closing the wrapper would close the file.
    text.detach()


def _write_xlsx(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(heads)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(file)
    file.seek(0, io.SEEK_END)


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Any:
    """A text is a text, whatever it begins with; an empty one is no cell."""
    if isinstance(value, int):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith("=") and text not in ERROR_CODES:
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def heads() -> list[str]:
    """The names of the columns."""
    return [
        gettext("Code"),
        gettext("Name"),
        gettext("State"),
        gettext("Takes part"),
        gettext("Adults"),
        gettext("Children"),
        gettext("Children in childcare"),
        gettext("Phone"),
        gettext("Email"),
        gettext("Please call"),
        gettext("We write or call in"),
        gettext("Languages"),
        gettext("Listeners"),
        gettext("Asked late"),
        gettext("Needs"),
        gettext("Other needs"),
        gettext("Question"),
        gettext("Registered"),
        gettext("Changed"),
    ]


class _Table:
    """Families as rows of plain values; words are looked up once, not for each of them."""

    def __init__(self, meeting: Meeting, locale: str) -> None:
        self.families, self.locale, self.zone = 0, locale, meeting.time_zone
        self.needs = dict(needs())
        self.statuses = {
            Status.REGISTERED: gettext("Registered"),
            Status.WAITING: gettext("On the waiting list"),
            Status.WITHDRAWN: gettext("Not coming"),
        }
        self.yes = gettext("Yes")
        self.named: dict[tuple[str, str], str] = {}

    def rows(self, found: Iterable[Sequence[int]]) -> Iterator[list[Value]]:
        """A row a family, in the order of `found`."""
        for ids in found:
            by_id = {row.id: row for row in db.session.execute(_FAMILIES.where(Registration.id.in_(ids)))}
            standing = standing_requests(ids)
            for one in ids:
                if one in by_id:
                    self.families += 1
                    yield self._row(by_id[one], standing.get(one, []))

    def _row(self, row: Any, requests: Sequence[InterpretationRequest]) -> list[Value]:
        return [
            row.code,
            row.name,
            self.statuses[Status(row.status)],
            attendance(row.attendance),
            row.adults,
            row.children,
            row.childcare_children if row.childcare_granted else 0,
            phones.display(row.phone) if row.phone else "",
            row.email or "",
            self.yes if row.call_me else "",
            self._language(row.contact_language, Modality.SPOKEN),
            "; ".join(one.own_words if one.language == OWN_WORDS else self._language(one.language, one.modality)
                      for one in requests),
            max((one.listeners for one in requests), default=0),
            self.yes if any(one.late for one in requests) else "",
            "; ".join(self.needs.get(need, need) for need in row.needs),
            row.needs_other,
            row.question,
            dates.sortable(row.created_at, self.zone),
            dates.sortable(row.changed_at, self.zone) if row.changed_at else "",
        ]  # fmt: skip

    def _language(self, language: str, modality: str) -> str:
        key = (language, modality)
        if key not in self.named:
            self.named[key] = languages.capitalised(language_name(language, modality, self.locale))
        return self.named[key]


_FAMILIES = select(
    Registration.id,
    Registration.code,
    Registration.name,
    Registration.status,
    Registration.attendance,
    Registration.adults,
    Registration.children,
    Registration.childcare_children,
    Registration.childcare_granted,
    Registration.phone,
    Registration.email,
    Registration.call_me,
    Registration.contact_language,
    Registration.needs,
    Registration.needs_other,
    Registration.question,
    Registration.created_at,
    Registration.changed_at,
)
