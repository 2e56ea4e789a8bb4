"""Files to take away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.exceptions import InvalidValueError
from annotation.models import BackgroundRun
from annotation.services.exports import ExportFormat, export_start, formats_for
from annotation.web.lead import lead_context

N_RUNS = 30
WORDS = {
    ExportFormat.VERDICTS_JSONL: ("Verdicts, JSON lines", "Every verdict with its history, for programs."),
    ExportFormat.VERDICTS_CSV: ("Verdicts, CSV", "The same as a table that spreadsheets open."),
    ExportFormat.LEADERBOARD_CSV: ("Leaderboard, CSV", "One row per candidate: win rates and probabilities."),
    ExportFormat.PREDICTIONS_CSV: (
        "Predictions and right labels, CSV",
        "One row per query, one column per active candidate. It can be imported again.",
    ),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, slug: str) -> HttpResponse:
    """List the exports and what can be exported; start one."""
    context = lead_context(request, slug)
    if request.method == "POST":
        try:
            run = export_start(user=request.user, slug=slug, export_format=request.POST.get("format", ""))
            return redirect("study-run", slug, run.pk)
        except InvalidValueError as error:
            messages.error(request, error.message)
            return redirect("study-exports", slug)
    runs = context["study"].background_runs.filter(kind=BackgroundRun.Kind.EXPORT_STUDY)
    context |= {
        "formats": [(name, *format_words(name)) for name in formats_for(context["study"])],
        "runs": runs.prefetch_related("files").defer("log")[:N_RUNS],
    }
    return render(request, "annotation/exports.html", context)


def format_words(export_format: ExportFormat) -> tuple[str, str]:
    """Return title and description of a format."""
    return WORDS.get(export_format, (str(export_format), ""))
