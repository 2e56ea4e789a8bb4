import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.weak_judges import tokenize
from annotation.weak_judges.tokenizer import _unicode_pattern


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n\t ", []),
        ("Hello, World!", ["hello", ",", "world", "!"]),
        ("don't", ["don", "'", "t"]),
        ("x_1 = 3.14", ["x_1", "=", "3", ".", "14"]),
        ("...", [".", ".", "."]),
        ("Čeština Ünïcode ÉTÉ", ["čeština", "ünïcode", "été"]),
        ("我爱Python编程。", ["我", "爱", "python", "编", "程", "。"]),
        ("カタカナとkanji漢字", [*"カタカナと", "kanji", *"漢字"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("“quoted” – dash…", ["“", "quoted", "”", "–", "dash", "…"]),
        ("ok👍👍", ["ok", "👍", "👍"]),
        ("a\u00a0b\u3000c", ["a", "b", "c"]),
        ("\U00020000\U00020001", ["\U00020000", "\U00020001"]),
    ],
)
def test_examples(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_composed_and_decomposed_letters_are_one_token() -> None:
    assert tokenize("cafe\u0301 x") == tokenize("café x") == ["café", "x"]


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_takes_the_fast_path_to_the_same_tokens(text: str) -> None:
    assert tokenize(text) == _unicode_pattern().findall(text.lower())


@given(st.text())
def test_only_white_space_is_lost(text: str) -> None:
    whole = unicodedata.normalize("NFC", text.lower())
    assert "".join(tokenize(text)) == re.sub(r"\s", "", whole)
