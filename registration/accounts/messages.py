"""Mails to people who sign in. Builders read and render; they never send."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from registration import clock, i18n, links
from registration.accounts import tokens
from registration.accounts.models import Person, SignInLink
from registration.extensions import db
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.mail.render import render

# What a mail says of the district, in a language; the feature that knows it stands above this one.
District = Callable[[str], object]


def builders(district: District) -> Mapping[str, Builder]:
    """Who writes which message; `district` gives what the layout of mails shows of it."""

    def sign_in(queued: Queued) -> Letter | Superseded:
        person = db.session.get(Person, queued.subject_id)
        if person is None or not person.active:
            return Superseded("nobody who may sign in has this address")
        public_id = queued.occurrence.partition(":")[0]
        link = db.session.scalars(select(SignInLink).where(SignInLink.public_id == public_id)).first()
        token = tokens.token(public_id)
        if link is None or link.used_at is not None or link.expires_at <= clock.now():
            return Superseded("the link is used or too old")
        if link.token_hash != tokens.fingerprint(token):
            return Superseded("the secret key was changed since the link was asked for")
        address = links.absolute("accounts.link", token=token)
        return _letter("sign_in", person, district, [token], link=address)

    def invitation(queued: Queued) -> Letter | Superseded:
        person = db.session.get(Person, queued.subject_id)
        if person is None or not person.active:
            return Superseded("this person may not sign in")
        return _letter("invitation", person, district, [], link=links.absolute("accounts.sign_in"))

    return {"sign_in": sign_in, "invitation": invitation}


def _letter(message: str, person: Person, district: District, secrets: list[str], **facts: object) -> Letter:
    with i18n.spoken(person.locale):
        about = district(person.locale)
        talk_hint = str(getattr(about, "say", ""))
        rendered = render(message, person.locale, district=about, talk_hint=talk_hint, person=person, **facts)
    return Letter(
        recipient=person.email,
        locale=person.locale,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        secrets=secrets,
        sender_name=str(getattr(about, "name", "")),
    )
