"""How one family will hear a meeting: what it asked for and what is true of it just now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from registration import dates, languages
from registration.families.answers import Answers, Wish
from registration.families.models import OWN_WORDS, InterpretationRequest, Modality
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting, Mode, ServiceState
from registration.meetings.shown import DistrictView, MeetingView, ServiceView, tongue
from registration.meetings.voices import ICON, Voice, confirmed_sentence, floor_voice, looking_sentence

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
    service = _service(view, request)
    sure = service is not None and service.state is ServiceState.CONFIRMED
    kind = ICON.get(service.mode, "ear") if service is not None and sure else "search"
    sentence = state(view, request, district, now)
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
    """What is true of a request, and how many listen."""
    service = _service(view, request)
    if service is not None and service.state is ServiceState.CONFIRMED:
        said = confirmed_sentence(service.mode)
    elif service is not None and service.state is ServiceState.ANOTHER_WAY:
        said = gettext("No interpreter can come. There is another way. Please call us.")
    elif request.modality == Modality.CAPTIONS:
        said = gettext("We have noted that you need captions. We will tell you whether we can offer them.")
    elif request.late:
        said = gettext(
            "You asked after %(day)s. We will still try to find an interpreter.",
            day=asked_by(view, request, district),
        )
    else:
        said = looking_sentence(view, now)
    return f"{said} {_listeners(request)}".strip()


def asked_by(view: MeetingView, request: InterpretationRequest, district: DistrictView) -> str:
    """The last day on which the district asks for such requests, in words."""
    sign = request.modality == Modality.SIGN
    days = district.signed_notice_days if sign else district.spoken_notice_days
    return dates.day_month(view.starts_at - timedelta(days=days), view.time_zone, view.locale)


def _listeners(request: InterpretationRequest) -> str:
    if request.listeners < 2:
        return ""
    return ngettext("%(num)s person will listen.", "%(num)s people will listen.", request.listeners)


def _service(view: MeetingView, request: InterpretationRequest) -> ServiceView | None:
    for service in view.services:
        captions = service.mode is Mode.CAPTIONING
        sign = service.mode in SIGN_MODES
        same_kind = (
            captions
            if request.modality == Modality.CAPTIONS
            else sign == (request.modality == Modality.SIGN) and not captions
        )
        if same_kind and service.tongue.tag == request.language:
            return service
    return None
