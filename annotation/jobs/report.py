"""The report of a study as one file: HTML that stands alone, JSON, or Markdown."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from annotation.lookups.ensemble_figures import ENSEMBLE_FIGURES
from annotation.lookups.ensemble_view import EnsembleView
from annotation.lookups.ensembles import report_ensemble
from annotation.lookups.figures import FIGURES, Figure, time_line
from annotation.lookups.overview import Overview, get_overview
from annotation.lookups.report import check_report_format, get_report, report_name
from annotation.models import Study

FORMATS = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}
# The JSON form has them all.
MOST_TIME_POINTS = 12
STYLES = ("tokens", "base", "components", "charts", "results", "report")
CSS_FOLDER = Path(__file__).resolve().parents[2] / "static" / "css"


@dataclass(frozen=True)
class ReportFile:
    """A finished report; ``style_hash`` is the CSP source of the HTML form's one style element."""

    name: str
    content_type: str
    text: str
    style_hash: str = ""


def report_context(overview: Overview) -> dict[str, Any]:
    """Return what the templates of the report need."""
    ensemble = report_ensemble(overview.study)
    return {
        "study": overview.study,
        "overview": overview,
        "result": overview.result,
        "report": get_report(overview, ensemble),
        "ensemble": ensemble,
        "ensemble_figures": ensemble_figures(ensemble),
        "figures": {name.replace("-", "_"): draw(overview) for name, draw in FIGURES.items()},
        "time_line": time_line(overview, MOST_TIME_POINTS),
    }


def ensemble_figures(ensemble: EnsembleView | None) -> list[Figure]:
    """Return the charts of the ensemble, none without one."""
    if ensemble is None or ensemble.findings is None:
        return []
    return [draw(ensemble.findings) for draw in ENSEMBLE_FIGURES.values()]


def build_report(study: Study, report_format: str = "html") -> ReportFile:
    """Return the study's report in one of ``FORMATS``.

    Raises
    ------
    InvalidValueError
        For another format.
    """
    check_report_format(report_format, tuple(FORMATS))
    name, content_type = report_name(study, report_format), FORMATS[report_format]
    overview = get_overview(study)
    if report_format == "json":
        report = get_report(overview, report_ensemble(study))
        return ReportFile(name, content_type, json.dumps(report, indent=2, ensure_ascii=False))
    context = report_context(overview)
    if report_format == "md":
        return ReportFile(name, content_type, render_to_string("annotation/report.md", context))
    style = "\n".join((CSS_FOLDER / f"{part}.css").read_text(encoding="utf-8") for part in STYLES)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = render_to_string("annotation/report_file.html", {**context, "style": style, "is_file": True})
    return ReportFile(name, content_type, html, f"'sha256-{digest}'")
