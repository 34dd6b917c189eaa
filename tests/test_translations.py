"""The gate over the catalogues: nothing stale, missing or broken; and each fault is caught when planted."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from jinja2 import TemplateSyntaxError

from registration import languages
from registration.config import Defaults
from registration.i18n import SOURCE
from tests import catalogues

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "translations" / "messages.pot"
# English is the language of the source: gettext gives back what it was asked, and chooses by n == 1.
TRANSLATED = [tag for tag in Defaults.LANGUAGES if tag != SOURCE]
PAGES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))


def catalogue_of(tag: str) -> Path:
    """The catalogue of a page language."""
    return ROOT / "translations" / languages.catalogue(tag) / "LC_MESSAGES" / "messages.po"


def test_the_template_of_catalogues_says_what_code_and_pages_say() -> None:
    assert catalogues.stale(TEMPLATE, ROOT) == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_whole(tag: str) -> None:
    assert catalogues.faults(catalogue_of(tag), TEMPLATE) == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_says_who_has_reviewed_it(tag: str) -> None:
    assert catalogues.reviewed_by(catalogue_of(tag))


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_is_not_the_english_sentence(tag: str) -> None:
    untouched = {m.id for m in catalogues.read(catalogue_of(tag)) if m.id and m.id == m.string}
    # Without its placeholders a message may have no word left to translate ("%(language)s: %(what)s").
    wordy = {one for one in untouched if re.search(r"[^\W\d_]", re.sub(r"%\(\w+\)s", "", str(one)))}
    # The same word in both languages (Spanish "no"), or the sign of a unit.
    assert wordy <= {"Error:", "Email", "no", "%(number)s MB", "%(number)s KB"}


def test_english_needs_no_catalogue() -> None:
    assert not catalogue_of(SOURCE).exists()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_without_asking_a_catalogue(path: Path) -> None:
    assert catalogues.untranslated(path) == []


# Planted faults.


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A whole catalogue to break."""
    path = tmp_path / "messages.po"
    path.write_bytes(catalogue_of("es").read_bytes())
    return path


def _rewritten(path: Path, change: Callable[[str], str]) -> list[str]:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, "nothing was planted"
    path.write_text(after, encoding="utf-8")
    return catalogues.faults(path, TEMPLATE)


def _translated(path: Path, message: str, *forms: str) -> list[str]:
    catalogue = catalogues.read(path)
    found = catalogue.get(message)
    assert found is not None, f"no message {message!r}"
    found.string = forms if len(forms) > 1 else forms[0]
    with path.open("wb") as file:
        write_po(file, catalogue)
    return catalogues.faults(path, TEMPLATE)


NAMED = "Hello %(name)s,"
COUNTED = "%(num)s adult"


@pytest.mark.parametrize(
    ("message", "forms", "fault"),
    [
        ("Name", ("",), "a form is empty: 'Name'"),
        ("Name", ("   ",), "a form is empty: 'Name'"),
        (COUNTED, ("%(num)s adulto", ""), "a form is empty: ('%(num)s adult', '%(num)s adults')"),
        (COUNTED, ("un adulto", "adultos"), "placeholders differ: ('%(num)s adult', '%(num)s adults')"),
        (NAMED, ("Hola:",), "placeholders differ: 'Hello %(name)s,'"),
        (NAMED, ("Hola, %(nombre)s:",), "placeholders differ: 'Hello %(name)s,'"),
        (NAMED, ("Hola, %(name)d:",), "placeholders differ: 'Hello %(name)s,'"),
        (NAMED, ("Hola, %(name)s, %(name:",), "a stray % sign: 'Hello %(name)s,'"),
        ("Name", (" Nombre",), "space at an end differs: 'Name'"),
        ("Name", ("Nombre\n",), "space at an end differs: 'Name'"),
        ("Name", ("<b>Nombre</b>",), "holds HTML: 'Name'"),
        ("Name", ("Nombre&nbsp;",), "holds HTML: 'Name'"),
    ],
)
def test_a_broken_translation_is_named(copy: Path, message: str, forms: tuple[str, ...], fault: str) -> None:
    assert _translated(copy, message, *forms) == [fault]


def test_a_singular_may_leave_its_number_out(copy: Path) -> None:
    assert _translated(copy, COUNTED, "un adulto", "%(num)s adultos") == []


def test_a_missing_message_is_named(copy: Path) -> None:
    faults = _rewritten(copy, lambda text: text.replace('msgid "Name"\nmsgstr "Nombre"\n', ""))
    assert faults == ["missing: 'Name'"]


def test_a_surplus_message_is_named(copy: Path) -> None:
    faults = _rewritten(copy, lambda text: text + '\nmsgid "Old words"\nmsgstr "Palabras viejas"\n')
    assert faults == ["surplus: 'Old words'"]


def test_an_obsolete_message_is_named(copy: Path) -> None:
    faults = _rewritten(copy, lambda text: text + '\n#~ msgid "Old words"\n#~ msgstr "Palabras viejas"\n')
    assert faults == ["obsolete: 'Old words'"]


def test_a_fuzzy_message_is_named(copy: Path) -> None:
    faults = _rewritten(copy, lambda text: text.replace('msgid "Name"\n', '#, fuzzy\nmsgid "Name"\n'))
    assert faults == ["fuzzy: 'Name'"]


def test_a_fuzzy_header_is_named(copy: Path) -> None:
    faults = _rewritten(
        copy, lambda text: text.replace('\nmsgid ""\nmsgstr ""\n', '\n#, fuzzy\nmsgid ""\nmsgstr ""\n', 1)
    )
    assert faults == ["fuzzy header of messages.po"]


def test_a_header_that_hides_its_review_is_named(copy: Path) -> None:
    faults = _rewritten(copy, lambda text: text.replace("Reviewed-By: ", ""))
    assert [fault.split(":")[0] for fault in faults] == ["header"]


def test_a_plural_of_too_few_forms_is_named(tmp_path: Path) -> None:
    path = tmp_path / "messages.po"
    path.write_bytes(catalogue_of("vi").read_bytes())
    faults = _rewritten(path, lambda text: text.replace("nplurals=1; plural=0;", "nplurals=2; plural=(n != 1);"))
    counted = [message.id for message in catalogues.read(TEMPLATE) if not isinstance(message.id, str)]
    assert len(faults) == len(counted) > 0
    assert all(fault.startswith("a form is empty: ('") for fault in faults)


def test_a_template_of_catalogues_that_lacks_a_sentence_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "messages.pot"
    text = TEMPLATE.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "Name"', 'msgid "Nome"'), encoding="utf-8")
    assert catalogues.stale(path, ROOT) == [
        "not in messages.pot, run make catalogues: 'Name'",
        "said nowhere any more: 'Nome'",
    ]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("{% block main %}\n<h2>{{ _('Fine') }}</h2>\n<p>School mural</p>{% endblock %}", 3, "School mural"),
        ('{# A note. #}\n\n<img src="{{ href }}" alt="A picture">', 3, "A picture"),
        ('<button aria-label="Close">{{ icon }}</button>', 1, "Close"),
        ("{{ _('Fine') }}\n{{ button('Send it', 'primary') }}", 2, "Send it"),
        ("{% keep 'top' %}\n<p>Timeline {{ day }}</p>{% endkeep %}", 2, "Timeline"),
    ],
)
def test_english_in_a_template_is_named(tmp_path: Path, source: str, line: int, words: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    assert catalogues.untranslated(path) == [f"page.html:{line}: {words}"]


def test_a_template_that_cannot_be_read_stops_the_extraction(tmp_path: Path) -> None:
    # Babel passes it over in silence unless told not to, and its sentences vanish from every catalogue.
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "registration").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("{% nonsense %}{{ _('Lost') }}", encoding="utf-8")
    with pytest.raises(TemplateSyntaxError):
        catalogues.extracted(tmp_path)
