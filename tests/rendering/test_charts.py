"""Charts place what they are given, and stay safe whatever a candidate is called."""

from xml.etree import ElementTree as ET

import pytest

from annotation.rendering.charts import (
    NARROW,
    WIDE,
    Line,
    Row,
    axis_ticks,
    bars_svg,
    intervals_svg,
    lines_svg,
)

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<script>alert(1)</script>"&'


def marks(svg, tag, kind):
    return [e for e in ET.fromstring(svg).iter(SVG + tag) if kind in e.get("class", "").split()]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_bars_are_as_long_as_their_values(width):
    rows = [Row("x", 0.8, "0.80", is_best=True), Row("y", 0.2, "0.20"), Row("z", None, "–")]
    svg = bars_svg("P(best)", rows, x_label="P(best)", width=width)
    (best,), (other,) = marks(svg, "rect", "chart__best"), marks(svg, "rect", "chart__mark")
    assert float(best.get("width")) == pytest.approx(4 * float(other.get("width")), abs=0.3)


def test_dot_lies_between_the_ends_of_its_whisker():
    row = Row("x", 0.5, "0.50", low=0.25, high=0.75, other=1.0, is_best=True)
    svg = intervals_svg("Win rate", [row], x_label="Win rate", line_at=0.5)
    (dot,) = marks(svg, "circle", "chart__best")
    (whisker,) = marks(svg, "path", "chart__whisker")
    low, high = whisker.get("d").split("M")[1].split("H")
    low, high = float(low.split()[0]), float(high)
    assert float(dot.get("cx")) == pytest.approx((low + high) / 2, abs=0.1)
    (line,) = marks(svg, "path", "chart__line-at")
    assert line.get("d").startswith("M" + dot.get("cx") + " ")


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


@pytest.mark.parametrize(
    "svg",
    [
        bars_svg(NASTY, [Row(NASTY * 20, 1.0, NASTY)], x_label=NASTY),
        intervals_svg(NASTY, [Row(NASTY, 0.0, NASTY, 0.0, 1.0)], x_label=NASTY, width=NARROW),
        lines_svg(NASTY, [Line(NASTY, [(0, 0)]), Line(NASTY * 30, [(1, 1)])], x_label=NASTY),
        bars_svg("empty", [], x_label=""),
        intervals_svg("empty", [], x_label=""),
        lines_svg("empty", [], x_label="", y_high=0.0),
    ],
)
def test_names_are_text_and_nothing_is_styled_inline(svg):
    tree = ET.fromstring(svg)
    assert all(e.tag.startswith(SVG) and e.tag != SVG + "script" for e in tree.iter())
    assert all("style" not in e.attrib for e in tree.iter())


def test_a_long_name_is_cut_and_kept_in_full_as_a_tooltip():
    svg = bars_svg("t", [Row("a" * 80, 0.5, "0.50")], x_label="x", width=NARROW)
    (label, _) = [e.text for e in ET.fromstring(svg).iter(SVG + "text") if e.get("text-anchor") == "end"]
    (title,) = [e.text for e in ET.fromstring(svg).iter(SVG + "title")]
    assert label.endswith("…")
    assert len(label) < 25
    assert title == "a" * 80 + ": 0.50"


@pytest.mark.parametrize(("high", "ticks"), [(0, [0]), (1, [0, 0.25, 0.5, 0.75, 1]), (84, [0, 25, 50, 75])])
def test_ticks_are_round(high, ticks):
    assert axis_ticks(high, 4) == ticks
