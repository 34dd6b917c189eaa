"""What forms of all features share: the base form, and fields that keep what was typed."""

import re
import unicodedata
from datetime import date
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import StopValidation, ValidationError

from registration import numbers

# Joiners that Persian, Hindi, and many other languages need inside words; elsewhere they only hide.
_JOINERS = "\u200c\u200d"
_STRAY_JOINER = re.compile(rf"(?<!\S)[{_JOINERS}]+|[{_JOINERS}]+(?!\S)")
# Format characters that do show: number signs and the like of Arabic and Syriac.
_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
# What writers of right-to-left languages put beside punctuation, so that it stands on the right side.
_DIRECTION_MARKS = "\u200e\u200f\u061c"
# Letters by category that show nothing: Hangul fillers. A name of them alone is blank.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")


class TokenField(CSRFTokenField):  # type: ignore[misc] # WTForms has no annotations
    """The token against forged requests, signed when it is shown: a form that is only read needs none."""

    def process(self, *arguments: Any, **options: Any) -> None:
        HiddenField.process(self, *arguments, **options)

    @property
    def current_token(self) -> str:
        """The token to show."""
        return str(self.csrf_impl.generate_csrf_token(self))


class TokenWhenShown(FlaskForm.Meta.csrf_class):  # type: ignore[misc] # Flask-WTF has no annotations
    """Flask-WTF's token in such a field."""

    field_class = TokenField


class Form(FlaskForm):  # type: ignore[misc] # Flask-WTF has no annotations
    """A form with a token against forged requests. A failed token shows the form again with what was typed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc] # Flask-WTF has no annotations
        """How the form is made."""

        csrf_class = TokenWhenShown

    @property
    def expired(self) -> bool:
        """Whether the token is missing, old or not of this session."""
        return "csrf_token" in self and bool(self.csrf_token.errors)

    def messages(self) -> list[tuple[str, str]]:
        """What is wrong, as (field id, words), in the order of the fields; the token aside."""
        return [(name, str(words)) for name, errors in self.errors.items() if name != "csrf_token" for words in errors]


def a_day(text: str) -> date | None:
    """The day that an address names as YYYY-MM-DD; None when it names none."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    # A day needs a day before and after it.
    return found if 1970 <= found.year < 9999 else None


def visible(text: str, marks: str = "") -> str:
    """`text` without control and format characters, which no reader sees; joiners stay inside words.

    Databases refuse some of them, some turn the direction of what follows, and all make equal texts differ (Unicode 16,
    section 23.2). `marks`: format characters to keep.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = f"\n\t{_JOINERS}{_SIGNS}{marks}"
    shown = "".join(c for c in text if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return _STRAY_JOINER.sub("", shown)


def has_letters(text: str) -> bool:
    """Whether `text` shows at least one letter or digit of any script."""
    return any(unicodedata.category(c)[0] in "LN" and c not in _BLANK_LETTERS for c in text)


def whole_number(text: str | None) -> int:
    """The number in a hidden field, a version or an id; -1, which nothing has, where it holds another text."""
    try:
        return numbers.whole(text or "")
    except ValueError:
        return -1


def _number(text: str) -> int:
    if not re.fullmatch("-?[0-9]+", text):
        raise ValueError(text)
    return int(text)


class HiddenNumber(HiddenField):  # type: ignore[misc] # WTForms has no annotations
    """A number that nobody sees or types, such as a version. It is never wrong, only one that nothing has."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = whole_number(str(valuelist[0]))


class Line(StringField):  # type: ignore[misc] # WTForms has no annotations
    """One line of text: surrounding space dropped, inner runs of space made one, control characters dropped."""

    def __init__(self, label: str | None = None, *, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = " ".join(visible(str(valuelist[0])).split())

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.most:
            raise StopValidation(
                lazy_gettext(
                    "%(field)s: please shorten this to %(most)s characters or fewer.",
                    field=self.label.text,
                    most=self.most,
                )
            )


class Contact(Line):
    """An email address, a phone number, or a code: full-width characters of East Asian keyboards become plain ones."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([unicodedata.normalize("NFKC", str(one)) for one in valuelist])


class Lines(StringField):  # type: ignore[misc] # WTForms has no annotations
    """Several lines of text."""

    def __init__(self, label: str | None = None, *, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = visible(str(valuelist[0]).replace("\r\n", "\n"), _DIRECTION_MARKS).strip()

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.most:
            raise StopValidation(
                lazy_gettext(
                    "%(field)s: please shorten this to %(most)s characters or fewer.",
                    field=self.label.text,
                    most=self.most,
                )
            )


class Count(IntegerField):  # type: ignore[misc] # WTForms has no annotations
    """A number of people. Blank is None.

    Digits of every script are read, since phone keyboards offer their own; points, underscores, and spaces are not.
    """

    def __init__(self, label: str | None = None, *, least: int = 0, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        try:
            self.data = _number("".join(str(unicodedata.decimal(c, c)) for c in typed))
        except ValueError as error:
            raise ValueError(
                lazy_gettext("%(field)s: please write a number, for example 2.", field=self.label.text)
            ) from error

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if not self.least <= self.data <= self.most:
            raise ValidationError(
                lazy_gettext(
                    "%(field)s: please write a number from %(least)s to %(most)s.",
                    field=self.label.text,
                    least=self.least,
                    most=self.most,
                )
            )

    @property
    def typed(self) -> str:
        """What stands in the box."""
        return str(self._value())
