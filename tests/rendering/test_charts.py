"""Charts place what they are given, and stay safe whatever a candidate is called."""

from xml.etree import ElementTree as ET

import pytest

from annotation.rendering.charts import Row, bars_svg, intervals_svg
from annotation.rendering.correlations import correlations_svg
from annotation.rendering.gain_terms import Gain, gains_svg
from annotation.rendering.lines import Level, Line, lines_svg
from annotation.rendering.svg import NARROW, WIDE
from tests.rendering.drawings import SVG, marks

NASTY = '<script>alert(1)</script>"&'


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


@pytest.mark.parametrize(
    "svg",
    [
        bars_svg(NASTY, [Row(NASTY * 20, 1.0, NASTY)], x_label=NASTY),
        intervals_svg(NASTY, [Row(NASTY, 0.0, NASTY, 0.0, 1.0)], x_label=NASTY, width=NARROW),
        lines_svg(NASTY, [Line(NASTY, [(0, 0)]), Line(NASTY * 30, [(1, 1)])], x_label=NASTY),
        lines_svg(NASTY, [Line(NASTY, [(1, 1)], [(0, 1)])], x_label="", levels=[Level(NASTY, 0.5, 0, 1)]),
        correlations_svg(NASTY, [NASTY, NASTY * 9], [[1, None], [None, 1]], n_members=1),
        correlations_svg("empty", [], [], n_members=0),
        gains_svg(NASTY, [Gain(NASTY, 0, 0, 0, 0, 0)], x_label=NASTY),
        gains_svg("empty", [], x_label=""),
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
