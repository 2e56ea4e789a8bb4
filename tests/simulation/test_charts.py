"""Charts are well-formed SVG that say what they show."""

from xml.etree import ElementTree

import numpy as np
import pytest

from annotation.simulation.charts import (
    Chart,
    HeatMap,
    Series,
    axis_ticks,
    chart_svg,
    heat_map_svg,
    write_chart,
)

SVG = "{http://www.w3.org/2000/svg}"


def make_chart(**more):
    x = np.array([1.0, 10.0, 100.0])
    lines = Series("a & <b>", x, np.array([0.0, 0.5, 1.0]), np.zeros(3), np.ones(3))
    points = Series("dots", x, np.array([0.2, np.nan, 0.8]), is_points=True)
    return Chart("Title <1>", "verdicts", "share", (lines, points), **more)


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("x_log", [False, True])
def test_lines_bands_and_points_are_drawn(x_log):
    root = ElementTree.fromstring(chart_svg(make_chart(x_log=x_log, y_range=(0, 1))))
    assert root.find(f"{SVG}title").text == "Title <1>"
    assert {"a & <b>", "dots", "verdicts", "share", "0.2", "1"} <= set(texts(root))
    assert len(root.findall(f"{SVG}polyline")) == 1
    assert len(root.findall(f"{SVG}polygon")) == 1
    assert len(root.findall(f"{SVG}circle")) == 2


def test_the_line_runs_from_corner_to_corner():
    x = np.array([0.0, 10.0])
    svg = chart_svg(Chart("t", "x", "y", (Series("s", x, np.array([0.0, 1.0])),), y_range=(0, 1)))
    points = ElementTree.fromstring(svg).find(f"{SVG}polyline").get("points").split()
    (x0, y0), (x1, y1) = ([float(v) for v in point.split(",")] for point in points)
    assert x0 < x1
    assert y0 > y1
    assert (x0, y1) == (64, 40)


def test_an_empty_chart_and_a_flat_one_are_still_charts():
    flat = Series("s", np.array([3.0]), np.array([2.0]))
    for series in ((), (flat,)):
        assert "NaN" not in chart_svg(Chart("t", "x", "y", series)).replace("nan", "NaN")


def test_heat_map_writes_each_value():
    heat = HeatMap("t", "loss", "draw", ("0.1", "0.2"), ("0.3",), np.array([[0.25, np.nan]]))
    root = ElementTree.fromstring(heat_map_svg(heat))
    assert {"0.25", "0.1", "0.2", "0.3", "loss", "draw"} <= set(texts(root))
    assert len(root.findall(f"{SVG}rect")) == 3


def test_ticks_are_round():
    assert axis_ticks(0, 1) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert axis_ticks(1, 100, is_log=True) == [1, 2, 5, 10, 20, 50, 100]


def test_files_are_named_after_the_stem(tmp_path):
    pytest.importorskip("matplotlib")
    heat = HeatMap("t", "x", "y", ("a",), ("b",), np.array([[0.5]]))
    for stem, chart in (("near_1.curve", make_chart(x_log=True)), ("heat", heat)):
        files = write_chart(chart, tmp_path / stem)
        assert [f.name for f in files] == [f"{stem}.svg", f"{stem}.png"]
        assert files[1].read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_there_is_the_svg(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.backends.backend_agg", None)
    assert [f.name for f in write_chart(make_chart(), tmp_path / "c")] == ["c.svg"]
