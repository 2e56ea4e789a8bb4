"""Files into a study: a new one, or one that exists. The run's page shows progress and merge report."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.exceptions import SelectorError
from annotation.models import BackgroundRun
from annotation.services.imports import import_start
from annotation.services.setup import study_begin
from annotation.web.forms.base import add_error
from annotation.web.forms.imports import ImportForm, NewStudyForm
from annotation.web.lead import lead_context, limit_upload

N_RUNS = 10


@login_required
@limit_upload
@require_http_methods(["GET", "POST"])
def new_study(request: HttpRequest) -> HttpResponse:
    """Make a draft from a name and files."""
    form = NewStudyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            study, run = study_begin(
                user=request.user,
                name=form.cleaned_data["name"],
                files=form.cleaned_data["uploads"],
                is_strict=form.cleaned_data["is_strict"],
                kind=form.cleaned_data["kind"] or "auto",
            )
            return redirect("study-run", study.slug, run.pk)
        except SelectorError as error:
            add_error(form, error)
    status = 400 if form.errors else 200
    return render(request, "annotation/new_study.html", {"form": form}, status=status)


@login_required
@limit_upload
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Add files to a study; list the last imports."""
    context = lead_context(request, slug)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            options = {name: form.cleaned_data[name] for name in ("is_strict", "is_replacing")}
            files = form.cleaned_data["uploads"]
            run = import_start(user=request.user, slug=slug, files=files, **options)
            return redirect("study-run", slug, run.pk)
        except SelectorError as error:
            add_error(form, error)
    runs = context["study"].background_runs.filter(kind=BackgroundRun.Kind.IMPORT_FILES)
    context |= {"form": form, "runs": runs.prefetch_related("files").defer("log")[:N_RUNS]}
    return render(request, "annotation/import.html", context, status=400 if form.errors else 200)
