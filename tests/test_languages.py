"""The table of languages, and what is asked of it."""

import unicodedata
from pathlib import Path

import pytest
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from babel.support import Translations
from hypothesis import given
from hypothesis import strategies as st

from registration import languages
from registration.languages import LANGUAGES, canonical, interpretation_choices, name_in, negotiate
from tests import pseudo

pytestmark = pytest.mark.no_database

# domain.md, "Languages".
PAGES = [
    "en", "es", "vi", "ar", "am", "so", "fr", "ne", "ru", "zh-Hans", "zh-Hant", "sw", "ti", "my", "prs", "ps",
]  # fmt: skip
HEARD = [
    "en", "es", "vi", "ar", "am", "so", "fr", "ne", "ru", "sw", "ti", "my", "prs", "ps", "cmn", "yue", "ht", "ko",
    "ur", "uk", "pt", "ksw", "rw", "rn", "om", "ln", "mam", "quc", "kjb", "kek", "mix", "hmn", "mh", "chk", "fil",
    "fa", "hi", "pa", "bn", "kmr", "ckb", "rhg", "ymm", "kyu", "km", "lo",
]  # fmt: skip
SIGNED = ["ase", "mfs"]
PSEUDO = ["en-XA", "ar-XB"]
RIGHT_TO_LEFT = {"ar", "ar-XB", "ur", "fa", "prs", "ps", "ckb"}

# Own names that differ from CLDR's, and why.
OTHER_THAN_CLDR = {
    "cmn": "a spoken language, in both scripts, for readers of either",
    "yue": "a spoken language, in both scripts, as its speakers call it",
    "om": "speakers say 'language of the Oromo'; CLDR has the bare name",
    "fil": "families look for Tagalog; CLDR has Filipino only",
    "ckb": "families look for Sorani; CLDR has 'central Kurdish'",
    "rhg": "CLDR's Hanifi script is on hardly any telephone",
}


def test_every_language_of_the_domain_is_in_the_table_and_none_besides() -> None:
    assert {row.tag for row in LANGUAGES.values() if row.page} == {*PAGES, *PSEUDO}
    assert {row.tag for row in LANGUAGES.values() if row.spoken} == {*HEARD, *SIGNED}
    assert {row.tag for row in LANGUAGES.values() if row.modality == "signed"} == set(SIGNED)
    assert set(LANGUAGES) == {*PAGES, *PSEUDO, *HEARD, *SIGNED}


def test_written_chinese_is_read_and_mandarin_and_cantonese_are_heard() -> None:
    assert not LANGUAGES["zh-Hans"].spoken
    assert not LANGUAGES["zh-Hant"].spoken
    assert LANGUAGES["cmn"].spoken
    assert LANGUAGES["yue"].spoken
    assert not LANGUAGES["cmn"].page


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_row_has_names_a_direction_and_a_locale_that_babel_knows(tag: str) -> None:
    row = LANGUAGES[tag]
    assert row.tag == tag
    assert row.own_name == row.own_name.strip() != ""
    assert row.own_name == languages.capitalised(row.own_name)
    assert row.english_name[0].isupper()
    assert languages.direction(tag) == ("rtl" if tag in RIGHT_TO_LEFT else "ltr")
    assert str(Locale.parse(row.babel)) == row.babel or row.babel in {"zh_Hans", "zh_Hant"}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_direction_agrees_with_the_script_of_the_own_name(tag: str) -> None:
    script = unicodedata.bidirectional(LANGUAGES[tag].own_name[0])
    expected = "L" if tag in PSEUDO or LANGUAGES[tag].direction == "ltr" else "AL"
    assert script == expected


def test_no_name_holds_a_flag() -> None:
    letters = "".join(row.own_name + row.english_name for row in LANGUAGES.values())
    assert [each for each in letters if ord(each) >= 0x1F000] == []


def cldr_own_name(tag: str) -> str | None:
    identifier = {"prs": "fa_AF", "kmr": "ku"}.get(tag, languages.catalogue(tag))
    try:
        locale = Locale.parse(identifier)
    except UnknownLocaleError:
        return None
    return locale.languages.get(identifier) or locale.languages.get(locale.language)


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag not in PSEUDO])
def test_an_own_name_is_that_of_cldr_or_a_reasoned_exception(tag: str) -> None:
    theirs = cldr_own_name(tag)
    agrees = theirs is None or theirs.casefold() == LANGUAGES[tag].own_name.casefold()
    assert agrees != (tag in OTHER_THAN_CLDR), theirs


def test_no_two_languages_share_a_name() -> None:
    for page in ("en", "es", "vi"):
        names = [name_in(tag, page) for tag in LANGUAGES]
        assert len(names) == len(set(names))
    assert len({row.own_name for row in LANGUAGES.values()}) == len(LANGUAGES)


@pytest.mark.parametrize(("tag", "folder"), [("zh-Hans", "zh_Hans"), ("en-XA", "en_XA"), ("prs", "prs"), ("es", "es")])
def test_a_catalogue_stands_in_the_folder_of_its_tag(tag: str, folder: str) -> None:
    assert languages.catalogue(tag) == folder
    assert languages.html_lang(tag) == tag


@pytest.mark.parametrize(
    ("given_tag", "expected"),
    [
        ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh", "zh-Hans"), ("ZH_hans_cn", "zh-Hans"),
        ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-MO", "zh-Hant"), ("zh-Hant-TW", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"), ("zh-yue", "yue"), ("tl", "fil"), ("tl-PH", "fil"), ("es-MX", "es"),
        ("es-419", "es"), ("en-US", "en"), ("EN", "en"), ("pt-BR", "pt"), ("fa-AF", "prs"), ("fa-IR", "fa"),
        ("fa", "fa"), ("ku", "kmr"), ("ckb-IQ", "ckb"), ("en-xa", "en-XA"), ("ar-XB", "ar-XB"), ("sgn-US", "ase"),
        ("xx", None), ("", None), ("e", None), ("en;q=1", None), ("../en", None), ("español", None),
    ],
)  # fmt: skip
def test_a_tag_is_brought_to_the_form_of_the_table(given_tag: str, expected: str | None) -> None:
    assert canonical(given_tag) == expected


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_tag_of_the_table_is_canonical_in_any_case(tag: str) -> None:
    assert canonical(tag) == canonical(tag.upper()) == canonical(tag.lower().replace("-", "_")) == tag


ALL = ("en", "es", "vi", "zh-Hans", "zh-Hant", "prs", "fil")


@pytest.mark.parametrize(
    ("header", "cookie", "expected"),
    [
        (None, None, "en"), ("", None, "en"), ("es", None, "es"), ("es-MX,en;q=0.5", None, "es"),
        ("en;q=0.5, vi ;q=0.9", None, "vi"), ("zh-TW", None, "zh-Hant"), ("zh-CN,en", None, "zh-Hans"),
        ("zh-HK;q=0.9,zh-CN;q=0.8", None, "zh-Hant"), ("yue-HK", None, "zh-Hant"), ("fa-IR", None, "prs"),
        ("xx, yy;q=0.9, es;q=0.1", None, "es"), ("es;q=0", None, "en"), ("en;q=0, *", None, "es"),
        ("en;q=0, es;q=0.0", None, "en"), ("*", None, "en"), ("es;q=abc, vi;q=0.1", None, "vi"),
        ("es;q=0.5;level=1, vi;q=0.2", None, "vi"), (",,;q=1,=", None, "en"), ("es;q=1.000", None, "es"),
        ("vi", "es", "es"), ("vi", "es-MX", "es"), ("vi", "ru", "vi"), ("vi", "<script>", "vi"), ("vi", "", "vi"),
    ],
)  # fmt: skip
def test_a_page_language_is_negotiated(header: str | None, cookie: str | None, expected: str) -> None:
    assert negotiate(header, cookie, ALL) == expected


def test_traditional_chinese_is_never_answered_with_simplified() -> None:
    assert negotiate("zh-TW", None, ("en", "zh-Hans")) == "en"
    assert negotiate("zh-TW,es;q=0.3", None, ("en", "es", "zh-Hans")) == "es"


@given(st.text(max_size=300), st.none() | st.text(max_size=40))
def test_nothing_that_a_browser_sends_raises(header: str, cookie: str | None) -> None:
    assert negotiate(header, cookie, ALL) in ALL


def test_a_long_header_costs_little_and_is_answered() -> None:
    assert negotiate("x" * 1_000_000 + ",es", None, ALL) == "en"
    assert negotiate("xx," * 1_000_000, None, ALL) == "en"


@pytest.mark.parametrize(
    ("tag", "english", "spanish", "vietnamese"),
    [
        ("en", "English", "inglés", "tiếng Anh"),
        ("es", "Spanish", "español", "tiếng Tây Ban Nha"),
        ("vi", "Vietnamese", "vietnamita", "tiếng Việt"),
        ("am", "Amharic", "amárico", "tiếng Amharic"),
        ("cmn", "Mandarin", "mandarín", "tiếng Quan Thoại"),
        ("yue", "Cantonese", "cantonés", "tiếng Quảng Đông"),
        ("prs", "Dari", "darí", "tiếng Dari"),
        ("mam", "Mam", "mam", "tiếng Mam"),
        ("quc", "Kʼicheʼ", "kʼicheʼ", "tiếng Kʼicheʼ"),
        ("kmr", "Kurdish (Kurmanji)", "kurdo (kurmanyi)", "tiếng Kurd (Kurmanji)"),
        ("ckb", "Kurdish (Sorani)", "kurdo (sorani)", "tiếng Kurd (Sorani)"),
        ("chk", "Chuukese", "chuukés", "tiếng Chuuk"),
        ("ase", "American Sign Language", "lengua de señas americana", "ngôn ngữ ký hiệu Mỹ"),
        ("mfs", "Mexican Sign Language", "lengua de señas mexicana", "ngôn ngữ ký hiệu Mexico"),
    ],
)
def test_a_language_is_named_in_running_text(tag: str, english: str, spanish: str, vietnamese: str) -> None:
    assert (name_in(tag, "en"), name_in(tag, "es"), name_in(tag, "vi")) == (english, spanish, vietnamese)


@pytest.mark.parametrize("tag", [*HEARD, *SIGNED, "zh-Hans", "zh-Hant"])
def test_every_name_has_the_form_of_its_page_language(tag: str) -> None:
    assert name_in(tag, "es") == name_in(tag, "es").lower()
    assert name_in(tag, "vi").startswith(("tiếng ", "ngôn ngữ "))
    assert name_in(tag, "en") == LANGUAGES[tag].english_name == name_in(tag, "en-XA") == name_in(tag, "ar-XB")


def test_names_on_other_pages_come_from_cldr_and_fall_back_to_english() -> None:
    assert name_in("en", "ar") == "الإنجليزية"
    assert name_in("prs", "ru") == "дари"
    assert name_in("yue", "zh-Hant") == "粵語"
    assert name_in("cmn", "zh-Hans") == "普通话"
    assert name_in("cmn", "ru") == "китайский (Mandarin)"
    assert name_in("mam", "ar") == "Mam"


@pytest.mark.parametrize("page", [*PAGES, *PSEUDO])
def test_every_language_has_some_name_on_every_page(page: str) -> None:
    assert all(name_in(tag, page).strip() for tag in LANGUAGES)


def test_a_name_begins_a_line_with_a_capital() -> None:
    assert languages.capitalised("español") == "Español"
    assert languages.capitalised("ngôn ngữ ký hiệu Mỹ") == "Ngôn ngữ ký hiệu Mỹ"
    assert languages.capitalised("") == ""


@pytest.mark.parametrize("floor", ["en", "es", "vi"])
@pytest.mark.parametrize("page", [*PAGES, *PSEUDO])
def test_each_language_but_that_of_the_meeting_is_offered_once(page: str, floor: str) -> None:
    choices = interpretation_choices(page, floor)
    assert sorted((*choices.common, *choices.more)) == sorted(set(HEARD) - {floor})
    assert choices.signed == ("ase", "mfs")
    assert len(choices.common) == 6


def test_the_reader_s_own_language_comes_first_then_the_most_spoken() -> None:
    assert interpretation_choices("es", "en").common == ("es", "ar", "vi", "am", "so", "fr")
    assert interpretation_choices("ne", "en").common == ("ne", "es", "ar", "vi", "am", "so")
    assert interpretation_choices("es", "es").common == ("en", "ar", "vi", "am", "so", "fr")
    assert interpretation_choices("vi", "es").common[:2] == ("vi", "en")
    assert interpretation_choices("zh-Hant", "en").common[:2] == ("cmn", "yue")
    assert interpretation_choices("zh-Hans", "en").common[:2] == ("cmn", "yue")


def test_the_other_languages_are_in_the_alphabetical_order_of_the_page() -> None:
    spanish = [name_in(tag, "es") for tag in interpretation_choices("es", "en").more]
    assert spanish[:5] == ["bengalí", "birmano", "cantonés", "chuukés", "coreano"]
    assert spanish[-3:] == ["tigriña", "ucraniano", "urdu"]
    vietnamese = [name_in(tag, "vi") for tag in interpretation_choices("vi", "en").more]
    assert vietnamese[:3] == ["tiếng Ba Tư (Farsi)", "tiếng Bengal", "tiếng Bồ Đào Nha"]


def test_the_switch_is_alphabetical_with_latin_script_first() -> None:
    own_names = [row.own_name for row in languages.switcher(["ar", "vi", "am", "so", "en", "es", "ru"])]
    assert own_names == ["English", "Español", "Soomaali", "Tiếng Việt", "Русский", "العربية", "አማርኛ"]


TEXTS = [
    "You are registered.",
    "Your code is %(code)s. Show it at the door, %(n)d of 100%%.",
    'See <a href="https://example.org/contact">our contact page</a> &amp; {district}.',
    "No",
]


@pytest.mark.parametrize("text", TEXTS)
def test_pseudo_texts_are_bracketed_and_keep_what_a_program_reads(text: str) -> None:
    for changed in (pseudo.pseudo(text), pseudo.pseudo_rtl(text)):
        assert (changed[0], changed[-1]) == ("[", "]")
        assert pseudo._PROTECTED.findall(changed) == pseudo._PROTECTED.findall(text)
        assert not any(letter.isascii() and letter.isalpha() for letter in pseudo._PROTECTED.sub("", changed))


@pytest.mark.parametrize("text", TEXTS)
def test_accented_text_is_four_tenths_longer_and_mirrored_text_runs_right_to_left(text: str) -> None:
    visible = len(pseudo._PROTECTED.sub("", text))
    assert len(pseudo._PROTECTED.sub("", pseudo.pseudo(text))) >= 1.4 * visible
    mirrored = pseudo._PROTECTED.sub("", pseudo.pseudo_rtl(text))
    assert {unicodedata.bidirectional(each) for each in mirrored if each.isalpha()} == {"AL"}


def test_pseudo_catalogues_fill_every_plural_form(tmp_path: Path) -> None:
    template = Catalog()
    template.add("You are registered.")
    template.add("May", context="month")
    template.add(("%(n)s seat is left", "%(n)s seats are left"))
    with (tmp_path / "messages.pot").open("wb") as pot:
        write_po(pot, template)
    pseudo.write_catalogues(tmp_path / "messages.pot", tmp_path / "out")
    for folder, change in (("en_XA", pseudo.pseudo), ("ar_XB", pseudo.pseudo_rtl)):
        found = Translations.load(tmp_path / "out", [folder])
        assert found.gettext("You are registered.") == change("You are registered.")
        assert found.pgettext("month", "May") == change("May")
        forms = {found.ngettext("%(n)s seat is left", "%(n)s seats are left", n) for n in range(120)}
        assert forms == {change("%(n)s seat is left"), change("%(n)s seats are left")}
