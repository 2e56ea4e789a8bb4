"""The fragment an annotator labels."""

from datetime import UTC, datetime

import pytest

from annotation.lookups.judging import LabelView
from annotation.lookups.options import LabelOption
from annotation.rendering import render_label
from annotation.rendering.labelling import key_options


def keys(*labels):
    return [" ".join(option.keys) for option in key_options([LabelOption(label, "") for label in labels])]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["yes", "no"], ["1 a", "2 b"]),
        (["A", "B", "C"], ["a 1", "b 2", "c 3"]),
        (["0", "1", "10"], ["0 a", "1 b", "c"]),
        (["b", "x", "a"], ["b 1", "2", "a 3"]),
        (["a", "A"], ["1", "2"]),
    ],
)
def test_a_key_never_means_another_label_than_it_says(labels, expected):
    assert keys(*labels) == expected


def test_ten_options_have_keys_and_further_ones_none():
    found = keys(*(f"label {i}" for i in range(12)))
    assert found[9] == "0 j"
    assert found[10:] == ["", ""]


def view(turns, n_options=2):
    options = [LabelOption(f"x{i}", "<b>bold</b>") for i in range(n_options)]
    return LabelView("lease", "q<1>", turns, options, "law", datetime(2026, 1, 1, tzinfo=UTC))


def test_texts_are_escaped_and_a_missing_text_is_said():
    html = render_label(view([]))
    assert "The text of this query was not imported" in html
    assert "<b>" not in html
    assert "q&lt;1&gt;" in html
    assert "was not imported" not in render_label(view(["Why?"]))


def test_only_long_lists_can_be_searched():
    assert "option-filter" not in render_label(view(["Why?"], 10))
    assert "option-filter" in render_label(view(["Why?"], 11))
