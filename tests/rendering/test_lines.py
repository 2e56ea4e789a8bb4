"""Lines, their bands and the levels beside them stand where their numbers say."""

import pytest

from annotation.rendering.lines import Level, Line, lines_svg
from annotation.rendering.svg import NARROW, WIDE
from tests.rendering.drawings import box, marks, words


def test_lines_end_at_the_right_and_certainty_is_at_the_top():
    svg = lines_svg("P", [Line("x", [(0, 0.0), (10, 1.0)]), Line("y", [(0, 1.0), (5, 0.5)])], x_label="n")
    first, second = marks(svg, "polyline", "chart__series")
    (x0, y0), (x1, y1) = (map(float, p.split(",")) for p in first.get("points").split())
    (_, top), (middle, half) = (map(float, p.split(",")) for p in second.get("points").split())
    assert y1 == top < half < y0
    assert half == pytest.approx((top + y0) / 2, abs=0.1)
    assert middle == pytest.approx((x0 + x1) / 2, abs=0.1)


def test_one_point_is_a_dot():
    assert len(marks(lines_svg("P", [Line("x", [(3, 0.4)])], x_label="n"), "circle", "chart__series")) == 1


def ends(text):
    return [tuple(map(float, point.split(","))) for point in text.split()]


def test_a_range_that_begins_above_zero_fills_the_height():
    svg = lines_svg("A", [Line("x", [(1, 60), (3, 80)])], x_label="n", x_low=1, y_low=60, y_high=80)
    (line,) = marks(svg, "polyline", "chart__series")
    ((x0, y0), (x1, y1)) = ends(line.get("points"))
    half = lines_svg("A", [Line("x", [(1, 70), (3, 70)])], x_label="n", x_low=1, y_low=60, y_high=80)
    ((h0, middle), (h1, _)) = ends(marks(half, "polyline", "chart__series")[0].get("points"))
    assert (x0, x1) == (h0, h1)
    assert middle == pytest.approx((y0 + y1) / 2, abs=0.1)
    shown, _ = words(svg)
    assert {"1", "2", "3", "60", "80"} <= set(shown)
    assert "0" not in shown


def test_a_band_goes_from_its_upper_ends_back_along_its_lower_ones():
    line = Line("x", [(1, 70), (2, 70)], [(60, 80), (65, 75)])
    svg = lines_svg("A", [line], x_label="n", x_low=1, y_low=60, y_high=80)
    (band,) = marks(svg, "polygon", "chart__band")
    (_, top), (_, upper), (_, lower), (_, bottom) = ends(band.get("points"))
    (_, y), _ = ends(marks(svg, "polyline", "chart__series")[0].get("points"))
    assert top < upper < y < lower < bottom
    assert y == pytest.approx((top + bottom) / 2, abs=0.1)
    assert upper - top == pytest.approx((bottom - top) / 4, abs=0.15)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_one_size_is_a_dot_with_a_whisker_in_the_middle(width):
    line = Line("x", [(1, 70)], [(65, 80)])
    svg = lines_svg("A", [line], x_label="n", x_low=1, y_low=60, y_high=80, width=width)
    (dot,) = marks(svg, "circle", "chart__series")
    (whisker,) = marks(svg, "path", "chart__series")
    assert float(dot.get("cx")) == pytest.approx((40 + width - 14) / 2, abs=0.1)
    top, bottom = whisker.get("d").split()[1].split("V")
    assert float(top) < float(dot.get("cy")) < float(bottom)


def test_a_level_with_its_interval_is_drawn_and_named():
    line = Line("x", [(1, 60), (2, 60)])
    level = Level("Limit", 70, 65, 75)
    svg = lines_svg("A", [line], x_label="n", x_low=1, y_low=60, y_high=80, levels=[level])
    (band,) = marks(svg, "rect", "chart__band")
    _, top, _, height = box(band)
    drawn = [path for path in marks(svg, "path", "chart__series--2") if "H" in path.get("d")]
    (y,) = (float(path.get("d").split()[1].split("H")[0]) for path in drawn)
    assert y == pytest.approx(top + height / 2, abs=0.1)
    shown, said = words(svg)
    assert "Limit" in shown
    assert "Limit: 70.0" in said


def test_what_lies_outside_is_drawn_at_the_edge():
    level = Level("Limit", 70, -100, 500)
    svg = lines_svg("A", [Line("x", [(1, 60)])], x_label="n", x_low=1, y_low=60, y_high=80, levels=[level])
    (band,) = marks(svg, "rect", "chart__band")
    _, top, _, height = box(band)
    assert (top, top + height) == (8, 210)


def test_equal_numbers_draw_a_line():
    line = Line("x", [(1, 0.5), (2, 0.5)], [(0.5, 0.5), (0.5, 0.5)], has_dots=True)
    svg = lines_svg(
        "A", [line], x_label="n", x_low=1, y_low=0.5, y_high=0.5, levels=[Level("z", 0.5, 0.5, 0.5)]
    )
    assert "nan" not in svg.lower()
    assert len(marks(svg, "circle", "chart__series")) == 2
