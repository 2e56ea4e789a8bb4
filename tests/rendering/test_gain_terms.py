"""The bars of gains: what adds to the right, what takes off to the left, the net gain between."""

import pytest

from annotation.rendering.gain_terms import Gain, gains_svg
from annotation.rendering.svg import NARROW, WIDE
from tests.rendering.drawings import box, marks, words

GAINS = [Gain("first", 0.9, 0.0, 0.0, 0.9, 0.05), Gain("second", 0.8, 0.6, 0.1, 0.3, 0.04, is_member=False)]


def zero_of(svg):
    return float(marks(svg, "path", "chart__line-at")[0].get("d").split()[0][1:])


def scale_of(svg):
    """Return the pixels of one nat, from the first bar."""
    return box(marks(svg, "rect", "chart__fill--1")[0])[2] / 0.9


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_bars_start_at_zero_and_are_as_long_as_their_terms(width):
    svg = gains_svg("g", GAINS, x_label="nats", width=width)
    zero, nat = zero_of(svg), scale_of(svg)
    relevance = box(marks(svg, "rect", "chart__fill--1")[1])
    redundancy = box(marks(svg, "rect", "chart__fill--2")[1])
    complementarity = box(marks(svg, "rect", "chart__fill--3")[1])
    assert relevance[0] == pytest.approx(zero, abs=0.1)
    assert relevance[2] == pytest.approx(0.8 * nat, abs=0.2)
    assert redundancy[0] + redundancy[2] == pytest.approx(zero, abs=0.2)
    assert redundancy[2] == pytest.approx(0.6 * nat, abs=0.2)
    assert complementarity[0] == pytest.approx(relevance[0] + relevance[2], abs=0.2)
    assert complementarity[2] == pytest.approx(0.1 * nat, abs=0.2)


def test_the_net_gain_is_marked_with_its_standard_error():
    svg = gains_svg("g", GAINS, x_label="nats")
    zero, nat = zero_of(svg), scale_of(svg)
    middle = float(marks(svg, "path", "chart__other")[1].get("d").split()[0][1:])
    assert middle == pytest.approx(zero + 0.3 * nat, abs=0.2)
    low, high = marks(svg, "path", "chart__net")[1].get("d")[1:].split("H")
    assert float(high) - float(low.split()[0]) == pytest.approx(0.08 * nat, abs=0.2)
    assert "second, net gain: 0.300 ± 0.040" in words(svg)[1]


def test_members_are_bold_and_terms_are_named():
    svg = gains_svg("g", GAINS, x_label="nats")
    bold = [mark.text for mark in marks(svg, "text", "chart__text") if mark.get("font-weight")]
    assert bold == ["first"]
    assert {"Relevance", "Redundancy", "Complementarity"} <= set(words(svg)[0])


def test_a_loss_lies_left_of_zero():
    svg = gains_svg("g", [Gain("x", 0.1, 0.3, 0.0, -0.2, 0.01)], x_label="nats")
    assert float(marks(svg, "path", "chart__other")[0].get("d").split()[0][1:]) < zero_of(svg)
    assert "x: net gain −0.200" in words(svg)[1]


@pytest.mark.parametrize("n", [0, 1, 12])
def test_nothing_to_gain_still_draws(n):
    svg = gains_svg("g", [Gain("x", 0.0, 0.0, 0.0, 0.0, 0.0)] * n, x_label="nats")
    assert "nan" not in svg.lower()
    assert len(marks(svg, "path", "chart__net")) == n
