"""Text to tokens: words and single punctuation marks."""

import re
import unicodedata
from functools import cache

# Scripts written without spaces between words: a character is the token.
_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_JOINERS = "\u200c\u200d"
_LAST_MARK = 0x1FFFF

_find_in_ascii = re.compile(r"\w+|[^\w\s]").findall


def tokenize(text: str) -> list[str]:
    """Split a text into lower-cased words and single punctuation marks.

    Parameters
    ----------
    text
        Any string; white space separates tokens and is dropped.

    Returns
    -------
    list of str
        A run of letters, digits and underscores is one token, combining marks and zero-width joiners inside
        it included; a Chinese or Japanese character is one token, and so is every other visible character.
        Equal up to canonical composition (Unicode NFC) and case means equal tokens.
    """
    if text.isascii():
        return _find_in_ascii(text.lower())
    lowered = unicodedata.normalize("NFC", text.lower())
    return _unicode_pattern().findall(lowered)


@cache
def _unicode_pattern() -> re.Pattern[str]:
    letter = rf"[^\W{_CJK}]"
    # Vowel signs of Indic scripts, among others, are marks, not word characters.
    return re.compile(rf"{letter}+(?:[{_marks()}{_JOINERS}]+{letter}*)*|\w|[^\w\s]")


def _marks() -> str:
    """Every combining mark, as ranges for a character class."""
    marks = [code for code in range(0x300, _LAST_MARK) if unicodedata.category(chr(code)).startswith("M")]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
