"""The page that shows every component of staff's pages in every state, for tests and for people who look at it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup

from registration import dates, i18n, languages
from registration.accounts import guard
from registration.staff import charts
from registration.staff.areas import AREAS
from tests.pseudo import pseudo, pseudo_rtl

HERE = "#main"
EMAIL = "maria_guadalupe_hernandez_dominguez_y_rodriguez@correo_de_la_familia.example.org"
FOLDER = Path(__file__).parent / "templates"
WORDS = {
    "title": "Meeting in English",
    "when": "Monday, May 10, 2027, 5:30–6:30 PM, Mountain Daylight Time. Cottonwood High School and online.",
    "nobody": "Somali, Karen, captions: nobody yet",
    "complete": "Page complete in 3 of 3 languages",
    "find": "Find interpreters",
    "edit": "Edit",
    "move": "Move or cancel",
    "said": "Saved. Twelve families will be told.",
    "today": "Due today",
    "offer": "An offer runs out at 5:00 PM",
    "why": "Linh Tran has not answered. Vietnamese, second seat, Meeting in English, May 10.",
    "verb": "See the offer",
    "spoken": "Spoken languages: asked and arranged",
    "signed": "Sign language and captions",
    "captions": "Captions in English",
    "detail": "Answer promised by May 7",
    "table": "The same as a table",
    "search": "Name, code, phone or email",
    "language": "Language",
    "all": "All languages",
    "room": "In the room",
    "seats": "Interpreters",
    "state": "State",
    "download": "Download as a table",
    "days": "Registrations a day",
    "states": "States",
    "known": "What we know",
    "history": "What happened",
    "confirm": "Before you cancel",
    "told": "48 families will be told",
    "cannot": "This cannot be undone.",
    "cancel": "Cancel the meeting",
    "back": "Go back",
    "translate": "Words in each language",
    "intro": "Introduction",
    "text": "The district plans new bus routes.\n\nCome and say what you think.",
    "wrong": "Write something here.",
    "long": "Sending messages",
    "door": "Door sheet",
    "name": "Name",
    "here": "Here",
    "headset": "Headset",
    "of": "of 150",
    "asked": "families asked for an interpreter",
}
ANA = SimpleNamespace(name="Ana Ruiz", roles=frozenset({"administrator", "coordinator"}), locale="en")


def install(app: Flask) -> None:
    """Add the page to an application that has answered nothing yet: /<locale>/demonstration/."""
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader, FileSystemLoader(FOLDER)])  # type: ignore[list-item]
    app.add_url_rule("/<locale>/demonstration/", "demonstration", page)
    # The header shows all areas, whatever is built; each opens the same page.
    for endpoint, _ in AREAS:
        view = guard.requires()(page)
        app.view_functions[endpoint] = view
        if not any(rule.endpoint == endpoint for rule in app.url_map.iter_rules()):
            app.add_url_rule(f"/<locale>/demonstration/{endpoint}/", endpoint, view)
    for endpoint in (f"accounts.{name}" for name in ("profile", "sign_out", "language")):
        if endpoint not in app.view_functions:
            app.add_url_rule(f"/<locale>/demonstration/{endpoint}", endpoint, page)


def page() -> str:
    """The page in the language of its address; `who`: nobody is signed in, or somebody halfway."""
    who = request.args.get("who")
    person = None if who == "nobody" else ANA
    return render_template("demonstration.html", person=person, without_nav=bool(who), **content(i18n.speaking()))


def content(tag: str) -> dict[str, Any]:
    """All that the page shows, in `tag`; the made-up languages lengthen or turn its own words."""
    change = {"en-XA": pseudo, "ar-XB": pseudo_rtl}.get(tag, str)
    words = SimpleNamespace(**{name: change(text) for name, text in WORDS.items()})
    right_to_left = languages.direction(tag) == "rtl"
    return {
        "words": words,
        "email": EMAIL,
        "tile": dates.tile(datetime(2027, 5, 10, 20, tzinfo=UTC), "America/Denver", tag),
        **_lists(words, tag),
        **_demand(words, right_to_left),
        **_days(tag, right_to_left),
        **_records(words),
    }


def _lists(words: Any, tag: str) -> dict[str, Any]:
    tile = dates.small_tile(datetime(2027, 5, 5, 20, tzinfo=UTC), "America/Denver", tag)
    todo = {"tile": tile, "what": words.offer, "why": words.why, "href": HERE, "verb": words.verb}
    figure = {"value": "112", "of": words.of, "label": words.room}
    row = {"title": words.title, "when": words.when, "lang": "vi", "own_name": "Tiếng Việt", "name": "Vietnamese",
           "room": f"112 {words.of}", "seats": 8, "filled": 5, "state": words.state}  # fmt: skip
    return {
        "todo_items": [
            todo | {"today": True},
            todo,
            todo | {"what": "Mixteco de Tlaxiaco", "lang": "es", "why": "", "tile": None},
        ],
        "tab_items": [
            {"href": HERE, "text": words.days, "count": 5, "current": True},
            {"href": HERE, "text": words.states, "count": "1,023"},
            {"href": HERE, "text": words.known},
        ],
        "figure_items": [figure, figure | {"value": "41", "of": ""}, figure | {"label": words.asked, "href": HERE}] * 2,
        "filters": [{"text": words.language, "href": HERE}, {"text": "Xol", "href": HERE, "lang": "es"}],
        "heads": [
            {"text": words.title, "href": HERE, "direction": "ascending"},
            {"text": words.language},
            {"text": words.room, "href": HERE, "number": True},
            {"text": words.seats},
            {"text": words.state, "href": HERE, "direction": ""},
        ],
        "rows": [row, row | {"filled": 0, "seats": 4}, row | {"seats": 16, "filled": 16}],
    }


def _demand(words: Any, right_to_left: bool) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"own_name": "Español", "lang": "es", "name": "Spanish", "families": 1204, "listeners": 1620, "filled": 2},
        {"own_name": "Tiếng Việt", "lang": "vi", "name": "Vietnamese", "families": 212, "listeners": 317, "filled": 1},
        {
            "own_name": "العربية",
            "lang": "ar",
            "dir": "rtl",
            "name": "Arabic",
            "families": 4,
            "listeners": 6,
            "filled": 0,
        },
        {"own_name": "Soomaali", "lang": "so", "name": "Somali", "families": 1, "listeners": 1, "filled": 0},
        {
            "own_name": words.captions,
            "name": "",
            "families": 1,
            "listeners": 2,
            "filled": 1,
            "seats": 1,
            "href": HERE,
        },
        {"own_name": words.captions, "name": "", "families": 0, "listeners": 0, "filled": 0, "seats": 0},
    ]
    rows = [
        {"filled": 0, "seats": 2, "detail": words.detail if index % 2 else ""} | row for index, row in enumerate(rows)
    ]
    kinds = [(row["families"], charts.kind_of(row["filled"], row["seats"])) for row in rows]
    bars = charts.demand(kinds, right_to_left=right_to_left, words="{:,}".format)
    rows = [row | {"bar": bar} for row, bar in zip(rows, bars, strict=True)]
    return {"spoken": rows[:4], "signed": rows[4:]}


def _days(tag: str, right_to_left: bool) -> dict[str, Any]:
    start = date(2027, 4, 20)

    def drawn(counts: list[int], cutoff: int) -> charts.Days:
        return charts.registrations(
            [(start + timedelta(days=index), count) for index, count in enumerate(counts)],
            day=lambda day: dates.short_day(day, tag),
            words=lambda number: dates.count(number, tag),
            cutoff=start + timedelta(days=cutoff),
            right_to_left=right_to_left,
        )

    few = [2, 5, 9, 14, 8, 0, 11, 17, 12, 9, 7, 13, 22, 18]
    return {"few": drawn(few, 7), "many": drawn([index * 7 % 31 for index in range(200)], 150), "nobody": drawn([], 0)}


def _records(words: Any) -> dict[str, Any]:
    group = {"own_name": "Español", "lang": "es", "dir": "ltr", "name": "Spanish", "mail": 40, "call": 2}
    text = {"subject": "La reunión se canceló", "text": "Hola:\n\nLa reunión se canceló."}
    chip = Markup('<span class="chip good">{}</span>').format(words.state)
    return {
        "known_rows": [
            {"label": words.name, "value": "Rosa Méndez Xol"},
            {"label": words.search, "value": "+1 303 555 0148", "dir": "ltr", "href": HERE, "detail": words.why},
            {"label": words.state, "state": chip},
            {"label": words.headset, "value": ""},
        ],
        "events": [
            {"when": words.when, "who": "Ana Ruiz", "what": words.cancel, "text": words.why},
            {"when": words.when, "what": words.offer, "state": chip},
        ],
        "groups": [
            group | text | {"note": words.cannot},
            group | {"own_name": "العربية", "lang": "ar", "dir": "rtl", "name": "Arabic", "text": "مرحبا"},
            group | {"own_name": "English", "lang": "en", "name": "English"},
        ],
    }
