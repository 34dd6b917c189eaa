"""A reader of pages without a browser: it parses and checks every page it fetches, and sends forms as people do."""

from contextvars import Context
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, has_app_context
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from registration.extensions import db

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    """One element: name, attributes, children and text in their order."""

    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.content: list[Element | str] = []

    @property
    def text(self) -> str:
        """All text within, white space folded."""
        return " ".join(self._raw().split())

    def _raw(self) -> str:
        return "".join(one if isinstance(one, str) else one._raw() for one in self.content)

    def all(self, *names: str, **attributes: str) -> "list[Element]":
        """Elements within, of one of `names` (any when none), whose attributes are as given (`class_` for class)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        found = []
        for one in self.content:
            if isinstance(one, Element):
                fits = (not names or one.name in names) and all(
                    value in one.attributes.get(key, "").split() or one.attributes.get(key) == value
                    for key, value in wanted.items()
                )
                found += [one] if fits else []
                found += one.all(*names, **attributes)
        return found

    def one(self, *names: str, **attributes: str) -> "Element":
        """The only such element."""
        found = self.all(*names, **attributes)
        assert len(found) == 1, f"{len(found)} of {names} {attributes}"
        return found[0]

    def get(self, attribute: str, default: str = "") -> str:
        """The value of an attribute."""
        return self.attributes.get(attribute, default)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("document", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.content.append(Element(tag, {key: value or "" for key, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.here.name == tag, f"</{tag}> closes <{self.here.name}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.content.append(data)


def parse(html: str) -> Element:
    """The document of a page or a mail."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree.root


class Form:
    """A form of a page: what it would send."""

    def __init__(self, element: Element, page: "Page") -> None:
        self.element, self.page = element, page
        self.action = urljoin(page.address, element.get("action") or page.address)
        self.values: MultiDict[str, str] = MultiDict()
        for control in element.all("input", "select", "textarea"):
            self._add(control)

    def _add(self, control: Element) -> None:
        name, kind = control.get("name"), control.get("type")
        if not name or kind == "submit":
            return
        if control.name == "select":
            options = control.all("option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            self.values.add(name, chosen[0].get("value"))
        elif control.name == "textarea":
            self.values.add(name, control._raw().removeprefix("\n"))
        elif kind not in ("radio", "checkbox") or "checked" in control.attributes:
            self.values.add(name, control.get("value"))

    def fill(self, **answers: Any) -> "Form":
        """Type and choose; a list for what repeats; names must be those of controls the page has."""
        for name, value in answers.items():
            assert self.element.all(name=name), f"the form has no {name}"
            self.values.setlist(name, value if isinstance(value, list) else [str(value)])
        return self

    @property
    def buttons(self) -> list[Element]:
        """What submits it."""
        return self.element.all("button")


class Page:
    """A fetched page, checked: one h1, title, lang and dir, labels, no id twice, form targets, nothing inline."""

    def __init__(self, response: TestResponse, address: str) -> None:
        self.response, self.address, self.status = response, address, response.status_code
        self.root = parse(response.text)
        self.check()

    @property
    def html(self) -> Element:
        """The root element."""
        return self.root.one("html")

    @property
    def text(self) -> str:
        """All words of the body."""
        return self.root.one("body").text

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return self.root.one("h1").text

    @property
    def main(self) -> Element:
        """The main landmark."""
        return self.root.one("main")

    def form(self, holding: str | None = None) -> Form:
        """The first form, or the first that holds a control of that name."""
        for element in self.root.all("form"):
            if holding is None or element.all(name=holding):
                return Form(element, self)
        raise AssertionError(f"no form holds {holding}")

    def forms(self) -> list[Form]:
        """All forms."""
        return [Form(element, self) for element in self.root.all("form")]

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        for element in self.root.all("a"):
            if words in element.text:
                return urljoin(self.address, element.get("href"))
        raise AssertionError(f"no link says {words!r}")

    def check(self) -> None:
        """What every page must have."""
        assert len(self.root.all("h1")) == 1, f"{self.address} has {len(self.root.all('h1'))} h1"
        assert self.root.one("head").one("title").text
        assert self.html.get("lang")
        assert self.html.get("dir") in ("ltr", "rtl")
        ids = [element.get("id") for element in self.root.all() if "id" in element.attributes]
        assert len(ids) == len(set(ids)), (
            f"{self.address}: an id stands twice: {sorted(i for i in ids if ids.count(i) > 1)}"
        )
        self._check_controls(set(ids))
        for element in self.root.all():
            assert not [name for name in element.attributes if name == "style" or name.startswith("on")], element.name
            assert element.name != "style", "inline style"
            assert element.name != "script" or self._is_module_of_staff(element), "a script on a family page"

    def _is_module_of_staff(self, script: Element) -> bool:
        """Whether a script is a file of ours, with nothing inline, on a page of staff."""
        ours = script.get("type") == "module" and script.get("src").startswith("/static/") and not script.text
        return ours and urlsplit(self.address).path.startswith("/staff/")

    def _check_controls(self, ids: set[str]) -> None:
        labelled = {label.get("for") for label in self.root.all("label")}
        for control in self.root.all("input", "select", "textarea"):
            if control.get("type") in ("hidden", "submit"):
                continue
            within = control.parent
            while within is not None and within.name != "label":
                within = within.parent
            assert within is not None or control.get("id") in labelled, f"{control.get('name')} has no label"
            for one in control.get("aria-describedby").split():
                assert one in ids, f"{control.get('name')} is described by {one}, which is not there"
        for form in self.root.all("form"):
            assert form.get("action"), "a form without a target"
        for element in self.root.all("a"):
            target = element.get("href")
            assert target, "a link that leads nowhere"
            if target.startswith("#"):
                assert target[1:] in ids, f"{target} is not on the page"


class Browser:
    """Fetches pages with cookies of its own, follows redirects, and sends forms."""

    def __init__(self, app: Flask, **headers: str) -> None:
        self.client = app.test_client()
        self.headers = headers
        self.last: TestResponse | None = None

    def get(self, address: str, **headers: str) -> Page:
        """A page, after its redirects."""
        return self._page(self.raw("get", address, headers=headers), address)

    def send(self, form: Form, **answers: Any) -> Page:
        """Fill and send a form as its first button does; follow its redirect."""
        form.fill(**answers)
        button = form.buttons[0]
        data = form.values.copy()
        if button.get("name"):
            data.add(button.get("name"), button.get("value"))
        return self._page(self.raw("post", form.action, data=data), form.action)

    def post(self, address: str, data: Any) -> Page:
        """Send what no page offers."""
        return self._page(self.raw("post", address, data=data), address)

    def raw(self, method: str, address: str, **options: Any) -> TestResponse:
        """An answer as it comes, unchecked and unfollowed."""
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        options["headers"] = {**self.headers, **options.get("headers", {})}
        if has_app_context():
            db.session.rollback()
        # As on a server: within the test's own context requests would share its session, its `g` and its transaction.
        self.last = Context().run(self.client.open, path, method=method.upper(), **options)
        return self.last

    def _page(self, response: TestResponse, address: str) -> Page:
        for _ in range(5):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            address = urljoin(address, response.headers["Location"])
            response = self.raw("get", address)
        return Page(response, address)
