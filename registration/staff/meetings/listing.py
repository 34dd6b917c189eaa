"""The list of meetings: which ones, in which order, a page at a time. Costs the number of meetings: there are few."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from werkzeug.datastructures import MultiDict

from registration.extensions import db
from registration.families.names import words
from registration.meetings.models import Meeting, MeetingStatus, Series, TranslatedText
from registration.staff.meetings.arranged import open_families, something_open

Word = TypeVar("Word", bound=StrEnum)

PAGE = 25
LONGEST_TEXT = 100
# So many pages are more meetings than any district has.
MOST_PAGES = 400


class Kind(StrEnum):
    """Which meetings."""

    AHEAD = "ahead"
    PAST = "past"
    DRAFT = "draft"
    CANCELLED = "cancelled"


class Sort(StrEnum):
    """By what they are ordered."""

    DATE = "date"
    NAME = "name"
    ATTENDANCE = "attendance"
    OPEN = "open"


Arguments = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says. `descending` None: as the order is first wanted; pages begin at 1."""

    kind: Kind = Kind.AHEAD
    series: int = 0
    open_only: bool = False
    text: str = ""
    sort: Sort = Sort.DATE
    descending: bool = False
    page: int = 1

    def values(self) -> dict[str, Any]:
        """For the address of the first page; what is as usual is left out."""
        said: dict[str, Any] = {
            "show": "" if self.kind is Kind.AHEAD else str(self.kind),
            "series": self.series,
            "open": "1" if self.open_only else "",
            "q": self.text,
            "sort": "" if self.sort is Sort.DATE else str(self.sort),
            "order": "" if self.descending == first_descending(self.sort, self.kind) else self.order,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def order(self) -> str:
        """In the address and, with "ending", of aria-sort."""
        return "desc" if self.descending else "asc"

    def sorted_by(self, sort: Sort) -> "Asked":
        """The same in another order; in the other direction where it is sorted so already."""
        turned = not self.descending if sort is self.sort else first_descending(sort, self.kind)
        return replace(self, sort=sort, descending=turned, page=1)

    def shown(self, kind: Kind) -> "Asked":
        """The same filters over other meetings."""
        return replace(self, kind=kind, descending=first_descending(self.sort, kind), page=1)


def first_descending(sort: Sort, kind: Kind) -> bool:
    """How an order begins: the next meeting, the last one of those that are over; the most of what is counted."""
    if sort is Sort.DATE:
        return kind is not Kind.AHEAD and kind is not Kind.DRAFT
    return sort is not Sort.NAME


def read(arguments: Arguments) -> Asked:
    """What an address asks for; unknown words are as if they were not there."""
    kind = _one(Kind, arguments.get("show", ""), Kind.AHEAD)
    sort = _one(Sort, arguments.get("sort", ""), Sort.DATE)
    order = arguments.get("order", "")
    return Asked(
        kind=kind,
        series=_number(arguments.get("series", "")),
        open_only=arguments.get("open", "") == "1",
        text=" ".join(arguments.get("q", "").split())[:LONGEST_TEXT],
        sort=sort,
        descending=order == "desc" if order in ("asc", "desc") else first_descending(sort, kind),
        page=min(max(_number(arguments.get("page", "")), 1), MOST_PAGES),
    )


def _one(known: type[Word], said: str, usual: Word) -> Word:
    return known(said) if said in set(known) else usual


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


class Listed(NamedTuple):
    """A page of meetings, and whether more follow."""

    meetings: Sequence[Meeting]
    more: bool


def listed(asked: Asked, now: datetime, locale: str, source: str) -> Listed:
    """The meetings asked for; their titles are ordered in `locale`, or in `source` where one is missing."""
    title = _title(locale, source)
    query = select(Meeting).where(of_kind(asked.kind, now))
    if asked.series:
        query = query.where(Meeting.series_id == asked.series)
    if asked.open_only:
        query = query.where(something_open())
    if asked.text:
        query = query.where(Meeting.id.in_(_titled(asked.text)))
    query = _ordered(query, asked, title).limit(PAGE + 1).offset((asked.page - 1) * PAGE)
    found = db.session.scalars(query).all()
    return Listed(found[:PAGE], len(found) > PAGE)


def _ordered(query: Select[Meeting], asked: Asked, title: ColumnElement[str]) -> Select[Meeting]:
    columns: dict[Sort, Any] = {
        Sort.DATE: Meeting.starts_at,
        Sort.NAME: func.lower(title),
        Sort.ATTENDANCE: Meeting.seats_taken + Meeting.online_taken,
        Sort.OPEN: open_families(),
    }
    column = columns[asked.sort]
    by = (column.desc(), Meeting.id.desc()) if asked.descending else (column.asc(), Meeting.id.asc())
    return query.order_by(*by)


def of_kind(kind: Kind, now: datetime) -> ColumnElement[bool]:
    """In SQL: whether a meeting is of this kind; each is of one."""
    cancelled = Meeting.status == MeetingStatus.CANCELLED
    if kind is Kind.DRAFT:
        return Meeting.published_at.is_(None)
    if kind is Kind.CANCELLED:
        return and_(Meeting.published_at.is_not(None), cancelled)
    when = Meeting.ends_at > now if kind is Kind.AHEAD else Meeting.ends_at <= now
    return and_(Meeting.published_at.is_not(None), ~cancelled, when)


def numbers(now: datetime) -> dict[Kind, int]:
    """How many meetings there are of each kind."""
    sums = [func.coalesce(func.sum(case((of_kind(kind, now), 1), else_=0)), 0) for kind in Kind]
    return dict(zip(Kind, (int(one) for one in db.session.execute(select(*sums)).one()), strict=True))


def series_ids() -> Sequence[int]:
    """All series."""
    return db.session.scalars(select(Series.id).order_by(Series.id)).all()


def _text_of(owner_id: ColumnElement[int], locale: str) -> Select[str]:
    row = TranslatedText
    return select(row.text).where(
        row.owner == "meeting", row.owner_id == owner_id, row.field == "title", row.locale == locale
    )


def _title(locale: str, source: str) -> ColumnElement[str]:
    here = Meeting.id.expression
    return func.coalesce(
        func.nullif(_text_of(here, locale).correlate(Meeting).scalar_subquery(), ""),
        _text_of(here, source).correlate(Meeting).scalar_subquery(),
        Meeting.slug,
    )


def _titled(text: str) -> Sequence[int]:
    """Meetings with a title in any language that has words which begin like these: a family may name another one."""
    wanted = words(text)
    row = TranslatedText
    titles = db.session.execute(select(row.owner_id, row.text).where(row.owner == "meeting", row.field == "title"))
    return sorted({meeting_id for meeting_id, title in titles if _begin(wanted, title)})


def _begin(wanted: Sequence[str], title: str) -> bool:
    there = [word for part in title.split() for word in words(part)]
    return all(any(word.startswith(one) for word in there) for one in wanted)
