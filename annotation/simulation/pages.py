"""A page of results: Markdown with tables (also CSV and JSON) and plots."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path
from typing import TypeAlias

from annotation.simulation.charts import Chart, HeatMap, write_chart
from annotation.simulation.summary import write_json

Cell: TypeAlias = str | int | float | None


@dataclasses.dataclass(frozen=True)
class ResultTable:
    """Rows under columns; ``stem`` names its CSV and JSON files. None is "not reached" or "not defined"."""

    stem: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Plot:
    """A chart and the stem of its files."""

    stem: str
    chart: Chart | HeatMap


@dataclasses.dataclass(frozen=True, eq=False)
class Page:
    """Title and parts in reading order; a plain string is a paragraph."""

    name: str
    title: str
    parts: tuple[str | ResultTable | Plot, ...]

    def markdown(self, *, level: int = 1, images: str = "") -> str:
        """Return the page as Markdown.

        Parameters
        ----------
        level
            Depth of its heading.
        images
            Prefix of the links to its plots.
        """
        blocks = [f"{'#' * level} {self.title}"]
        for part in self.parts:
            if isinstance(part, ResultTable):
                blocks.append(table_markdown(part))
            elif isinstance(part, Plot):
                blocks.append(f"![{part.chart.title}]({images}{part.stem}.svg)")
            else:
                blocks.append(part)
        return "\n\n".join(blocks) + "\n"


def format_cell(value: Cell) -> str:
    """Return a value as people read it: thousands apart, three digits behind the point at most."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value.replace("|", "\\|")
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def table_markdown(table: ResultTable) -> str:
    """Return a table as Markdown; numbers are aligned to the right."""
    is_number = [
        all(not isinstance(row[column], str) for row in table.rows) for column in range(len(table.columns))
    ]
    lines = [
        "| " + " | ".join(table.columns) + " |",
        "| " + " | ".join("---:" if number else "---" for number in is_number) + " |",
    ]
    lines += ["| " + " | ".join(format_cell(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join(lines)


def write_page(page: Page, out: Path) -> Path:
    """Write the page, its tables and its plots into a folder; return the Markdown file."""
    out.mkdir(parents=True, exist_ok=True)
    for part in page.parts:
        if isinstance(part, ResultTable):
            _write_table(part, out)
        elif isinstance(part, Plot):
            write_chart(part.chart, out / part.stem)
    path = out / f"{page.name}.md"
    path.write_text(page.markdown(), encoding="utf-8")
    return path


def _write_table(table: ResultTable, out: Path) -> None:
    with (out / f"{table.stem}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in table.rows)
    rows = [dict(zip(table.columns, map(_finite, row), strict=True)) for row in table.rows]
    write_json(out / f"{table.stem}.json", {"rows": rows})


def _finite(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
