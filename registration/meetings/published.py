"""What the public sees of series and meetings, in one page language, ready for templates and mails.

Counters (seats, waiting) are not here: they change with every registration and are read from the row each time.
All else changes only when staff change it, and `district.content_version` grows with that; so a process keeps what it
has made until the version it reads with each page is another one.

A transaction that has written sees rows that may be rolled back, and a version that is then used again. What it reads
is cached for that transaction only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from flask import current_app, g
from sqlalchemy import Connection, select
from sqlalchemy.orm import joinedload, selectinload

from registration import chosen, dates
from registration.database import NO_KEY, has_written, note_writing
from registration.extensions import db
from registration.meetings import changes, district_copy, texts
from registration.meetings.models import (
    District,
    InterpretationService,
    Meeting,
    MeetingChange,
    Mode,
    Place,
    Series,
    ServiceState,
    Way,
)
from registration.meetings.retention import DEFAULT_DAYS, days_of
from registration.meetings.shown import (
    ChangeView,
    DistrictView,
    MeetingView,
    PlaceView,
    SeriesView,
    ServiceView,
    tongue,
    unnamed_district,
)
from registration.meetings.texts import Said
from registration.phones import display, href

# A district's pages are asked for in a few languages; more than this means that versions pile up.
KEPT_CONTENTS = 64
# Key of `Session.info`: (transaction, version), and what was read there by language.
WOULD_BE = "published"


class Content:
    """Everything published, at one version, in one page language. Meetings are read when first asked for."""

    def __init__(self, locale: str, *, shared: bool = False) -> None:
        self.locale = locale
        self.shared = shared
        self.first_language: str = current_app.config["LANGUAGES"][0]
        self.district = self._district()
        self._series: dict[int, SeriesView] = {}
        self._meetings: dict[int, MeetingView] = {}
        self._floors: dict[int, dict[int, str]] = {}

    def _district(self) -> DistrictView:
        row = db.session.get(District, 1)
        if row is None:
            return unnamed_district(self.locale)
        found = texts.load([("district", 1)])
        if self.shared:
            chosen.note(_chosen(row.offered_languages, row.accent))
            for tag in current_app.config["LANGUAGES"]:
                district_copy.keep(_district_view(row, found, tag, self.first_language), tag)
        return _district_view(row, found, self.locale, self.first_language)

    def _must_not_learn(self) -> bool:
        # Asked for before something was written, and read on afterwards.
        return self.shared and has_written()

    def meeting(self, meeting_id: int) -> MeetingView:
        """One meeting."""
        return self.meetings([meeting_id])[0]

    def meetings(self, meeting_ids: Sequence[int]) -> list[MeetingView]:
        """Meetings in the order of `meeting_ids`; those not yet known are read together."""
        missing = [one for one in meeting_ids if one not in self._meetings]
        if missing and self._must_not_learn():
            return content(self.locale).meetings(meeting_ids)
        if missing:
            self._read(missing)
        return [self._meetings[one] for one in meeting_ids]

    def floors(self, series_id: int) -> dict[int, str]:
        """The languages that the meetings of a series are held in, by meeting."""
        if series_id not in self._floors:
            if self._must_not_learn():
                return content(self.locale).floors(series_id)
            query = select(Meeting.id, Meeting.floor_language).where(Meeting.published, Meeting.series_id == series_id)
            self._floors[series_id] = {row.id: row.floor_language for row in db.session.execute(query)}
        return self._floors[series_id]

    def series(self, series_id: int) -> SeriesView:
        """One series."""
        if series_id not in self._series:
            if self._must_not_learn():
                return content(self.locale).series(series_id)
            row = db.session.get_one(Series, series_id)
            self._series[series_id] = self._series_view(row, texts.load([("series", series_id)]))
        return self._series[series_id]

    def _read(self, meeting_ids: Iterable[int]) -> None:
        rows = db.session.scalars(
            select(Meeting)
            .where(Meeting.id.in_(meeting_ids))
            .options(joinedload(Meeting.series), joinedload(Meeting.place), selectinload(Meeting.services))
            .execution_options(populate_existing=True)
        ).all()
        owners = {("meeting", row.id) for row in rows} | {("series", row.series_id) for row in rows}
        owners |= {("place", row.place_id) for row in rows if row.place_id}
        plans = changes.of_meetings([row.id for row in rows])
        places = changes.places_of(plans)
        owners |= {("change", one.id) for some in plans.values() for one in some} | {("place", one) for one in places}
        sent_to = {one.other_meeting_id for row in rows for one in row.services if one.other_meeting_id}
        others = changes.other_meetings(sent_to)
        owners |= {("meeting", one) for one in others}
        found = texts.load(owners)
        district = db.session.get(District, 1)
        tell_by_days = district.tell_by_days if district else 3
        kept = district.retention_days if district else DEFAULT_DAYS
        for row in rows:
            view = self._meeting_view(row, found, tell_by_days, others)
            made = self._changes(plans[row.id], row, places, found)
            self._meetings[row.id] = replace(view, changes=made, retention_days=days_of(row, kept))

    def _changes(
        self, made: Iterable[MeetingChange], row: Meeting, places: Mapping[int, Place], found: texts.Texts
    ) -> tuple[ChangeView, ...]:
        said_in = (self.locale, self.first_language)
        return tuple(changes.view(change, row.time_zone, places, found, *said_in) for change in made)

    def _service_view(
        self, service: InterpretationService, others: Mapping[int, Meeting], found: texts.Texts
    ) -> ServiceView:
        other = others.get(service.other_meeting_id or 0)
        return ServiceView(
            tongue=tongue(service.language, self.locale),
            mode=Mode(service.mode),
            state=ServiceState(service.state),
            way=Way(service.way) if service.way else None,
            other=changes.other_meeting(other, found, self.locale, self.first_language) if other is not None else None,
        )

    def _series_view(self, row: Series, found: texts.Texts) -> SeriesView:
        def said(field: str) -> Said:
            return texts.say(found, "series", row.id, field, self.locale, self.first_language)

        return SeriesView(row.id, row.slug, said("title"), said("introduction"))

    def _place_view(self, row: Meeting, found: texts.Texts) -> PlaceView | None:
        place = row.place
        if place is None:
            return None

        room = texts.say(found, "meeting", row.id, "room", self.locale, self.first_language)
        return changes.place_view(place, room, found, self.locale, self.first_language)

    def _meeting_view(
        self, row: Meeting, found: texts.Texts, tell_by_days: int, others: Mapping[int, Meeting]
    ) -> MeetingView:
        locale = self.locale

        def said(field: str) -> Said:
            return texts.say(found, "meeting", row.id, field, locale, self.first_language)

        if row.series_id not in self._series:
            self._series[row.series_id] = self._series_view(row.series, found)
        return MeetingView(
            id=row.id,
            slug=row.slug,
            series=self._series[row.series_id],
            title=said("title"),
            about=said("about"),
            floor=tongue(row.floor_language, locale),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            time_zone=row.time_zone,
            when=dates.when(row.starts_at, row.ends_at, row.time_zone, locale),
            tile=dates.tile(row.starts_at, row.time_zone, locale),
            place=self._place_view(row, found),
            online=row.online,
            recording=row.recording,
            childcare=row.childcare,
            services=tuple(self._service_view(service, others, found) for service in row.services),
            tell_by=row.starts_at - timedelta(days=tell_by_days),
            retention_days=DEFAULT_DAYS,
            locale=locale,
        )


def _district_view(row: District, found: texts.Texts, locale: str, first_language: str) -> DistrictView:
    def said(field: str) -> Said:
        return texts.say(found, "district", 1, field, locale, first_language)

    return DistrictView(
        # Settings may be saved before anybody writes the name.
        name=said("name") or unnamed_district(locale).name,
        phone=display(row.phone),
        phone_href=href(row.phone),
        hours=said("hours"),
        say=said("say"),
        email=row.email,
        retention_days=row.retention_days,
        spoken_notice_days=row.spoken_notice_days,
        signed_notice_days=row.signed_notice_days,
    )


def _chosen(offered: list[str] | None, accent: str | None) -> chosen.Chosen:
    return chosen.Chosen(tuple(offered) if offered else None, accent)


def read_chosen(connection: Connection) -> chosen.Chosen:
    """What the district's row says of languages and colour, for a process that has read no content yet."""
    row = connection.execute(select(District.offered_languages, District.accent)).first()
    return _chosen(*row) if row else chosen.Chosen()


def last_known_district(locale: str) -> DistrictView:
    """The district as this process last read it, for pages that must come out while the database is away."""
    kept: dict[tuple[int, str], Content] = current_app.extensions.get("published", {})
    known = [one.district for (_, tag), one in kept.items() if tag == locale]
    return known[-1] if known else district_copy.read(locale)


def note_version(version: int | None) -> None:
    """Say which content version this request has read along with its own rows, which saves asking again."""
    if not has_written():
        g.content_version = version or 0


def forget_version() -> None:
    """Ask for the version again at the next look: for contexts that live longer than a request."""
    g.pop("content_version", None)


def _version() -> int:
    if "content_version" not in g:
        note_version(_read_version())
    version: int = g.content_version
    return version


def _read_version() -> int | None:
    return db.session.scalar(select(District.content_version).where(District.id == 1))


def content(locale: str) -> Content:
    """What is published now, in `locale`; to a transaction that has written, what would be if it committed."""
    if has_written():
        return _would_be(locale)
    kept: dict[tuple[int, str], Content] = current_app.extensions.setdefault("published", {})
    key = (_version(), locale)
    if key not in kept:
        if len(kept) >= KEPT_CONTENTS:
            kept.clear()
        kept[key] = Content(locale, shared=True)
    return kept[key]


def _would_be(locale: str) -> Content:
    session = db.session()
    # The version makes out what was read before the last `touch` of this transaction.
    key = (session.get_transaction(), _read_version())
    kept_for, kept = session.info.get(WOULD_BE, (None, {}))
    if kept_for != key:
        kept = {}
        session.info[WOULD_BE] = (key, kept)
    if locale not in kept:
        kept[locale] = Content(locale)
    found: Content = kept[locale]
    return found


def district_in(locale: str) -> DistrictView:
    """The district as it is now, in `locale`, for mails of features that know no district."""
    forget_version()
    return content(locale).district


def touch() -> None:
    """Record, in the caller's transaction, that something the public sees has changed."""
    district = db.session.get(District, 1, with_for_update=NO_KEY)
    if district is not None:
        district.content_version += 1
    note_writing(db.session())
    forget_version()
