"""Staff in the journeys: signed in already, with meetings, families and messages of their own."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import delete, select, update

from registration import clock
from registration.extensions import db
from registration.families import releasing
from registration.families.interpretation import Key
from registration.families.models import InterpretationRequest, Modality, Registration, Removal
from registration.families.views.own import link_of
from registration.interpretation import book, interpreters, offers, profile, teams
from registration.interpretation.briefing import write
from registration.interpretation.briefing.files import Sent
from registration.interpretation.briefing.models import MaterialKind
from registration.interpretation.day.models import Alarm
from registration.interpretation.details import Details, Direction
from registration.interpretation.models import Assignment, Delivery, OfferWay, OwnChange, Seat
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import (
    InterpretationService,
    Meeting,
    MeetingChange,
    Mode,
    OnlineAccess,
    ServiceState,
    TranslatedText,
    Way,
)
from registration.meetings.published import touch
from registration.reminders.models import (
    Announcement,
    AnnouncementMeeting,
    ReminderRule,
    ReminderRun,
    RuleKind,
    RunState,
)
from tests.journeys.installation import MAIL_WITHIN_SECONDS, Installation, ago
from tests.journeys.states import LONG, NAME
from tests.journeys.steps import Family
from tests.signing_in import person_with, signed_in
from tests.staff.coming import comes

REFUSED = "SMTPRecipientsRefused: 550 5.1.1 User unknown"


@dataclass(frozen=True)
class Comes(Family):
    """A family that has registered, with the number of its row."""

    id: int


def cookies(service: Installation, *roles: str, locale: str = "en", email: str | None = None) -> list[dict[str, str]]:
    """What a browser holds in which the person with these roles is signed in."""
    address = email or f"{'-'.join(sorted(roles)) or 'nobody'}.{locale.lower()}@staff.example.org"
    with service.database():
        browser = signed_in(service.app, *roles, locale=locale, email=address)
        held = browser.client.get_cookie("session")
    assert held
    return [{"name": "session", "value": held.value, "url": service.address}]


def meeting_id(service: Installation, slug: str) -> int:
    """The row of a meeting."""
    with service.database():
        return db.session.scalars(select(Meeting.id).where(Meeting.slug == slug)).one()


def coming(service: Installation, slug: str, name: str, **answers: Any) -> Comes:
    """A family that has registered for a meeting, without a browser."""
    with service.database():
        made = comes(name, slug, **answers)
        return Comes(made.code, link_of(made), made.public_id, made.id)


def message(service: Installation, family: Comes, **columns: object) -> int:
    """Change the only message to a family, once it lies where it stays: the delivery would write over it."""
    row = OutboxMessage
    mine = (row.subject_kind == "registration", row.subject_id == family.id)
    until = time.monotonic() + MAIL_WITHIN_SECONDS
    while True:
        with service.database():
            number, state = db.session.execute(select(row.id, row.state).where(*mine)).one()
            if state not in (State.QUEUED, State.SENDING):
                db.session.execute(update(row).where(row.id == number).values(**columns))
                return int(number)
        assert time.monotonic() < until, f"the message to {family.code} is still {state}"
        time.sleep(0.1)


@dataclass
class Desk:
    """A meeting with everything that staff can meet, and one that is still being written; no journey changes them."""

    service: Installation
    slug: str = "walked-by-staff"
    families: list[Comes] = field(default_factory=list)
    over: int = 0

    @cached_property
    def gaps(self) -> dict[str, int | str]:
        """What stands in the gaps of addresses, by their names."""
        self._families()
        failed = message(self.service, self.families[0], state=State.FAILED, last_error=REFUSED, attempts=4)
        message(self.service, self.families[2], state=State.HELD, send_at=ago(-1))
        with self.service.database():
            meeting = db.session.scalars(select(Meeting).where(Meeting.slug == self.slug)).one()
            self._decided(meeting)
            db.session.get_one(Registration, self.row("not_me")).not_me_at = clock.now()
            removal = Removal(meeting_id=meeting.id, at=clock.now(), families=3)
            db.session.add(removal)
            db.session.flush()
            own_words = select(InterpretationRequest.id).where(
                InterpretationRequest.registration_id == self.families[1].id
            )
            return {
                **self._said(meeting),
                **self._team(meeting),
                "meeting_id": meeting.id,
                "registration_id": self.families[0].id,
                "message_id": failed,
                "person_id": person_with("greeter", locale="vi", email="walked@staff.example.org").id,
                "series_id": meeting.series_id,
                "place_id": int(meeting.place_id or 0),
                "request_id": db.session.scalars(own_words).one(),
                "removal_id": removal.id,
                "language": "so",
                "modality": "spoken",
                "tag": "vi",
            }

    def row(self, which: str) -> int:
        """The row of a family: `own_words`, or `not_me`; or that of a job, `over`."""
        if which == "over":
            return self.over
        return self.families[{"own_words": 1, "not_me": 4}[which]].id

    def _families(self) -> None:
        slug = self.service.meeting(self.slug, capacity=24, online=True, online_capacity=6)
        none = {"email": None}
        twice = {"email": LONG.replace("ä", "ae"), "phone": "+13035550148"}
        for name, answers in (
            (NAME, {"spoken": ("so", "am"), "listeners": 3, "children": 2, "question": "¿" + "mucho " * 40, **twice}),
            ("Ixchel Pérez", {"spoken": (), "other_language": "Mam de Todos Santos", "phone": "+13035550149", **none}),
            ("Nguyễn Thị Hạnh", {"spoken": ("vi",), "contact_language": "vi", "locale": "vi", **twice}),
            ("عبد الرحمن", {"spoken": ("ar",), "call_me": True, "phone": "+13035550150", "contact_language": "ar"}),
            ("Grace Example", {"spoken": ("ase",), "needs": ("captions", "wheelchair"), "attendance": "online"}),
            ("Wolde Tesfaye", {"spoken": ("am",), "adults": 4, "children": 6}),
            ("Maria Lopez", {"adults": 2, "children": 4, "childcare_children": 3}),
            ("Last Family", {"spoken": ("ksw",), "adults": 5}),
        ):  # fmt: skip
            self.families.append(coming(self.service, slug, name, **answers))

    def _decided(self, meeting: Meeting) -> None:
        for language, state, way in (
            ("so", ServiceState.LOOKING, None),
            ("am", ServiceState.CONFIRMED, None),
            ("ksw", ServiceState.ANOTHER_WAY, Way.TELEPHONE),
        ):
            db.session.add(
                InterpretationService(
                    meeting_id=meeting.id,
                    language=language,
                    mode=Mode.SIMULTANEOUS,
                    state=state,
                    way=way,
                    standing=False,
                )
            )
        for language in ("", "so"):
            db.session.add(
                OnlineAccess(meeting_id=meeting.id, language=language, link=f"https://video.example.org/{'j' * 80}",
                             dial_in="+1 303 555 0177", passcode="48215")
            )  # fmt: skip
        before = {"starts_at": ago(3).isoformat(), "ends_at": ago(3).isoformat()}
        db.session.add(MeetingChange(meeting_id=meeting.id, kind="moved", at=clock.now(), before=before))
        touch()

    def _team(self, meeting: Meeting) -> dict[str, int | str]:
        """A team with a seat offered, one free, one whose interpreter is missing and one that is done with."""
        people = []
        for name, more in (
            ("Hodan Ali Nur", {"preferred": True}),
            ("Words and Hands Interpreting Agency of the Rocky Mountains", {"kind": "agency"}),
            ("Farah Nur", {"blocked": True, "tested": False}),
        ):
            both = [Direction("en", "so", ("simultaneous",)), Direction("so", "en", ("simultaneous",))]
            details = Details(name, "America/Denver", "somebody@interpreters.example.org", directions=both, **more)
            people.append(interpreters.add(details, by=None, now=clock.now()))
        plan = teams.Plan(Mode.SIMULTANEOUS, Delivery.ON_SITE, 4)
        key = Key("so", Modality.SPOKEN)
        team = teams.decide(meeting.id, key, plan, profile.current(), version=0, by=None, now=clock.now())
        first, second, third, fourth = (
            seat.id
            for seat in db.session.scalars(select(Seat).where(Seat.service_id == team.service_id).order_by(Seat.number))
        )
        offers.offer(first, [people[0].id], OfferWay.ONE, by=None, now=clock.now())
        missing = book.book(third, people[1].id, by=None, now=clock.now())
        alarm = Alarm(assignment_id=missing.id, meeting_id=meeting.id, danger="not_there", raised_at=clock.now())
        over = Assignment(
            seat_id=fourth,
            interpreter_id=people[2].id,
            meeting_id=meeting.id,
            state="checked_in",
            exclusive=False,
            starts_at=ago(1),
            ends_at=ago(1) + timedelta(hours=1),
            note="It took longer. " * 20,
            created_at=ago(2),
            changed_at=ago(1),
        )
        db.session.add_all([alarm, over])
        db.session.flush()
        self.over = over.id
        week = "\n".join(f"{day} 17:00-21:00" for day in range(1, 8))
        db.session.add(OwnChange(interpreter_id=people[0].id, at=clock.now(), field="week", after=week))
        return {
            "seat_id": second,
            "interpreter_id": people[0].id,
            "assignment_id": missing.id,
            "alarm_id": alarm.id,
            "material_id": self._briefed(meeting),
        }

    def _briefed(self, meeting: Meeting) -> int:
        """What interpreters read, with a file, an address, and something that is only expected."""
        words = write.Words("Ana Ruiz", "+13035550148", "Headsets", "The door on Elm Street", "Welcome\nSafety", LONG)
        write.keep(meeting.id, words, version=0, by=None, now=clock.now())
        file = Sent("slides-of-the-evening.pdf", "application/pdf", b"%PDF-1.7")
        kind, title = MaterialKind.SLIDES, "Slides of the evening, second part"
        expected = write.Wanted(kind, title)
        here = (write.Wanted(kind, title, file=file), write.Wanted(kind, title, "so", "https://words.example.org/so"))
        made = [write.add(meeting.id, one, by=None, now=clock.now()) for one in (*here, expected)]
        releasing.release(self.families[0].id, "Who decides?", by=None, now=clock.now())
        return made[-1].id

    def _said(self, meeting: Meeting) -> dict[str, int | str]:
        """A reminder that has gone out, and an announcement that is being written."""
        rule = ReminderRule(
            meeting_id=meeting.id, kind=RuleKind.OWN, days_before=2, at_time=600, active=False, since=clock.now()
        )
        written = Announcement(created_at=clock.now())
        db.session.add_all([rule, written])
        db.session.flush()
        run = ReminderRun(
            rule_id=rule.id,
            meeting_id=meeting.id,
            occurrence=f"{rule.id}:then",
            due_at=ago(1),
            state=RunState.DONE,
            queued=5,
            called=2,
            skipped=1,
            finished_at=ago(1),
        )
        db.session.add_all([run, AnnouncementMeeting(announcement_id=written.id, meeting_id=meeting.id)])
        for owner, number in (("reminder", rule.id), ("announcement", written.id)):
            for name, words in (("subject", "Bring your questions"), ("body", "Come a little earlier.\n\nThank you.")):
                text = TranslatedText(owner=owner, owner_id=number, field=name, locale="en", text=words)
                text.status = "reviewed"
                db.session.add(text)
        db.session.flush()
        return {"rule_id": rule.id, "run_id": run.id, "announcement_id": written.id}

    @cached_property
    def draft(self) -> int:
        """A meeting that is not published, with Vietnamese missing and Spanish not reviewed."""
        slug = self.service.meeting("draft-of-staff", like="spanish-meeting", published_at=None)
        number = meeting_id(self.service, slug)
        with self.service.database():
            row = TranslatedText
            texts = (row.owner == "meeting", row.owner_id == number)
            db.session.execute(delete(row).where(*texts, row.locale == "vi"))
            db.session.execute(update(row).where(*texts, row.locale == "es").values(status="draft"))
        return number
