"""The pool of candidates, and files to take away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.exceptions import SelectorError
from annotation.lookups.access import access_study
from annotation.models import BackgroundRun
from annotation.services.exports import ExportFormat, export_start
from annotation.services.pool import candidate_update
from annotation.web.forms.setup import CandidateForm

EXPORT_WORDS = {
    ExportFormat.VERDICTS_JSONL: "Verdicts as JSON lines",
    ExportFormat.VERDICTS_CSV: "Verdicts as CSV",
    ExportFormat.LEADERBOARD_CSV: "Leaderboard as CSV",
}


@login_required
@require_http_methods(["GET", "POST"])
def pool(request: HttpRequest, slug: str) -> HttpResponse:
    """List candidates; change family, price, or whether one is still asked about."""
    study = access_study(user=request.user, slug=slug, need="lead")
    if request.method == "POST":
        return _change(request, slug)
    context = {
        "study": study,
        "role": "lead",
        "n_queries": study.queries.count(),
        "candidates": study.candidates.annotate(n_responses=Count("responses")).order_by("name"),
    }
    return render(request, "annotation/pool.html", context)


def _change(request: HttpRequest, slug: str) -> HttpResponse:
    form = CandidateForm(request.POST)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        messages.error(request, f"{field}: {errors[0]}")
        return redirect("study-pool", slug)
    try:
        key = int(request.POST.get("candidate", ""))
        candidate = candidate_update(user=request.user, slug=slug, candidate_id=key, **form.cleaned_data)
        messages.success(request, f"{candidate.name}: saved.")
    except ValueError as error:
        messages.error(request, str(error) if isinstance(error, SelectorError) else "No candidate was named.")
    except SelectorError as error:
        messages.error(request, error.message)
    return redirect("study-pool", slug)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an export; list those that are done."""
    study = access_study(user=request.user, slug=slug, need="lead")
    if request.method == "POST":
        try:
            run = export_start(user=request.user, slug=slug, export_format=request.POST.get("format", ""))
            return redirect("study-run", slug, run.pk)
        except SelectorError as error:
            messages.error(request, error.message)
            return redirect("study-exports", slug)
    runs = study.background_runs.filter(kind=BackgroundRun.Kind.EXPORT_STUDY).prefetch_related("files")[:30]
    context = {"study": study, "role": "lead", "formats": EXPORT_WORDS.items(), "runs": runs}
    return render(request, "annotation/exports.html", context)
