"""From files to a study: upload, progress, merge report."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from annotation.exceptions import NotFoundError, SelectorError
from annotation.lookups.access import access_run, access_study
from annotation.models import BackgroundRun
from annotation.services.imports import import_start
from annotation.services.studies import study_create
from annotation.web.forms.base import add_error
from annotation.web.forms.setup import ImportForm, NewStudyForm

# What the merge report counts, in the order a lead reads it.
COUNTS = [
    ("rows_read", "responses read"),
    ("responses_new", "new"),
    ("responses_unchanged", "known already"),
    ("responses_replaced", "replaced"),
    ("conflicts", "known with another text, kept"),
    ("duplicated", "twice in the files"),
    ("unknown_query", "to a query that nobody knows"),
    ("bad_rows", "bad rows"),
    ("empty", "empty"),
    ("missing", "missing"),
    ("identical_to_baseline", "identical to the baseline"),
    ("names_itself", "name their own candidate"),
]


@login_required
@require_http_methods(["GET", "POST"])
def new_study(request: HttpRequest) -> HttpResponse:
    """Create a study from a name and files; nothing is kept of a study whose files cannot be read."""
    form = NewStudyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            slug, run_id = _create(request, form.cleaned_data["name"], form.cleaned_data["uploads"])
            return redirect("study-run", slug, run_id)
        except SelectorError as error:
            add_error(form, error)
    return render(request, "annotation/new_study.html", {"form": form}, status=400 if form.errors else 200)


def _create(request: HttpRequest, name: str, uploads: list[UploadedFile[Any]]) -> tuple[str, int]:
    study = study_create(user=request.user, name=name)
    try:
        # Not in one transaction: copying large files would keep everybody else from writing.
        run = import_start(user=request.user, slug=study.slug, files=uploads)
    except SelectorError:
        study.delete()
        raise
    return study.slug, run.pk


@login_required
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Add files to a study."""
    study = access_study(user=request.user, slug=slug, need="lead")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            options = {name: form.cleaned_data[name] for name in ("is_strict", "is_replacing")}
            uploads = form.cleaned_data["uploads"]
            run = import_start(user=request.user, slug=slug, files=uploads, **options)
            return redirect("study-run", slug, run.pk)
        except SelectorError as error:
            add_error(form, error)
    runs = study.background_runs.filter(kind=BackgroundRun.Kind.IMPORT_FILES)[:10]
    context = {"study": study, "role": "lead", "form": form, "runs": runs}
    return render(request, "annotation/import.html", context, status=400 if form.errors else 200)


@login_required
@never_cache
@require_GET
def run_page(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Show how far a background run is, and what came of it; htmx polls the changing part."""
    study = access_study(user=request.user, slug=slug, need="lead")
    run = access_run(user=request.user, run_id=run_id)
    if run.study_id != study.pk:
        raise NotFoundError("There is no such background run.")
    report = run.result.get("report", run.result)
    context = {
        "study": study,
        "role": "lead",
        "run": run,
        "is_over": run.status in (BackgroundRun.Status.DONE, BackgroundRun.Status.FAILED),
        "report": report,
        "counts": [(words, report[name]) for name, words in COUNTS if report.get(name)],
    }
    template = "annotation/_run.html" if request.headers.get("HX-Request") else "annotation/run.html"
    return render(request, template, context)
