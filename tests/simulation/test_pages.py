"""Pages in Markdown, tables in CSV and JSON."""

import csv
import json

import numpy as np

from annotation.simulation.charts import Chart, Series
from annotation.simulation.pages import Page, Plot, ResultTable, format_cell, write_page

TABLE = ResultTable("numbers", ("name", "count"), (("a|b", 1234), ("c", None)))
PLOT = Plot("line", Chart("Line", "x", "y", (Series("s", np.array([0.0, 1.0]), np.array([0.0, 1.0])),)))
PAGE = Page("page", "Title", ("Words.", TABLE, PLOT))


def test_cells_are_written_for_people():
    values = [None, float("nan"), 7, 12345, 0.12345, 12.345, 1234.5, "x"]
    assert [format_cell(v) for v in values] == ["–", "–", "7", "12,345", "0.123", "12.3", "1,234", "x"]


def test_markdown_has_heading_table_and_link():
    text = PAGE.markdown(level=2, images="plots/")
    assert text.startswith(
        "## Title\n\nWords.\n\n| name | count |\n| --- | ---: |\n| a\\|b | 1,234 |\n| c | – |"
    )
    assert "![Line](plots/line.svg)" in text


def test_files(tmp_path):
    path = write_page(PAGE, tmp_path / "deep")
    assert path.read_text() == PAGE.markdown()
    with (tmp_path / "deep" / "numbers.csv").open() as stream:
        assert list(csv.reader(stream)) == [["name", "count"], ["a|b", "1234"], ["c", ""]]
    assert json.loads((tmp_path / "deep" / "numbers.json").read_text()) == {
        "rows": [{"name": "a|b", "count": 1234}, {"name": "c", "count": None}]
    }
    assert (tmp_path / "deep" / "line.svg").exists()
