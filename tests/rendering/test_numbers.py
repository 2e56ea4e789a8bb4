"""Words for numbers."""

from dataclasses import dataclass
from decimal import Decimal

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


@dataclass(frozen=True)
class Found:
    value: float
    low: float
    high: float


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.6342, "63.4", "+63.4"),
        (-0.003, "−0.3", "−0.3"),
        (-0.0001, "0.0", "0.0"),
        (0.0, "0.0", "0.0"),
        (None, "–", "–"),
    ],
)
def test_points_have_one_digit_and_a_true_minus(value, plain, signed):
    assert (numbers.points(value), numbers.points(value, is_signed=True)) == (plain, signed)


def test_accuracies_and_gains_carry_their_intervals():
    assert numbers.accuracy(Found(0.634, 0.61, 0.658)) == "63.4 % [61.0, 65.8]"
    assert numbers.gain(Found(0.021, -0.008, 0.05)) == "+2.1 [−0.8, 5.0]"
    assert numbers.accuracy(None) == numbers.gain(None) == numbers.accuracy("") == numbers.gain("") == "–"


@pytest.mark.parametrize(
    ("value", "words"), [(0.1234, "0.123"), (-0.0021, "−0.002"), (-0.0001, "0.000"), (None, "–")]
)
def test_information_has_three_digits(value, words):
    assert numbers.nats(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.002, "0.002"), (Decimal("0.250000"), "0.25"), (10, "10"), (1200.0, "1,200"), (0, "0"), (None, "–")],
)
def test_prices_are_written_out(value, words):
    assert numbers.price(value) == words
