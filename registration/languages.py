"""The languages a family reads, speaks or signs: one table, and every question asked of it.

Tags are BCP 47. CLDR (Babel) has no name for some of these languages and no data at all for others, so own names and
English names stand here; the tests compare them with CLDR where it knows better.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from babel import Locale

Direction = Literal["ltr", "rtl"]
Modality = Literal["spoken", "signed"]


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the table.

    `page`: pages and mails may be offered in it. `spoken`: it may be asked for as interpretation, by voice or
    (`modality` "signed") by hand. `babel`: identifier of the Babel locale that formats its dates and numbers.
    """

    tag: str
    own_name: str
    english_name: str
    direction: Direction
    modality: Modality
    page: bool
    spoken: bool
    babel: str


def _page(
    tag: str, own: str, english: str, babel: str, direction: Direction = "ltr", *, spoken: bool = True
) -> Language:
    return Language(tag, own, english, direction, "spoken", page=True, spoken=spoken, babel=babel)


def _heard(tag: str, own: str, english: str, babel: str = "en", direction: Direction = "ltr") -> Language:
    return Language(tag, own, english, direction, "spoken", page=False, spoken=True, babel=babel)


def _signed(tag: str, own: str, english: str, babel: str) -> Language:
    return Language(tag, own, english, "ltr", "signed", page=False, spoken=True, babel=babel)


_ROWS = (
    _page("en", "English", "English", "en"),
    _page("es", "Español", "Spanish", "es_US"),
    _page("vi", "Tiếng Việt", "Vietnamese", "vi"),
    _page("ar", "العربية", "Arabic", "ar", "rtl"),
    _page("am", "አማርኛ", "Amharic", "am"),
    _page("so", "Soomaali", "Somali", "so"),
    _page("fr", "Français", "French", "fr"),
    _page("ne", "नेपाली", "Nepali", "ne"),
    _page("ru", "Русский", "Russian", "ru"),
    _page("zh-Hans", "简体中文", "Chinese (Simplified)", "zh_Hans", spoken=False),
    _page("zh-Hant", "繁體中文", "Chinese (Traditional)", "zh_Hant", spoken=False),
    _page("sw", "Kiswahili", "Swahili", "sw"),
    _page("ti", "ትግርኛ", "Tigrinya", "ti"),
    _page("my", "မြန်မာ", "Burmese", "my"),
    _page("prs", "دری", "Dari", "fa_AF", "rtl"),
    _page("ps", "پښتو", "Pashto", "ps", "rtl"),
    _page("en-XA", "English (accented)", "English (accented)", "en", spoken=False),
    _page("ar-XB", "English (right to left)", "English (right to left)", "ar", "rtl", spoken=False),
    _heard("cmn", "普通话 / 國語", "Mandarin", "zh_Hans"),
    _heard("yue", "廣東話 / 广东话", "Cantonese", "yue"),
    _heard("ht", "Kreyòl ayisyen", "Haitian Creole", "ht"),
    _heard("ko", "한국어", "Korean", "ko"),
    _heard("ur", "اردو", "Urdu", "ur", "rtl"),
    _heard("uk", "Українська", "Ukrainian", "uk"),
    _heard("pt", "Português", "Portuguese", "pt"),
    _heard("ksw", "ကညီကျိာ်", "Karen"),
    _heard("rw", "Ikinyarwanda", "Kinyarwanda", "rw"),
    _heard("rn", "Ikirundi", "Kirundi", "rn"),
    _heard("om", "Afaan Oromoo", "Oromo", "om"),
    _heard("ln", "Lingála", "Lingala", "ln"),
    _heard("mam", "Mam", "Mam", "es_US"),
    _heard("quc", "Kʼicheʼ", "Kʼicheʼ", "es_US"),
    _heard("kjb", "Qʼanjobʼal", "Qʼanjobʼal", "es_US"),
    _heard("kek", "Qʼeqchiʼ", "Qʼeqchiʼ", "es_US"),
    # ISO 639 has no code for Mixtec as a whole; that of one variety stands for all, and a family types which.
    _heard("mix", "Tuʼun Savi", "Mixtec", "es_US"),
    _heard("hmn", "Hmoob", "Hmong"),
    _heard("mh", "Kajin M̧ajeļ", "Marshallese"),
    _heard("chk", "Chuuk", "Chuukese"),
    _heard("fil", "Filipino (Tagalog)", "Filipino (Tagalog)", "fil"),
    _heard("fa", "فارسی", "Farsi (Persian)", "fa", "rtl"),
    _heard("hi", "हिन्दी", "Hindi", "hi"),
    _heard("pa", "ਪੰਜਾਬੀ", "Punjabi", "pa"),
    _heard("bn", "বাংলা", "Bengali", "bn"),
    _heard("kmr", "Kurdî (Kurmancî)", "Kurdish (Kurmanji)", "ku"),
    _heard("ckb", "کوردی (سۆرانی)", "Kurdish (Sorani)", "ckb", "rtl"),
    _heard("rhg", "Ruáingga", "Rohingya"),
    _heard("ymm", "Af Maay", "Maay Maay", "so"),
    _heard("kyu", "Kayah Li", "Karenni"),
    _heard("km", "ខ្មែរ", "Khmer", "km"),
    _heard("lo", "ລາວ", "Lao", "lo"),
    _signed("ase", "American Sign Language (ASL)", "American Sign Language", "en"),
    _signed("mfs", "Lengua de Señas Mexicana (LSM)", "Mexican Sign Language", "es_US"),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({row.tag: row for row in _ROWS})

# domain.md, "A district in figures": Denver's home languages, most spoken first. English leads: it is asked for at
# the meetings that are held in another language.
_MOST_SPOKEN = ("en", "es", "ar", "vi", "am", "so", "fr", "ne", "cmn", "ru", "ti")
_COMMON = 6
_SIGNED = ("ase", "mfs")

# What the readers of a page speak, where that is not the page's own tag.
_SPOKEN_BY_READERS = {"zh-Hans": ("cmn", "yue"), "zh-Hant": ("cmn", "yue"), "en-XA": ("en",), "ar-XB": ("ar",)}

# Pages that readers of a language without pages of its own can read.
_READABLE = {"cmn": "zh-Hans", "yue": "zh-Hant", "fa": "prs"}

_ALIASES = {
    "zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-my": "zh-Hans",
    "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh-yue": "yue", "zh-cmn": "cmn",
    "fa-af": "prs", "pes": "fa", "tl": "fil", "tgl": "fil", "ku": "kmr", "mww": "hmn", "hnj": "hmn",
    "arb": "ar", "npi": "ne", "swh": "sw", "gaz": "om", "orm": "om", "pbu": "ps", "pbt": "ps", "som": "so",
    "sgn-us": "ase", "sgn-ase": "ase", "sgn-mx": "mfs", "sgn-mfs": "mfs",
}  # fmt: skip

# Names that CLDR lacks, or gives in a form a family would not look for (trukés, Rundi, Kurdish of the centre).
_NAMES: Mapping[str, Mapping[str, str]] = {
    "es": {
        "cmn": "mandarín", "prs": "darí", "ksw": "karen", "mam": "mam", "quc": "kʼicheʼ", "kjb": "qʼanjobʼal",
        "kek": "qʼeqchiʼ", "mix": "mixteco", "hmn": "hmong", "mh": "marshalés", "chk": "chuukés", "sw": "suajili",
        "pa": "punyabí", "fil": "filipino (tagalo)", "fa": "farsi (persa)", "kmr": "kurdo (kurmanyi)",
        "ckb": "kurdo (sorani)", "ymm": "maay maay", "kyu": "karenni", "ase": "lengua de señas americana",
        "mfs": "lengua de señas mexicana",
    },
    "vi": {
        "zh-Hans": "tiếng Trung (giản thể)", "zh-Hant": "tiếng Trung (phồn thể)", "cmn": "tiếng Quan Thoại",
        "prs": "tiếng Dari", "ht": "tiếng Creole Haiti", "ksw": "tiếng Karen", "mam": "tiếng Mam",
        "kjb": "tiếng Qʼanjobʼal", "kek": "tiếng Qʼeqchiʼ", "mix": "tiếng Mixtec", "rn": "tiếng Kirundi",
        "mh": "tiếng Marshall", "fil": "tiếng Philippines (Tagalog)", "fa": "tiếng Ba Tư (Farsi)",
        "bn": "tiếng Bengal", "kmr": "tiếng Kurd (Kurmanji)", "ckb": "tiếng Kurd (Sorani)",
        "ymm": "tiếng Maay Maay", "kyu": "tiếng Karenni", "ase": "ngôn ngữ ký hiệu Mỹ",
        "mfs": "ngôn ngữ ký hiệu Mexico",
    },
    "fr": {"cmn": "mandarin"},
    "zh-Hans": {"cmn": "普通话"},
    "zh-Hant": {"cmn": "國語"},
}  # fmt: skip

# CLDR names these under another tag; where that tag is a wider one, a word tells which language is meant.
_CLDR_TAGS = {"prs": ("fa_AF", ""), "cmn": ("zh", "Mandarin"), "kmr": ("ku", "Kurmanji")}


def catalogue(tag: str) -> str:
    """The name of the folder below translations/ that holds the catalogue of `tag`: `zh-Hans` → `zh_Hans`."""
    return tag.replace("-", "_")


def html_lang(tag: str) -> str:
    """The value of `lang` and `hreflang` for text in `tag`."""
    return tag


def direction(tag: str) -> Direction:
    """Which way text in `tag` runs. Raises KeyError for a tag that is not in the table."""
    return LANGUAGES[tag].direction


@lru_cache(maxsize=1024)
def canonical(tag: str) -> str | None:
    """The tag of the table for `tag` in any case, with a region or an older code; None when there is none.

    Aliases of experience.md: zh-CN/SG → zh-Hans, zh-TW/HK/MO → zh-Hant, tl → fil, es-MX → es.
    """
    wanted = tag.strip().replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", wanted):
        return None
    if wanted.startswith("zh-"):
        for script in ("Hans", "Hant"):
            if script.lower() in wanted.split("-"):
                return f"zh-{script}"
    parts = wanted.split("-")
    for length in range(len(parts), 0, -1):
        candidate = "-".join(parts[:length])
        if found := _BY_LOWER_CASE.get(candidate) or _ALIASES.get(candidate):
            return found
    return None


_BY_LOWER_CASE = {tag.lower(): tag for tag in LANGUAGES}


def negotiate(accept_language: str | None, preferred: str | None, offered: Sequence[str]) -> str:
    """The page language for somebody whose address names none: cookie, then Accept-Language, then `offered[0]`.

    `offered` holds tags of the table, at least one. Never raises for what a browser may send.
    """
    if preferred and (known := _readable(preferred, offered)):
        return known
    refused: set[str] = set()
    wishes = sorted(_wishes(accept_language or ""), key=lambda wish: -wish[1])
    for tag, quality in wishes:
        if quality == 0 and (known := canonical(tag)):
            refused.add(known)
    for tag, quality in wishes:
        if quality == 0:
            continue
        allowed = [each for each in offered if each not in refused]
        if tag == "*" and allowed:
            return allowed[0]
        if known := _readable(tag, allowed):
            return known
    return offered[0]


def _readable(tag: str, offered: Sequence[str]) -> str | None:
    known = canonical(tag)
    if known in offered:
        return known
    readable = _READABLE.get(known or "")
    return readable if readable in offered else None


def _wishes(accept_language: str) -> Iterator[tuple[str, float]]:
    # The header comes from outside: what a browser sends is far below these bounds.
    for part in accept_language[:2000].split(",")[:50]:
        found = re.fullmatch(r"\s*(\*|[A-Za-z0-9_-]{1,35})\s*(?:;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,6})?)\s*)?", part)
        if found:
            yield found[1], min(1.0, float(found[2] or "1"))


@lru_cache(maxsize=4096)
def name_in(tag: str, locale_tag: str) -> str:
    """The name of language `tag` as running text in page language `locale_tag` has it: Spanish, español, tiếng Anh.

    The English name where nothing better is known. Raises KeyError for tags that are not in the table.
    """
    language, page = LANGUAGES[tag], LANGUAGES[locale_tag]
    if own := _NAMES.get(locale_tag, {}).get(tag):
        return own
    if page.babel == "en" or locale_tag == "ar-XB":
        return language.english_name
    wanted, which = _CLDR_TAGS.get(tag, (catalogue(tag), ""))
    found = Locale.parse(page.babel).languages.get(wanted)
    if not found:
        return language.english_name
    # CLDR writes Vietnamese names for lists; inside a sentence only the proper part has a capital.
    running = found[0].lower() + found[1:] if locale_tag == "vi" else found
    return f"{running} ({which})" if which else running


def capitalised(text: str) -> str:
    """`text` with a capital at its start, for a name that begins a line: español → Español."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Choices:
    """Tags to offer in the interpreter question, in the order in which they are shown."""

    common: tuple[str, ...]
    more: tuple[str, ...]
    signed: tuple[str, ...]


@lru_cache(maxsize=1024)
def interpretation_choices(page_tag: str, floor: str) -> Choices:
    """The languages to ask for on pages in `page_tag`, for a meeting held in `floor`, which is never among them."""
    own = _SPOKEN_BY_READERS.get(page_tag, (page_tag,))
    common = [tag for tag in dict.fromkeys((*own, *_MOST_SPOKEN)) if tag != floor][:_COMMON]
    more = [
        row.tag
        for row in LANGUAGES.values()
        if row.spoken and row.modality == "spoken" and row.tag != floor and row.tag not in common
    ]
    more.sort(key=lambda tag: sort_key(name_in(tag, page_tag)))
    return Choices(tuple(common), tuple(more), tuple(tag for tag in _SIGNED if tag != floor))


def switcher(offered: Sequence[str]) -> tuple[Language, ...]:
    """The languages of the switch in the alphabetical order of their own names, Latin script first."""
    return tuple(sorted((LANGUAGES[tag] for tag in offered), key=lambda row: sort_key(row.own_name)))


def sort_key(text: str) -> str:
    """A key that orders names near enough to what their readers expect: without accents and case, Latin first."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return re.sub("[\u0300-\u036f\u02bc\u2019']", "", plain)
