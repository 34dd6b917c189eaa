"""The accent colour of a district: which others follow from it, and whether words can be read in it. Pure.

The built-in colours of the two style sheets (pages, mail) are replaced by those that follow from the accent. Hue and
saturation stay those of the accent; mixing with white would go grey.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from typing import NamedTuple

# Contrast of text and ground that WCAG 2.2 asks for (1.4.3).
LEAST = 4.5
# What stays readable also for tired eyes on a dark page.
DARK_LEAST = 7.0

WHITE, DARK_PAPER = "#ffffff", "#0e1a1f"
BUILT_IN = "#0b5161"


class Palette(NamedTuple):
    """All colours that follow from an accent, each as #rrggbb."""

    accent: str
    wash: str
    tint: str
    dark_accent: str
    dark_on_accent: str
    dark_band: str
    dark_wash: str
    dark_tint: str


# As they stand in static/app.css and templates/mail/mail.css.
STANDARD = Palette("#0b5161", "#f1f7f8", "#dbeff2", "#8ad4df", "#05252d", "#0b2f38", "#13252b", "#12343d")


class Contrast(NamedTuple):
    """How an accent stands out on the three light grounds, as ratios to 1."""

    white: float
    wash: float
    tint: float

    @property
    def enough(self) -> bool:
        """Whether words can be read everywhere."""
        return min(self) >= LEAST


class NotAColour(ValueError):
    """What was typed is no colour of the form #rrggbb."""


def read(typed: str) -> str:
    """The colour as #rrggbb in small letters; # may be missing. Raises NotAColour."""
    found = re.fullmatch(r"#?([0-9a-f]{6})", typed.strip().casefold())
    if found is None:
        raise NotAColour(typed)
    return f"#{found[1]}"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _shade(accent: str, lightness: float, share: float) -> str:
    """The accent's hue in another lightness, with a share of its saturation."""
    hue, _, saturation = rgb_to_hls(*_parts(accent))
    red, green, blue = hls_to_rgb(hue, lightness, min(1.0, saturation * share))
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))


def palette(accent: str) -> Palette:
    """What follows from `accent` (#rrggbb)."""
    if accent == BUILT_IN:
        return STANDARD
    dark_tint = _shade(accent, 0.155, 0.68)
    return Palette(
        accent=accent,
        wash=_shade(accent, 0.96, 0.42),
        tint=_shade(accent, 0.905, 0.6),
        dark_accent=_readable(accent, (DARK_PAPER, dark_tint)),
        dark_on_accent=_shade(accent, 0.09, 1.0),
        dark_band=_shade(accent, 0.13, 0.84),
        dark_wash=_shade(accent, 0.12, 0.48),
        dark_tint=dark_tint,
    )


def _readable(accent: str, grounds: tuple[str, ...]) -> str:
    """The accent for dark pages: as light as it must be."""
    lightness = 0.7
    while min(contrast(_shade(accent, lightness, 0.72), ground) for ground in grounds) < DARK_LEAST and lightness < 1:
        lightness += 0.01
    return _shade(accent, min(lightness, 1.0), 0.72)


def contrasts(accent: str) -> Contrast:
    """How `accent` stands out on the grounds that words of it stand on; white words on it have the first."""
    own = palette(accent)
    return Contrast(contrast(accent, WHITE), contrast(accent, own.wash), contrast(accent, own.tint))


def repainted(style: str, accent: str | None) -> str:
    """A style sheet with the colours that follow from `accent` in place of the built-in ones."""
    if accent is None:
        return style
    for built_in, own in zip(STANDARD, palette(accent), strict=True):
        style = style.replace(built_in, own)
    return style
