"""How one family will hear a meeting: what it asked for and what is true of it just now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from registration import dates, languages
from registration.families.answers import Answers, Wish
from registration.families.models import (
    OWN_WORDS,
    RESULTS,
    Event,
    InterpretationEvent,
    InterpretationRequest,
    Modality,
)
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting, Mode, ServiceState
from registration.meetings.shown import DistrictView, MeetingView, ServiceView, tongue
from registration.meetings.voices import (
    ICON,
    WAY_ICON,
    Voice,
    another_way_sentence,
    confirmed_sentence,
    floor_voice,
    looking_sentence,
    with_other,
)

SIGN_MODES = (Mode.SIGN,)


def voices(
    view: MeetingView, requests: Iterable[InterpretationRequest], district: DistrictView, now: datetime
) -> list[Voice]:
    """The room's voice, then one node for each request."""
    return [floor_voice(view), *(voice(view, request, district, now) for request in requests)]


def foreseen(
    view: MeetingView, meeting: Meeting, answers: Answers, district: DistrictView, now: datetime
) -> list[Voice]:
    """What would be true of answers that are not yet sent."""
    wishes = answers.wishes(meeting.floor_language)
    return voices(view, [request(wish, meeting, district, now) for wish in wishes], district, now)


def request(wish: Wish, meeting: Meeting, district: DistrictView, now: datetime) -> InterpretationRequest:
    """A wish as a row of its own, late or not; nobody has added it yet."""
    return InterpretationRequest(
        meeting_id=meeting.id,
        language=wish.language,
        modality=wish.modality,
        own_words=wish.own_words,
        listeners=wish.listeners,
        late=is_late(meeting, wish, district, now),
        created_at=now,
    )


def is_late(meeting: Meeting, wish: Wish, district: DistrictView, now: datetime) -> bool:
    """Whether a wish comes after the day the district asks for; it is taken all the same."""
    sign = wish.modality == Modality.SIGN
    notice = district.signed_notice_days if sign else district.spoken_notice_days
    return now > meeting.starts_at - timedelta(days=notice)


def voice(view: MeetingView, request: InterpretationRequest, district: DistrictView, now: datetime) -> Voice:
    """One request as a node."""
    service = service_of(view, request)
    return with_other(_node(view, request, service, state(view, request, district, now)), service)


def _node(view: MeetingView, request: InterpretationRequest, service: ServiceView | None, sentence: str) -> Voice:
    sure = service is not None and service.state is ServiceState.CONFIRMED
    if (became := became_of(request)) is not None:
        sure = became == Event.SERVED
    if service is None or not sure:
        kind = WAY_ICON.get(service.way if service else None, "search")
    else:
        kind = ICON.get(service.mode, "ear")
    if request.modality == Modality.CAPTIONS:
        return Voice(
            "captions" if sure else kind, "outlined" if sure else "dashed", gettext("Captions"), sentence=sentence
        )
    if request.language == OWN_WORDS:
        return Voice(kind, "dashed", request.own_words, "und", "auto", sentence=sentence)
    one = tongue(request.language, view.locale)
    return Voice(
        kind,
        "outlined" if sure else "dashed",
        one.own_name,
        languages.html_lang(one.tag),
        one.dir,
        one.translated,
        sentence,
    )


def state(view: MeetingView, request: InterpretationRequest, district: DistrictView, now: datetime) -> str:
    """What is true of a request, and how many listen; after the meeting what became of it, once staff have said."""
    if (became := became_of(request)) is not None:
        return _became(Event(became), request.modality == Modality.CAPTIONS)
    service = service_of(view, request)
    if view.ends_at <= now and (service is None or service.state is not ServiceState.ANOTHER_WAY):
        return _was_booked(service is not None and service.state is ServiceState.CONFIRMED)
    if service is not None and service.state is ServiceState.CONFIRMED:
        said = confirmed_sentence(service.mode)
    elif service is not None and service.state is ServiceState.ANOTHER_WAY:
        said = another_way_sentence(service)
    elif request.modality == Modality.CAPTIONS:
        said = gettext("We have noted that you need captions. We will tell you whether we can offer them.")
    elif late(view, request, district):
        said = gettext(
            "You asked after %(day)s. We will still try to find an interpreter.",
            day=asked_by(view, request, district),
        )
    else:
        said = looking_sentence(view, now)
    return f"{said} {_listeners(request)}".strip()


def became_of(request: InterpretationRequest) -> str | None:
    """What staff said became of a request, one of RESULTS. A request that nobody has stored has no events."""
    events: Iterable[InterpretationEvent] = vars(request).get("events", ())
    return next((event.event for event in reversed(list(events)) if event.event in RESULTS), None)


def _was_booked(sure: bool) -> str:
    """After a meeting of which nobody has said yet what became of it."""
    if sure:
        return gettext("Interpretation was arranged for this meeting.")
    return gettext("We did not find an interpreter in time. We are sorry.")


def _became(event: Event, captions: bool) -> str:
    if captions:
        return {
            Event.SERVED: gettext("There were captions."),
            Event.PARTLY: gettext("There were captions for a part of the meeting. We are sorry for the rest."),
        }.get(event, gettext("There were no captions. We are sorry. Please call us about what you missed."))
    return {
        Event.SERVED: gettext("There was an interpreter."),
        Event.PARTLY: gettext("There was an interpreter for a part of the meeting. We are sorry for the rest."),
    }.get(event, gettext("There was no interpreter. We are sorry. Please call us about what you missed."))


def late(view: MeetingView, request: InterpretationRequest, district: DistrictView) -> bool:
    """Whether to say that a request came late: its mark stays when a meeting is moved, but the day would be wrong."""
    return request.late and request.created_at > _last_day(view, request, district)


def still_late(view: MeetingView, request: InterpretationRequest, district: DistrictView, now: datetime) -> bool:
    """Whether the page must say so: not once the meeting is over."""
    return view.ends_at > now and late(view, request, district)


def asked_by(view: MeetingView, request: InterpretationRequest, district: DistrictView) -> str:
    """The last day on which the district asks for such requests, in words."""
    return dates.day_month(_last_day(view, request, district), view.time_zone, view.locale)


def _last_day(view: MeetingView, request: InterpretationRequest, district: DistrictView) -> datetime:
    sign = request.modality == Modality.SIGN
    return view.starts_at - timedelta(days=district.signed_notice_days if sign else district.spoken_notice_days)


def _listeners(request: InterpretationRequest) -> str:
    if request.listeners < 2:
        return ""
    return ngettext("%(num)s person will listen.", "%(num)s people will listen.", request.listeners)


def service_of(view: MeetingView, request: InterpretationRequest) -> ServiceView | None:
    """What the district provides for a request; None while nobody has decided."""
    services = (one for one in view.services if serves(one, request.language, request.modality))
    return next(services, None)


def serves(service: ServiceView, language: str, modality: str) -> bool:
    """Whether a service answers requests for one language and modality."""
    captions = service.mode is Mode.CAPTIONING
    sign = service.mode in SIGN_MODES
    same_kind = captions if modality == Modality.CAPTIONS else sign == (modality == Modality.SIGN) and not captions
    return same_kind and service.tongue.tag == language
