"""Settings of a study and its states: draft, open, paused, closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation.exceptions import NotFoundError, SelectorError
from annotation.lookups.baseline import suggest_baseline
from annotation.lookups.labels import label_counts
from annotation.lookups.pool import list_pool
from annotation.models import BackgroundRun, Study
from annotation.services.setup import study_discard, study_setup
from annotation.services.studies import study_close, study_open, study_pause
from annotation.web.forms.base import add_error
from annotation.web.forms.setup import SetupForm
from annotation.web.lead import lead_context, running

ACTIONS = {
    "open": (study_open, "The study is open: annotators can judge."),
    "pause": (study_pause, "The study is paused. Verdicts on what lies on desks still count."),
    "close": (study_close, "The study is closed. It can be opened again."),
}
PREPARING = "Weak judges are still being computed: until they are ready, comparisons are chosen without them."


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change everything that a lead decides; the last step of a new study opens it."""
    context = lead_context(request, slug)
    study: Study = context["study"]
    rows = list_pool(study)
    suggestion = suggest_baseline(study, rows) if study.baseline_id is None else None
    form = SetupForm(
        request.POST if request.method == "POST" else None,
        study=study,
        rows=rows,
        has_verdicts=study.verdicts.exists(),
        suggested=suggestion.candidate.pk if suggestion else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, slug, form)
        except SelectorError as error:
            add_error(form, error)
    context |= {
        "form": form,
        "rows": rows,
        "suggestion": suggestion,
        "is_draft": study.status == Study.Status.DRAFT,
        "importing": running(study, BackgroundRun.Kind.IMPORT_FILES),
        "preparing": running(study, BackgroundRun.Kind.PREPARE_STUDY),
    }
    if form.is_labelled:
        context |= label_counts(study)
    return render(request, "annotation/settings.html", context, status=400 if form.errors else 200)


def _save(request: HttpRequest, slug: str, form: SetupForm) -> HttpResponse:
    is_opening = request.POST.get("action") == "open"
    study = study_setup(
        user=request.user, slug=slug, active_ids=form.active_ids, is_opening=is_opening, **form.settings()
    )
    if not is_opening:
        messages.success(request, "The settings are saved.")
        return redirect("study-settings", slug)
    messages.success(request, _opened(study))
    return redirect("study-dashboard", slug)


def _opened(study: Study) -> str:
    is_preparing = running(study, BackgroundRun.Kind.PREPARE_STUDY) is not None
    return " ".join([ACTIONS["open"][1], *([PREPARING] if is_preparing else [])])


@login_required
@require_POST
def state(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Open, pause or close the study, and go back to where the button was."""
    context: dict[str, Any] = lead_context(request, slug)
    if action not in ACTIONS:
        raise NotFoundError(f"There is no action {action!r}; there are {', '.join(ACTIONS)}.")
    change, words = ACTIONS[action]
    try:
        study = change(user=request.user, slug=context["study"].slug)
        messages.success(request, _opened(study) if action == "open" else words)
    except SelectorError as error:
        messages.error(request, error.message)
    return redirect("study-dashboard" if request.POST.get("from") == "dashboard" else "study-settings", slug)


@login_required
@require_POST
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a draft."""
    name = lead_context(request, slug)["study"].name
    try:
        study_discard(user=request.user, slug=slug)
    except SelectorError as error:
        messages.error(request, error.message)
        return redirect("study-settings", slug)
    messages.success(request, f"The draft “{name}” is gone.")
    return redirect("home")
