"""Words for numbers."""

import pytest

from annotation.rendering import numbers


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (1.0, ">0.99"), (0.991, ">0.99"), (0.93, "0.93"), (0.004, "<0.01"), (0.0, "<0.01")],
)
def test_no_probability_is_said_to_be_certain(value, words):
    assert numbers.probability(value) == words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (numbers.rate(None), "–"),
        (numbers.rate(-0.001), "0.00"),
        (numbers.rate(-0.25), "-0.25"),
        (numbers.rate(0.125, 1), "0.1"),
        (numbers.interval(0.1, 0.25), "[0.10, 0.25]"),
        (numbers.interval(None, 0.25), "–"),
        (numbers.percent(0.254), "25 %"),
        (numbers.seconds(42.4), "42 s"),
        (numbers.seconds(150), "2.5 min"),
        (numbers.plural(1, "verdict"), "1 verdict"),
        (numbers.plural(1200, "query", "queries"), "1,200 queries"),
    ],
)
def test_words(words, expected):
    assert words == expected
