"""What follows from an accent colour can be read, whatever the hue."""

from colorsys import hls_to_rgb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration import assets, colours

hues = st.builds(
    lambda hue, light, much: "#" + "".join(f"{round(part * 255):02x}" for part in hls_to_rgb(hue, light, much)),
    st.floats(0, 1), st.floats(0.02, 0.5), st.floats(0, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#767676", "#ffffff", 4.54), ("#0b5161", "#0b5161", 1.0)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert colours.contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_the_built_in_accent_gives_the_built_in_colours() -> None:
    assert colours.palette(colours.BUILT_IN) == colours.STANDARD
    assert colours.contrasts(colours.BUILT_IN).enough


def test_the_built_in_colours_stand_in_the_style_sheets() -> None:
    style = assets.contents("app.css").decode()
    for colour in colours.STANDARD:
        assert colour in style
    assert assets.contents("app.css", colours.BUILT_IN) == assets.contents("app.css")
    assert assets.content_hash("app.css", "#8c1d40") != assets.content_hash("app.css")
    assert assets.contents("staff.css", "#8c1d40") == assets.contents("staff.css")


@given(hues)
def test_every_accent_that_is_let_in_can_be_read_in_light_and_dark(accent: str) -> None:
    if not colours.contrasts(accent).enough:
        return
    own = colours.palette(accent)
    for ground in (colours.WHITE, own.wash, own.tint):
        assert colours.contrast(own.accent, ground) >= colours.LEAST
        assert colours.contrast("#0f2129", ground) >= colours.DARK_LEAST
        assert colours.contrast("#475a62", ground) >= colours.LEAST
    for ground in (colours.DARK_PAPER, own.dark_tint, own.dark_wash, own.dark_on_accent):
        assert colours.contrast(own.dark_accent, ground) >= colours.LEAST
    for ground in (own.dark_band, own.dark_tint, own.dark_wash):
        assert colours.contrast("#eef4f5", ground) >= colours.LEAST
        assert colours.contrast("#b0c0c5", ground) >= colours.LEAST


@pytest.mark.parametrize("typed", ["#0B5161", "0b5161", " #0b5161 "])
def test_a_colour_is_read_however_it_is_written(typed: str) -> None:
    assert colours.read(typed) == "#0b5161"


@pytest.mark.parametrize("typed", ["", "#fff", "teal", "#0b516", "#0b51611", "url(x)", "#0b516g"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(colours.NotAColour):
        colours.read(typed)
