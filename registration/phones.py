"""Telephone numbers: read in any format, kept as E.164, shown as the country writes them."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

# Area code and exchange begin with 2 to 9 and do not end in 11; no area code has 9 in the middle (North American
# Numbering Plan Administrator). Not the library's list of area codes: new ones come every year.
_NORTH_AMERICAN = re.compile(r"(?!.11)[2-9][0-8]\d(?!.11)[2-9]\d{6}")


class NotATelephone(ValueError):
    """What was typed is no telephone number that can be called."""


def read(typed: str, region: str) -> str:
    """The number as E.164, with ";ext=" where an extension was typed. Raises NotATelephone."""
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException as error:
        raise NotATelephone(typed) from error
    # A number without its area code is possible too, as a local one; nobody could call it from here.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise NotATelephone(typed)
    if number.country_code == 1 and not _NORTH_AMERICAN.fullmatch(phonenumbers.national_significant_number(number)):
        raise NotATelephone(typed)
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension


@lru_cache(maxsize=1024)
def display(kept: str) -> str:
    """A kept number as it is written where it belongs: nationally for the North American plan, else with +."""
    base, _, extension = kept.partition(";ext=")
    try:
        number = phonenumbers.parse(base)
    except NumberParseException:
        return kept
    style = PhoneNumberFormat.NATIONAL if number.country_code == 1 else PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, style)
    return f"{written} ext. {extension}" if extension else written


def href(kept: str) -> str:
    """The address of a `tel:` link (RFC 3966)."""
    return "tel:" + kept
