"""Any order of registering, changing, withdrawing, erasing and new seats ends where a simple model says it ends."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select, update

from registration.extensions import db
from registration.families import seats
from registration.families.answers import Answers
from registration.families.change import ChangedMeanwhile, NoRoom, change, erase, promote, withdraw
from registration.families.demand import Counts
from registration.families.models import (
    Attendance,
    Demand,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    RegistrationWord,
)
from registration.families.recount import FIELDS, differences
from registration.families.register import register
from registration.mail.models import AddressAllowance, OutboxMessage
from registration.meetings.models import Meeting, MeetingDay
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.model import WAYS, Asked, Hall
from tests.promises.crowd import answers

SLUG = "english-meeting"
SEATS = {"in_person": 6, "online": 3}

ways = st.sampled_from(WAYS)
people = st.integers(1, 4)
asked = st.dictionaries(st.sampled_from(["es", "vi", "ase"]), st.integers(1, 3)).map(lambda d: frozenset(d.items()))


def wanted(number: int, way: str, how_many: int, languages: Asked) -> Answers:
    """The answers of a family of the model; its listeners are the largest number it has for any language."""
    return answers(
        number,
        adults=how_many - how_many // 2,
        children=how_many // 2,
        attendance=Attendance(way),
        spoken=tuple(sorted(language for language, _ in languages)),
        listeners=max((listeners for _, listeners in languages), default=1),
    )


def same_listeners(languages: Asked) -> Asked:
    """As the form has it: one number of listeners for all languages."""
    most = max((listeners for _, listeners in languages), default=1)
    return frozenset((language, most) for language, _ in languages)


class Meetings(RuleBasedStateMachine):
    """Drives the verbs and the model side by side."""

    families = Bundle("families")

    def __init__(self) -> None:
        super().__init__()
        for table in (
            InterpretationEvent,
            InterpretationRequest,
            RegistrationWord,
            Registration,
            MeetingDay,
            Demand,
            OutboxMessage,
            AddressAllowance,
        ):
            db.session.execute(delete(table))
        self.meeting_id = db.session.scalars(select(Meeting.id).where(Meeting.slug == SLUG)).one()
        zero: dict[str, Any] = dict.fromkeys(FIELDS, 0)
        db.session.execute(
            update(Meeting)
            .where(Meeting.id == self.meeting_id)
            .values(**zero, last_day=None, capacity=SEATS["in_person"], online_capacity=SEATS["online"])
        )
        db.session.commit()
        self.hall = Hall(dict(SEATS))
        self.ids: dict[int, int] = {}
        self.now = NOW
        self.district = content("en").district

    def step(self) -> None:
        """A minute passes."""
        self.now += timedelta(minutes=1)

    @rule(target=families, way=ways, how_many=people, languages=asked)
    def somebody_registers(self, way: str, how_many: int, languages: Asked) -> int:
        self.step()
        number = len(self.ids) + 1
        meeting = db.session.get_one(Meeting, self.meeting_id)
        done = register(
            meeting,
            wanted(number, way, how_many, languages),
            submission_id=f"submission-{number}",
            district=self.district,
            now=self.now,
        )
        db.session.commit()
        self.ids[number] = done.registration.id
        self.hall.register(number, way, how_many, same_listeners(languages))
        return number

    @rule(number=families, way=ways, how_many=people, languages=asked, late=st.booleans())
    def somebody_changes(self, number: int, way: str, how_many: int, languages: Asked, late: bool) -> None:
        """`late`: from a page that was shown before the last change."""
        self.step()
        before = self.hall.parties[number]
        try:
            self._change(number, wanted(number, way, how_many, languages), before.version - late)
            outcome = "changed"
            db.session.commit()
        except (ChangedMeanwhile, NoRoom) as refused:
            outcome = type(refused).__name__
            db.session.rollback()
        if late or before.status == "withdrawn":
            assert outcome == "ChangedMeanwhile"
        else:
            fits = self.hall.change(number, way, how_many, same_listeners(languages))
            assert outcome == ("changed" if fits else "NoRoom")

    def _change(self, number: int, new: Answers, version: int) -> None:
        change(
            self.ids[number],
            self.meeting_id,
            new,
            version=version,
            district=self.district,
            now=self.now,
            actor="family",
        )

    @rule(number=families)
    def somebody_cannot_come(self, number: int) -> None:
        self.step()
        withdraw(self.ids[number], self.meeting_id, now=self.now, actor="family")
        db.session.commit()
        self.hall.withdraw(number)

    @rule(number=consumes(families))
    def somebody_has_its_data_deleted(self, number: int) -> None:
        self.step()
        erase(self.ids[number], self.meeting_id, now=self.now)
        db.session.commit()
        self.hall.withdraw(number)

    @rule(way=ways, more=st.integers(-3, 5))
    def staff_change_the_capacity(self, way: str, more: int) -> None:
        self.step()
        meeting = seats.lock(self.meeting_id)
        new = max(self.hall.seats[way] + more, self.hall.taken(way))
        setattr(meeting, "capacity" if way == "in_person" else "online_capacity", new)
        db.session.flush()
        promote(meeting, self.now)
        db.session.commit()
        self.hall.seats[way] = new
        self.hall.promote()

    @invariant()
    def every_family_stands_where_the_model_says(self) -> None:
        found = {row.id: row for row in db.session.scalars(select(Registration))}
        for number, party in self.hall.parties.items():
            row = found[self.ids[number]]
            assert (row.status, row.version) == (party.status, party.version)
            if row.erased_at is None:
                assert (row.attendance, row.party) == (party.way, party.people)

    @invariant()
    def the_counters_are_those_of_the_model_and_of_the_rows(self) -> None:
        meeting = db.session.get_one(Meeting, self.meeting_id, populate_existing=True)
        assert (meeting.seats_taken, meeting.online_taken) == (self.hall.taken("in_person"), self.hall.taken("online"))
        assert (meeting.waiting, meeting.waiting_online) == tuple(len(self.hall.line(way)) for way in WAYS)
        rows = db.session.scalars(select(Demand).where(Demand.meeting_id == self.meeting_id))
        counted = {r.language: tuple(getattr(r, name) for name in Counts._fields) for r in rows}
        assert {tag: counts for tag, counts in counted.items() if any(counts)} == self.hall.demand()
        assert differences() == []

    @invariant()
    def no_waiting_party_fits_and_the_line_keeps_its_order(self) -> None:
        for way in WAYS:
            waiting = select(Registration).where(Registration.status == "waiting", Registration.attendance == way)
            ordered = db.session.scalars(waiting.order_by(Registration.waiting_since, Registration.id)).all()
            assert [row.id for row in ordered] == [self.ids[number] for number in self.hall.line(way)]
            assert not [row for row in ordered if row.party <= self.hall.free(way)]

    @invariant()
    def each_promotion_was_told_once(self) -> None:
        told = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.message == "promoted")
        assert db.session.scalars(told).one() == self.hall.promotions
        # What only looked must not keep the write lock of SQLite.
        db.session.rollback()


BOUNDED = settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


def test_any_order_of_events_ends_where_the_model_says(app: Flask) -> None:
    run_state_machine_as_test(Meetings, settings=BOUNDED)


def test_a_forgotten_promotion_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: seats come free and nobody is told."""
    monkeypatch.setattr(seats, "promote", lambda *_: [])
    finding = settings(BOUNDED, phases=[Phase.generate], database=None, max_examples=200, derandomize=True)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Meetings, settings=finding)
