"""Settings of a study, its state, and who changed what."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.exceptions import ConflictError, NotFoundError, SelectorError
from annotation.lookups.access import access_study
from annotation.lookups.baseline import suggest_baseline
from annotation.models import BackgroundRun
from annotation.services.studies import study_close, study_open, study_pause, study_update
from annotation.web.forms.base import add_error
from annotation.web.forms.setup import SettingsForm

N_EVENTS = 50
ACTIONS = {
    "open": (study_open, "The study is open: annotators can judge."),
    "pause": (study_pause, "The study is paused. Verdicts on desks still count."),
    "close": (study_close, "The study is closed. It can be opened again."),
}


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change the settings; running studies follow at once."""
    study = access_study(user=request.user, slug=slug, need="lead")
    suggestion = suggest_baseline(study) if study.baseline_id is None else None
    initial = {"baseline": suggestion.candidate} if suggestion else {}
    form = SettingsForm(request.POST or None, instance=study, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            study_update(user=request.user, slug=slug, **form.settings())
            messages.success(request, "Saved.")
            return redirect("study-settings", slug)
        except SelectorError as error:
            add_error(form, error)
    # The form has written its values into the object: what the page says of the study comes from the row.
    study = access_study(user=request.user, slug=slug, need="lead")
    context = {
        "study": study,
        "role": "lead",
        "form": form,
        "suggestion": suggestion,
        "preparing": study.background_runs.filter(
            kind=BackgroundRun.Kind.PREPARE_STUDY, status__in=["queued", "running"]
        ).first(),
        "events": study.audit_events.select_related("actor")[:N_EVENTS],
    }
    return render(request, "annotation/settings.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def state(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Open, pause or close the study."""
    if action not in ACTIONS:
        raise NotFoundError(f"There is no action {action!r}: it is one of {', '.join(ACTIONS)}.")
    change, words = ACTIONS[action]
    try:
        change(user=request.user, slug=slug)
        messages.success(request, words)
    except ConflictError as error:
        messages.error(request, error.message)
    return redirect("study-settings", slug)
