"""The PNG form of a chart, drawn by matplotlib (the extra ``plots``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotation.simulation.charts import COLOURS, Chart, HeatMap


def write_png(chart: Chart | HeatMap, path: Path) -> Path:
    """Draw a chart into a PNG file and return its path.

    Raises
    ------
    ImportError
        Where matplotlib is not installed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(chart.title, loc="left")
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    if isinstance(chart, HeatMap):
        image = axes.imshow(chart.values, aspect="auto", cmap="Blues")
        axes.set_xticks(range(len(chart.columns)), chart.columns)
        axes.set_yticks(range(len(chart.rows)), chart.rows)
        figure.colorbar(image, ax=axes)
    else:
        _draw_lines(axes, chart)
    figure.savefig(path)
    return path


def _draw_lines(axes: Any, chart: Chart) -> None:
    for number, series in enumerate(chart.series):
        colour = COLOURS[number % len(COLOURS)]
        style = "o" if series.is_points else ("-", "--", ":", "-.")[number // len(COLOURS) % 4]
        axes.plot(series.x, series.y, style, color=colour, label=series.name)
        if series.low is not None and series.high is not None:
            axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.12, linewidth=0)
    if chart.x_log:
        axes.set_xscale("log")
    if chart.y_range:
        axes.set_ylim(*chart.y_range)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
