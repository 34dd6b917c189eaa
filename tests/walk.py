"""Every page a family can meet, in every state, in one page language. Each step is a name and a page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from registration import clock, links
from registration.extensions import db
from registration.families import holder
from registration.families.models import Registration
from registration.meetings import pages as public_pages
from registration.meetings.models import InterpretationService, Meeting, MeetingStatus, Mode, ServiceState
from registration.meetings.published import touch
from tests.conftest import NOW
from tests.pages import Browser, Form, Page

Step = tuple[str, Page]

# Days before a meeting that pages name (District: notice for speech and for signs, and when families are told), and the
# moments between which registering is possible.
DEADLINES = tuple(timedelta(days=days) for days in (3, 14, 28))
OPENED, CLOSED = NOW + timedelta(days=1), NOW - timedelta(days=1)

NAME, OTHER_NAME = "Rosa Méndez Xol", "Nguyễn Thị Hoa"
EMAIL, MISTYPED, LIKELY = "rosa@example.org", "rosa@gmial.com", "rosa@gmail.com"
PHONE, PHONE_WRITTEN = "303 555 0148", "+13035550148"
OWN_WORDS, NEED, QUESTION = "Chuj de San Mateo", "Ne puedo subir escaleras", "¿Quién decide?"
TYPED = (NAME, OTHER_NAME, EMAIL, MISTYPED, LIKELY, PHONE, OWN_WORDS, NEED, QUESTION)

ROSA: dict[str, Any] = {
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "interpretation": ["es"],
    "adults": "2",
    "listeners": "2",
}
EVERYTHING = ROSA | {
    "interpretation": ["other", "so"],
    "other_language": OWN_WORDS,
    "children": "1",
    "attendance": "in_person",
    "needs": ["captions", "wheelchair", "large_print", "assistive_listening"],
    "needs_other": NEED,
    "childcare_children": "2",
    "question": QUESTION,
}
WRONG: dict[str, dict[str, Any]] = {
    "no name": {"name": ""},
    "a long name": {"name": "x" * 129},
    "no way to reach": {"email": "", "phone": ""},
    "a phone that is none": {"phone": "12"},
    "an email that is none": {"email": "rosa"},
    "a long email": {"email": "r" * 300 + "@example.org"},
    "no answer to the interpreter question": {"interpretation": []},
    "an unknown language": {"interpretation": ["xx"]},
    "none and a language": {"interpretation": ["none", "es"]},
    "other without words": {"interpretation": ["other"]},
    "call me without a phone": {"interpretation": ["call"], "phone": ""},
    "listeners in words": {"listeners": "many"},
    "too many listeners": {"listeners": "99"},
    "nobody comes": {"adults": "0"},
    "too many people": {"adults": "20", "children": "9"},
    "an unknown way to attend": {"attendance": "by_boat"},
    "an unknown need": {"needs": ["money"]},
    "a long need": {"needs_other": "x" * 1001},
    "children in words": {"childcare_children": "two"},
    "a long question": {"question": "x" * 2001},
}


class Visitor(Browser):
    """A reader whose requests leave nothing to the next one: the tests' application context outlives them."""

    def raw(self, method: str, address: str, **options: Any) -> Any:
        """An answer as it comes."""
        for name in list(g):
            g.pop(name)
        return super().raw(method, address, **options)


class Walk:
    """The walk of one reader through all pages in `tag`."""

    def __init__(self, app: Flask, tag: str) -> None:
        self.app, self.tag = app, tag
        self.visitor = Visitor(app)

    def steps(self) -> Iterator[Step]:
        """All of it. The order matters: states build on each other."""
        yield from self.public()
        yield from self.meetings()
        yield from self.form()
        yield from self.registered()
        yield from self.without_email()
        yield from self.waiting()
        yield from self.links()
        yield from self.errors()

    def get(self, path: str) -> Page:
        """A page of this language."""
        return self.visitor.get(f"/{self.tag}/{path}")

    def change_meeting(self, slug: str, **columns: object) -> None:
        """Change a meeting as staff would."""
        row = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
        for name, value in columns.items():
            setattr(row, name, value)
        touch()
        db.session.commit()

    def last(self) -> Registration:
        """The newest registration."""
        return db.session.scalars(select(Registration).order_by(Registration.id.desc())).first() or Registration()

    def public(self) -> Iterator[Step]:
        """Pages without a state."""
        for path in ("", "series/school-safety/", "privacy", "accessibility", "contact"):
            yield path or "home", self.get(path)
        with clock.at(clock.now() + timedelta(days=900)):
            yield "home without meetings", self.get("")
            yield "series without meetings ahead", self.get("series/school-safety/")

    def meetings(self) -> Iterator[Step]:
        """A meeting in each of its states, on its own page and in the lists."""
        english = "english-meeting"
        for slug in (english, "spanish-meeting", "vietnamese-meeting", "english-meeting-2021"):
            yield slug, self.get(f"meetings/{slug}/")
        states: dict[str, dict[str, object]] = {
            "few seats": {"seats_taken": 115, "recording": "audio"},
            "full, room online": {"seats_taken": 120},
            "full": {"online_taken": 200, "waiting": 1},
            "cancelled": {"status": MeetingStatus.CANCELLED},
            "postponed": {"status": MeetingStatus.POSTPONED},
            "closed": {"status": MeetingStatus.SCHEDULED, "closes_at": CLOSED},
            "not open yet": {"closes_at": None, "opens_at": OPENED},
            "childcare closed": {"opens_at": None, "seats_taken": 0, "waiting": 0, "childcare_closes_at": NOW},
            "few places online": {"in_person": False, "place_id": None, "online_taken": 198},
            "online": {"online_taken": 0},
        }
        row = db.session.scalars(select(Meeting).where(Meeting.slug == english)).one()
        before = {"in_person": True, "place_id": row.place_id, "childcare_closes_at": row.childcare_closes_at}
        for name, columns in states.items():
            self.change_meeting(english, **columns)
            yield name, self.get(f"meetings/{english}/")
            yield f"home: {name}", self.get("")
        self.change_meeting(english, recording="yes", **before)
        self._services(english)
        yield "every kind of interpretation", self.get(f"meetings/{english}/")
        yield "home: every kind of interpretation", self.get("")

    def _services(self, slug: str) -> None:
        meeting_id = db.session.scalars(select(Meeting.id).where(Meeting.slug == slug)).one()
        kinds = [
            ("so", Mode.WHISPERED, ServiceState.CONFIRMED),
            ("ase", Mode.SIGN, ServiceState.CONFIRMED),
            ("en", Mode.CAPTIONING, ServiceState.CONFIRMED),
            ("ar", Mode.CONSECUTIVE, ServiceState.LOOKING),
            ("am", Mode.CONSECUTIVE, ServiceState.ANOTHER_WAY),
        ]
        for language, mode, state in kinds:
            db.session.add(InterpretationService(meeting_id=meeting_id, language=language, mode=mode, state=state))
        touch()
        db.session.commit()

    def open_form(self, slug: str = "english-meeting") -> Form:
        """The form of a meeting, not yet filled in."""
        return self.get(f"meetings/{slug}/register").form("submission_id")

    def form(self) -> Iterator[Step]:
        """The form, everything that can be wrong with it, and the check page."""
        yield "form", self.get("meetings/english-meeting/register")
        yield "form of a meeting in Spanish", self.get("meetings/spanish-meeting/register")
        for name, answers in WRONG.items():
            page = self.visitor.send(self.open_form(), **(ROSA | answers))
            assert page.status == 422, name
            yield f"wrong: {name}", page
        yield "everything wrong", self.visitor.send(self.open_form(), name="", interpretation=[], adults="x")
        yield "an old form", self._old("csrf_token")
        check = self.visitor.send(self.open_form(), **(EVERYTHING | {"email": MISTYPED}))
        yield "check", check
        yield "check without a phone", self.visitor.send(self.open_form(), **(ROSA | {"phone": ""}))
        yield "check without an email", self.visitor.send(self.open_form(), **(ROSA | {"email": ""}))
        yield "check of the floor language", self.visitor.send(self.open_form(), **(ROSA | {"interpretation": ["en"]}))
        for language in ("xx", "so"):
            no_phone = self.visitor.send(self.open_form(), **(ROSA | {"phone": ""})).forms()[0]
            yield f"to be written to in {language}", self.visitor.send(no_phone, contact_language=language)
        yield "back to the form", self.visitor.send(check.forms()[1])

    def _old(self, token: str) -> Page:
        form = self.open_form().fill(**ROSA)
        form.values[token] = "old"
        return self.visitor.post(form.action, form.values)

    def register(self, slug: str = "english-meeting", **answers: Any) -> Page:
        """From the form to the confirmation."""
        return self.visitor.send(self.visitor.send(self.open_form(slug), **answers).forms()[0])

    def registered(self) -> Iterator[Step]:
        """A registration: seen, changed, in conflict, called off, deleted."""
        with clock.at(clock.now() + timedelta(days=30)):
            self.visitor = Visitor(self.app)
            check = self.visitor.send(self.open_form(), **(EVERYTHING | {"interpretation": ["call", "so"]}))
            yield "check of a late request", check
            yield "confirmation", self.visitor.send(check.forms()[0])
            again = check.forms()[0]
            again.values["adults"] = "3"
            yield "sent before, mine", self.visitor.post(again.action, again.values)
            stranger = Visitor(self.app)
            token = stranger.get(f"/{self.tag}/meetings/english-meeting/register").form("submission_id")
            again.values["csrf_token"] = token.values["csrf_token"]
            yield "sent before, not mine", stranger.post(again.action, again.values)
            yield from self._own()

    def _own(self) -> Iterator[Step]:
        yield "registration", self.get("registration/")
        yield "held", self.get("registration/?held=1")
        page = self.get("registration/change")
        yield "change", page
        yield "change: wrong", self.visitor.send(page.form("name"), name="", email="", phone="")
        yield "change: no room", self.visitor.send(self._crowded(page), adults="19")
        self.change_meeting("english-meeting", seats_taken=3)
        other = self.visitor.send(self.get("registration/change").form("name"), adults="1", other_language=OWN_WORDS)
        yield "changed", other
        yield "changed meanwhile", self.visitor.send(page.form("name"), adults="3")
        form = page.form("name")
        form.values["registration"] = "another"
        yield "another registration", self.visitor.post(form.action, form.values)
        self.change_meeting("english-meeting", status=MeetingStatus.CANCELLED)
        yield "registration of a cancelled meeting", self.get("registration/")
        self.change_meeting("english-meeting", status=MeetingStatus.POSTPONED)
        yield "registration of a postponed meeting", self.get("registration/")
        self.change_meeting("english-meeting", status=MeetingStatus.SCHEDULED)
        yield from self._still_coming()
        yield "withdraw", self.get("registration/withdraw")
        yield "withdrawn", self.visitor.send(self.get("registration/withdraw").form("registration"))
        yield "erase", self.get("registration/delete")
        yield "erased", self.visitor.send(self.get("registration/delete").form("registration"))

    def _still_coming(self) -> Iterator[Step]:
        """Asked before the meeting; and no more reminders, and reminders again."""
        self.change_meeting("english-meeting", asked_until=clock.now())
        yield "registration with a question", self.get("registration/")
        page = self.get("registration/coming")
        yield "still coming", page
        yield "still coming: yes", self.visitor.send(page.form("registration"))
        token = holder.address_token(links.Purpose.UNSUBSCRIBE, self.last())
        page = self.get(f"unsubscribe/{token}")
        yield "no more reminders", page
        done = self.visitor.send(page.form("List-Unsubscribe"))
        yield "no more reminders: done", done
        yield "reminders again", self.visitor.send(done.form("csrf_token"))

    def _crowded(self, page: Page) -> Form:
        self.change_meeting("english-meeting", seats_taken=120)
        return page.form("name")

    def without_email(self) -> Iterator[Step]:
        """Nothing but a telephone; then the next person at the same device."""
        self.visitor = Visitor(self.app)
        yield "confirmation by telephone", self.register(**(ROSA | {"email": "", "name": OTHER_NAME}))
        yield "erase while registered", self.get("registration/delete")
        page = self.get("registration/")
        leave = next(form for form in page.forms() if form.action.endswith("/next"))
        yield "next person", self.visitor.send(leave)

    def waiting(self) -> Iterator[Step]:
        """A full meeting, and one that closes while the form is open."""
        self.change_meeting("vietnamese-meeting", seats_taken=40)
        self.change_meeting("english-meeting", seats_taken=120, online_taken=200)
        self.visitor = Visitor(self.app)
        yield "form of a full meeting", self.get("meetings/english-meeting/register")
        check = self.visitor.send(self.open_form(), **(ROSA | {"childcare_children": "20"}))
        yield "check of a full meeting", check
        yield "on the waiting list", self.visitor.send(check.forms()[0])
        late = self.open_form("vietnamese-meeting").fill(**ROSA)
        self.change_meeting("vietnamese-meeting", status=MeetingStatus.CANCELLED)
        yield "closed meanwhile", self.visitor.post(late.action, late.values)
        self.change_meeting("english-meeting", seats_taken=1, online_taken=0, waiting=0, childcare_taken=20)
        yield "no childcare left", self.register(**(ROSA | {"childcare_children": "1"}))

    def links(self) -> Iterator[Step]:
        """Links that are lost, old or not mine."""
        registration = self.last()
        lost = self.get("lost-link")
        yield "lost link", lost
        yield "lost link: nothing given", self.visitor.send(lost.form("code"), code="", contact="")
        yield "lost link: sent", self.visitor.send(lost.form("code"), code=registration.code, contact=EMAIL)
        not_me = holder.address_token(links.Purpose.NOT_ME, registration)
        own = links.token(links.Purpose.REGISTRATION, registration.public_id, registration.link_version + 1)
        self.visitor = Visitor(self.app)
        page = self.get(f"not-me/{not_me}")
        yield "not me", page
        yield "not me: done", self.visitor.send(page.form("csrf_token"))
        yield "no link held", self.get("registration/")
        yield "a link that is no more", self.get(f"r/{own}")
        yield "a link that never was", self.get("r/nonsense")

    def errors(self) -> Iterator[Step]:
        """What goes wrong on the way or on our side."""
        yield "404", self.get("nothing-here")
        yield "404 of a meeting", self.get("meetings/nothing/")
        yield "405", self.visitor.post(f"/{self.tag}/privacy", {})
        yield "413", self.visitor.post(self.open_form().action, {"question": "x" * 300_000})
        for code, error in (("503", OperationalError("SELECT", {}, Exception("away"))), ("500", KeyError("broken"))):
            yield code, self._broken(error)

    def _broken(self, error: Exception) -> Page:
        def fail() -> None:
            raise error

        endpoint = f"{public_pages.blueprint.name}.contact"
        view = self.app.view_functions[endpoint]
        self.app.view_functions[endpoint] = fail  # type: ignore[assignment] # it gives no answer
        self.app.testing = False
        try:
            return self.get("contact")
        finally:
            self.app.testing = True
            self.app.view_functions[endpoint] = view
