"""The grid of correlations: colours, numbers, names, members."""

from itertools import pairwise

import pytest

from annotation.rendering.correlations import correlations_svg, short
from annotation.rendering.svg import NARROW, WIDE
from tests.rendering.drawings import box, marks, words


def grid(n, value=0.5):
    return [[1.0 if i == j else value for j in range(n)] for i in range(n)]


def test_cells_are_coloured_by_sign_and_strength():
    values = [[1, 0.8, 0.2], [0.8, 1, -0.8], [0.2, -0.8, 1]]
    svg = correlations_svg("c", ["x", "y", "z"], values, n_members=2)
    cells = marks(svg, "rect", "chart__cell")
    strong, weak, _, against, *_ = cells
    assert "chart__fill--1" in strong.get("class")
    assert "chart__fill--2" in against.get("class")
    assert float(strong.get("fill-opacity")) == float(against.get("fill-opacity"))
    assert float(strong.get("fill-opacity")) > float(weak.get("fill-opacity"))
    shown, said = words(svg)
    assert shown.count(".80") == 2
    assert shown.count("−.80") == 2
    assert "y and z: −0.80" in said


def test_the_diagonal_says_nothing_and_what_is_unknown_is_a_dash():
    svg = correlations_svg("c", ["x", "y"], [[1, None], [None, 1]], n_members=0)
    assert marks(svg, "rect", "chart__cell") == []
    assert len(marks(svg, "rect", "chart__empty")) == 4
    shown, said = words(svg)
    assert shown.count("–") == 2
    assert "x and y: not known" in said


def test_members_are_framed_and_bold():
    svg = correlations_svg("c", list("vwxyz"), grid(5), n_members=2)
    (frame,) = marks(svg, "rect", "chart__frame")
    left, top, across, down = box(frame)
    inside = [box(cell) for cell in marks(svg, "rect", "chart__cell")]
    n_inside = sum(x < left + across and y < top + down for x, y, _, _ in inside)
    assert n_inside == 2
    bold = {mark.text for mark in marks(svg, "text", "chart__text") if mark.get("font-weight")}
    assert bold == {"1 v", "2 w"}


@pytest.mark.parametrize("n_members", [0, 4])
def test_no_frame_around_nobody_or_everybody(n_members):
    svg = correlations_svg("c", list("wxyz"), grid(4), n_members=n_members)
    assert marks(svg, "rect", "chart__frame") == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("n", [1, 2, 5, 12, 30])
def test_every_size_fits_and_names_do_not_overlap(n, width):
    names = [f"candidate-with-a-long-name-{i}" for i in range(n)]
    svg = correlations_svg("c", names, grid(n), n_members=min(n, 3), width=width)
    for cell in marks(svg, "rect", "chart__cell"):
        x, _, across, _ = box(cell)
        assert 0 < x < x + across <= width
    rows = [float(mark.get("y")) for mark in marks(svg, "text", "chart__text")]
    assert len(rows) == n
    assert all(after - before >= 13.9 for before, after in pairwise(rows))
    assert f"{n} {names[-1]}" in words(svg)[1]


def test_wide_cells_carry_numbers_and_narrow_ones_stronger_colours():
    few, many = (correlations_svg("c", ["x"] * n, grid(n), n_members=0) for n in (5, 30))
    assert ".50" in words(few)[0]
    assert ".50" not in words(many)[0]
    pale, strong = (float(marks(svg, "rect", "chart__cell")[0].get("fill-opacity")) for svg in (few, many))
    assert pale < strong


@pytest.mark.parametrize(
    ("value", "words_"),
    [(0.42, ".42"), (-0.1, "−.10"), (0.0, "0"), (-0.001, "0"), (1.0, "1"), (-1.0, "−1"), (0.999, "1")],
)
def test_numbers_in_cells_are_short(value, words_):
    assert short(value) == words_
