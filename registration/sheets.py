"""What every table that people save as a file has to mind."""

import re

# A text that begins so is run as a formula by the programs that open the file.
_FORMULA = re.compile("[=+\\-@\t\r＝＋－＠]")


def neutral(text: str) -> str:
    """`text`, after an apostrophe where it would be run as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
