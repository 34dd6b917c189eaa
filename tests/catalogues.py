"""What is wrong with the catalogues. Each check takes paths and says what it finds, so that faults can be planted."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from registration.fragments import Keep

# The keyword that the Makefile adds to those that Babel knows.
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)([-+ #0-9.]*[a-zA-Z])")
TAG = re.compile(r"</?[a-zA-Z][^>]*>|&#?\w+;")
REVIEW = re.compile(r"Reviewed-By: (?P<who>\S.*)")

# English on purpose: what somebody at the front desk reads on a family's telephone.
ENGLISH_ON_PURPOSE = {"For the front desk:"}

MessageId = str | tuple[str, ...] | list[str]


def read(path: Path) -> Catalog:
    """The catalogue in a .po or .pot file, which names its own language."""
    with path.open("rb") as file:
        return read_po(file)


def extracted(root: Path) -> set[MessageId]:
    """Every message in the code and templates below `root`, found as `make catalogues` finds it."""
    mappings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(each["pattern"], each["method"]) for each in mappings]
    options = {each["pattern"]: {k: v for k, v in each.items() if k not in ("pattern", "method")} for each in mappings}
    found: set[MessageId] = set()
    for folder in ("registration", "templates"):
        # Patterns are those of paths from the root; only two folders are worth walking.
        inside = [(pattern.removeprefix(f"{folder}/"), m) for pattern, m in methods if pattern.startswith(folder)]
        own = {pattern.removeprefix(f"{folder}/"): options[pattern] for pattern in options}
        for _, _, message, _, _ in extract_from_dir(root / folder, inside, own, keywords=KEYWORDS):
            found.add(message)
    return found


def stale(template: Path, root: Path) -> list[str]:
    """How the template of catalogues differs from what code and templates say now."""
    written, said = {message.id for message in read(template) if message.id}, extracted(root)
    return [f"not in {template.name}, run make catalogues: {one!r}" for one in _sorted(said - written)] + [
        f"said nowhere any more: {one!r}" for one in _sorted(written - said)
    ]


def _sorted(messages: Iterable[MessageId]) -> list[MessageId]:
    return sorted(messages, key=str)


def faults(path: Path, template: Path) -> list[str]:
    """What is wrong with a catalogue: missing, surplus, fuzzy, unfilled and unlike messages, and its header."""
    catalogue = read(path)
    wanted = {message.id for message in read(template) if message.id}
    own = {message.id: message for message in catalogue if message.id}
    found = [f"missing: {one!r}" for one in _sorted(wanted - set(own))]
    found += [f"surplus: {one!r}" for one in _sorted(set(own) - wanted)]
    found += [f"obsolete: {message.id!r}" for message in catalogue.obsolete.values()]
    found += [f"fuzzy header of {path.name}"] if catalogue.fuzzy else []
    if not reviewed_by(path):
        found.append("header: does not say whether a native speaker has reviewed it (Language-Team: Reviewed-By: …)")
    for message in own.values():
        found += [f"{fault}: {message.id!r}" for fault in _message_faults(message, catalogue.num_plurals)]
    return found


def reviewed_by(path: Path) -> str:
    """Who has reviewed a catalogue, "nobody yet" included; empty where its header does not say."""
    said = REVIEW.match(read(path).language_team)
    return said["who"] if said else ""


def _message_faults(message: Message, plurals: int) -> Iterator[str]:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "fuzzy"
    if len(forms) != (plurals if len(sources) > 1 else 1) or not all(form.strip() for form in forms):
        yield "a form is empty"
        return
    wanted = set(PLACEHOLDER.findall(sources[-1]))
    for form in forms:
        has = set(PLACEHOLDER.findall(form))
        # Only the last form stands for many numbers: "the only seat", or Arabic's two of a thing, may leave it out.
        spared = set() if form is forms[-1] else {("num", "s")}
        if not wanted - spared <= has <= wanted:
            yield "placeholders differ"
        if "%" in PLACEHOLDER.sub("", form).replace("%%", ""):
            yield "a stray % sign"
        if _edges(form) != _edges(sources[-1]):
            yield "space at an end differs"
        if TAG.search(form):
            yield "holds HTML"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


class _Words(HTMLParser):
    """Text and spoken attributes of a template whose expressions have been left out."""

    SPOKEN = ("alt", "aria-label", "title", "placeholder")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        spoken = [said.get(name, "") for name in self.SPOKEN]
        spoken += [said.get("content", "")] if said.get("name") == "description" else []
        spoken += [said.get("value", "")] if said.get("type") in ("submit", "button") else []
        for text in spoken:
            self.handle_data(text)

    def handle_data(self, data: str) -> None:
        # A macro may write attributes, outside of any tag: lang="…".
        words = " ".join(re.sub(r'\"?\s*[\w-]+="', " ", data).split())
        if re.search(r"[^\W\d_]{2,}", words):
            self.found.append((self.getpos()[0], words))


def untranslated(path: Path) -> list[str]:
    """Words that a template says without asking a catalogue, as "file:line: words"."""
    source = path.read_text(encoding="utf-8")
    environment = Environment(extensions=["jinja2.ext.i18n", Keep])  # noqa: S701 - nothing is rendered
    found = [*_bare_words(environment, source, path.suffix), *_bare_constants(environment, source)]
    return [f"{path.name}:{line}: {words}" for line, words in found if words not in ENGLISH_ON_PURPOSE]


def _bare_words(environment: Environment, source: str, suffix: str) -> Iterator[tuple[int, str]]:
    parser = _Words()
    line = 1
    for number, kind, value in environment.lex(source):
        # The parser counts lines itself, so those of expressions are handed over empty.
        parser.feed("\n" * max(0, number - line))
        line = max(line, number)
        if kind == "data":
            parser.feed(value if suffix == ".html" else value.replace("<", "&lt;"))
            line += value.count("\n")
    parser.close()
    yield from parser.found


def _bare_constants(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """Sentences handed over as plain strings: a capital and small letters, or several words."""
    tree = environment.parse(source)
    asked = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for constant in call.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        text = constant.value
        if (
            isinstance(text, str)
            and id(constant) not in asked
            and re.match(r"[A-Z][a-z]+\b|\w{2,} \w{2,} \w{2,}", text)
        ):
            yield constant.lineno, text
