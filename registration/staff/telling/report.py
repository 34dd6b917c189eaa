"""What became of mailings: by state, by language, with reasons. Counted along an index of the outbox, by mailing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import and_, func, select

from registration import languages
from registration.extensions import db
from registration.families.models import Registration
from registration.families.tell import SUBJECT
from registration.i18n import gettext
from registration.mail.models import OutboxMessage, State
from registration.staff.mail.outbox import MOST_AT_ONCE
from registration.staff.mail.reasons import Reason, reason
from registration.staff.telling.own_words import language_name

# Of one mailing so many different reasons are shown.
MOST_REASONS = 20
OPEN = (State.QUEUED, State.SENDING)
# In the order in which a report names them.
STATES = (
    State.SENT,
    State.QUEUED,
    State.SENDING,
    State.CALL,
    State.FAILED,
    State.HELD,
    State.RESTORED,
    State.SUPERSEDED,
)

States = Counter[State]


class Line(NamedTuple):
    """A language of a report: its name, and how many messages stand in which state."""

    own_name: str
    lang: str
    dir: str
    name: str
    states: States


class Why(NamedTuple):
    """Why so many messages stand in a state."""

    state: State
    number: int
    reason: Reason


def totals(mailings: Collection[str]) -> dict[str, States]:
    """By mailing, how many messages stand in which state; one statement."""
    row = OutboxMessage
    query = select(row.mailing, row.state, func.count()).where(row.mailing.in_(mailings))
    found: defaultdict[str, States] = defaultdict(Counter)
    for mailing, state, number in db.session.execute(query.group_by(row.mailing, row.state)) if mailings else ():
        found[str(mailing)][State(state)] += number
    return found


def in_all(counted: Collection[States]) -> States:
    """Several counts as one."""
    return sum(counted, Counter())


def by_language(mailings: Collection[str]) -> list[Line]:
    """How the messages of these mailings stand, by language; the largest first. Two statements."""
    found: defaultdict[str, States] = defaultdict(Counter)
    for tag, state, number in (*_sent(mailings), *_not_sent(mailings)):
        found[tag][State(state)] += number
    largest = sorted(found, key=lambda tag: (-found[tag].total(), tag))
    return [_line(tag, found[tag]) for tag in largest]


def _sent(mailings: Collection[str]) -> Sequence[tuple[str, str, int]]:
    row = OutboxMessage
    query = select(row.sent_locale, row.state, func.count()).where(
        row.mailing.in_(mailings), row.sent_locale.is_not(None)
    )
    counted = db.session.execute(query.group_by(row.sent_locale, row.state))
    return [(str(tag), state, number) for tag, state, number in counted]


def _not_sent(mailings: Collection[str]) -> Sequence[tuple[str, str, int]]:
    row = OutboxMessage
    family = and_(row.subject_kind == SUBJECT, row.subject_id == Registration.id)
    query = (
        select(Registration.locale, row.state, func.count())
        .select_from(row)
        .join(Registration, family)
        .where(row.mailing.in_(mailings), row.sent_locale.is_(None))
    )
    counted = db.session.execute(query.group_by(Registration.locale, row.state))
    return [(tag, state, number) for tag, state, number in counted]


def _line(tag: str, states: States) -> Line:
    known = languages.LANGUAGES.get(tag)
    own_name = known.own_name if known else tag
    return Line(own_name, languages.html_lang(tag), languages.direction(tag), language_name(tag), states)


def reasons(mailings: Collection[str]) -> list[Why]:
    """Why messages failed, were held or are no longer needed; the most frequent first, a few only."""
    row = OutboxMessage
    states = (State.FAILED.value, State.HELD.value, State.SUPERSEDED.value)
    query = (
        select(row.state, row.last_error, func.count().label("number"))
        .where(row.mailing.in_(mailings), row.state.in_(states), row.last_error.is_not(None))
        .group_by(row.state, row.last_error)
        .order_by(func.count().desc())
        .limit(MOST_REASONS)
    )
    found: Counter[tuple[State, Reason]] = Counter()
    for state, error, number in db.session.execute(query):
        found[State(state), _without_server(reason(error))] += number
    return [Why(state, number, why) for (state, why), number in found.most_common()]


def _without_server(why: Reason | None) -> Reason:
    # What the server said names single addresses and times: the list of messages has it.
    return Reason(why.words if why else gettext("This message would no longer be true."))


def failed(mailings: Collection[str]) -> list[int]:
    """Ids of failed messages, MOST_AT_ONCE at most, in the order of locking."""
    row = OutboxMessage
    query = select(row.id).where(row.mailing.in_(mailings), row.state == State.FAILED.value)
    return list(db.session.scalars(query.order_by(row.id).limit(MOST_AT_ONCE)))


def state_words() -> dict[State, str]:
    """The states as the head of a column."""
    return {
        State.SENT: gettext("Sent"),
        State.QUEUED: gettext("Waiting to be sent"),
        State.SENDING: gettext("Being sent"),
        State.CALL: gettext("To call"),
        State.FAILED: gettext("Failed"),
        State.HELD: gettext("Held back"),
        State.RESTORED: gettext("From a backup"),
        State.SUPERSEDED: gettext("No longer needed"),
    }
