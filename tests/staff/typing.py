"""Somebody who types the same text into every field of every form, and looks at every page afterwards.

Pages are found by their routes and by the links on them, forms on the pages, so what is new is typed into by itself.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.gaps import GAPS
from tests.pages import Browser, Element, Form, Page

# Pages of one endpoint that are looked at; more of them are the same with other rows.
EACH = 2
TYPED_INTO = {"", "text", "search", "email", "tel", "url", "date", "time", "datetime-local", "number", "month"}
# What a field takes that refuses any text.
VALID = {"email": "rosa@example.org", "tel": "303 555 0148", "number": "1", "url": "https://example.org/x"}
ROUNDS = 4
REDIRECTS = (301, 302, 303, 307, 308)
# Endpoints that end what this browser is signed in for.
ENDING = {"accounts.sign_out"}


class Typist:
    """One browser. `gaps`: what stands in addresses with gaps; `faults`: what went wrong, as words."""

    def __init__(self, app: Flask, browser: Browser, gaps: dict[str, object]) -> None:
        self.app, self.browser, self.gaps = app, browser, GAPS | gaps
        self.faults: list[str] = []
        self.sent = 0

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(endpoint, address) of every route that is looked at and whose gaps are known."""
        adapter = self.app.url_map.bind("localhost")
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            if "GET" in (rule.methods or ()) and set(rule.arguments) <= set(self.gaps):
                values = {name: self.gaps[name] for name in rule.arguments}
                yield rule.endpoint, adapter.build(rule.endpoint, values, "GET")

    def answers(self) -> Iterator[tuple[str, TestResponse]]:
        """Every page and file once, and EACH of those they link to: (address, answer)."""
        todo = list(self.addresses())
        seen: set[str] = set()
        times: Counter[str] = Counter()
        while todo:
            endpoint, address = todo.pop(0)
            if address in seen or endpoint in ENDING:
                continue
            seen.add(address)
            answer = self.ask("get", address)
            if answer is None:
                continue
            yield address, answer
            for linked, where in self.links(answer, address):
                if where not in seen and times[linked] < EACH:
                    times[linked] += 1
                    todo.append((linked, where))

    def links(self, answer: TestResponse, address: str) -> Iterator[tuple[str, str]]:
        """(endpoint, address) of the links of a page to pages of ours."""
        targets = [answer.headers.get("Location", "")]
        page = self.page(answer, address)
        targets += [one.get("href") or one.get("src") for one in page.root.all("a", "iframe")] if page else []
        for target in filter(None, targets):
            parts = urlsplit(urljoin(address, target))
            if parts.scheme or parts.netloc:
                continue
            try:
                endpoint, _ = self.app.url_map.bind("localhost").match(parts.path, method="GET")
            except HTTPException:
                continue
            yield endpoint, parts.path + (f"?{parts.query}" if parts.query else "")

    def ask(self, method: str, address: str, **options: Any) -> TestResponse | None:
        """An answer; None, and a fault, where there is none."""
        try:
            answer = self.browser.raw(method, address, **options)
        except Exception as error:  # noqa: BLE001 - a view may raise anything, and the others are looked at too
            self.faults.append(f"{method} {address}: {type(error).__name__}: {error}"[:300])
            return None
        if answer.status_code >= 500:
            self.faults.append(f"{method} {address}: {answer.status_code}")
        return answer

    def page(self, answer: TestResponse, address: str) -> Page | None:
        """The page of an answer, checked; None, and a fault, where it is broken."""
        if answer.mimetype != "text/html" or answer.status_code in REDIRECTS:
            return None
        if "sandbox" in answer.headers.get("Content-Security-Policy", ""):
            # A mail in its frame keeps other rules; links there are inert.
            return None
        try:
            return Page(answer, address)
        except AssertionError as error:
            self.faults.append(f"{address}: {error}"[:300])
            return None

    def forms(self) -> list[Form]:
        """Every form that sends more than its token, once for each address and set of fields; signing out aside."""
        found: dict[tuple[str, ...], Form] = {}
        for address, answer in self.answers():
            page = self.page(answer, address)
            for form in page.forms() if page else []:
                names = sorted({*form.values, *(one.get("name") for one in typed_into(form))} - {"csrf_token"})
                if names and self.endpoint(form) not in ENDING:
                    found.setdefault((urlsplit(form.action).path, *names), form)
        return list(found.values())

    def endpoint(self, form: Form) -> str:
        """The endpoint a form is sent to."""
        method = form.element.get("method").upper() or "GET"
        return str(self.app.url_map.bind("localhost").match(urlsplit(form.action).path, method=method)[0])

    def type_everywhere(self, texts: Sequence[str]) -> None:
        """Type into every field of every form: first what no form offers, then as a person does.

        The texts go round: each field takes the next one.
        """
        turn = cycle(texts)
        for form in self.forms():
            self.send(form, {name: next(turn) for name in form.values if name != "csrf_token"})
            if fields := typed_into(form):
                self.type_into(form, {one.get("name"): next(turn) for one in fields})

    def type_into(self, form: Form, typed: dict[str, str]) -> None:
        """Type into the fields that take it, and into the others what they take."""
        given = typed | chosen(form)
        for _ in range(ROUNDS):
            page = self.send(form, given)
            if page is None or page.status != 422:
                break
            self.check_echo(page, form, given)
            refused = [one for one in page.root.all() if one.get("aria-invalid") == "true"]
            names = [one.get("name") for one in refused if given.get(one.get("name")) == typed.get(one.get("name"))]
            again = {one.get("name"): valid(one, form) for one in refused if one.get("name") in names}
            if not again:
                break
            given |= again
        else:
            return
        if page is not None and page.status == 200 and (last := carrying(page, typed.values())):
            self.send(last, {})

    def check_echo(self, page: Page, sent: Form, given: dict[str, str]) -> None:
        """What was typed stands in the fields of the page that refuses it."""
        names = [one.get("name") for one in typed_into(sent)]
        for form in page.forms():
            if [one.get("name") for one in typed_into(form)] != names:
                continue
            for one in typed_into(form):
                typed, shown = given.get(one.get("name")), standing(one)
                if typed is not None and one.get("type") not in PICKED and folded(shown) != folded(arriving(typed)):
                    self.faults.append(f"{page.address}: {one.get('name')} shows {shown!r}, typed was {typed!r}"[:300])

    def send(self, form: Form, given: dict[str, str]) -> Page | None:
        """Send a form with these values instead of its own; the page it leads to."""
        values = [(name, value) for name, value in form.values.items(multi=True) if name not in given]
        button = form.buttons[0] if form.buttons else None
        if button is not None and button.get("name"):
            values.append((button.get("name"), button.get("value")))
        body = urlencode([*values, *given.items()], errors="surrogatepass")
        self.sent += 1
        if form.element.get("method").lower() != "post":
            address = f"{urlsplit(form.action).path}?{body}"
            answer = self.ask("get", address)
        else:
            address = form.action
            answer = self.ask("post", address, data=body, content_type="application/x-www-form-urlencoded")
        for _ in range(5):
            if answer is None or answer.status_code not in REDIRECTS:
                break
            address = urljoin(address, answer.headers["Location"])
            answer = self.ask("get", address)
        return self.page(answer, address) if answer is not None else None


# Controls that show only what they can hold; a browser empties them itself.
PICKED = {"date", "time", "datetime-local", "number", "month", "hidden"}


def typed_into(form: Form) -> list[Element]:
    """The controls of a form that take text."""
    fields = [one for one in form.element.all("input") if one.get("type") in TYPED_INTO]
    return [one for one in [*fields, *form.element.all("textarea")] if one.get("name")]


def arriving(text: str) -> str:
    """`text` as a form arrives with it: what is no character in UTF-8 stays written in hexadecimal figures."""
    return "".join(quote(c, errors="surrogatepass") if "\ud800" <= c <= "\udfff" else c for c in text)


def standing(control: Element) -> str:
    """What stands in a control that takes text."""
    return control._raw().removeprefix("\n") if control.name == "textarea" else control.get("value")


def chosen(form: Form) -> dict[str, str]:
    """One choice of each group of radios of which none is chosen."""
    radios = [one for one in form.element.all("input") if one.get("type") == "radio"]
    return {one.get("name"): one.get("value") for one in reversed(radios) if one.get("name") not in form.values}


def valid(control: Element, form: Form) -> str:
    """What a control takes: what stood in it, else something of its kind."""
    return form.values.get(control.get("name")) or VALID.get(
        "email" if control.get("inputmode") == "email" else control.get("type"), ""
    )


def carrying(page: Page, texts: Iterable[str]) -> Form | None:
    """The first form that carries what was typed in hidden fields: a page that asks once more."""
    wanted = {folded(text) for text in texts} - {""}
    for form in page.forms():
        hidden = [one for one in form.element.all("input") if one.get("type") == "hidden"]
        if wanted & {folded(one.get("value")) for one in hidden}:
            return form
    return None


def folded(text: str) -> str:
    """`text` without what fields drop or make plain: control characters, joiners, runs of space, full-width letters."""
    plain = unicodedata.normalize("NFKC", text)
    kept: Iterable[str] = (c for c in plain if c.isprintable() or c.isspace())
    return "".join("".join(kept).replace("\ufffd", "").split())
