"""The pool of candidates while a study runs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.exceptions import NotFoundError, SelectorError
from annotation.lookups.pool import list_pool
from annotation.services.pool import candidate_update
from annotation.web.forms.base import add_error
from annotation.web.forms.pool import CandidateForm
from annotation.web.lead import lead_context


@login_required
@require_GET
def pool(request: HttpRequest, slug: str) -> HttpResponse:
    """List the candidates with what they cost and how much of them there is."""
    context = lead_context(request, slug)
    context["rows"] = list_pool(context["study"])
    return render(request, "annotation/pool.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def candidate(request: HttpRequest, slug: str, candidate_id: int) -> HttpResponse:
    """Change one candidate."""
    context = lead_context(request, slug)
    row = context["study"].candidates.filter(pk=candidate_id).first()
    if row is None:
        raise NotFoundError("This study has no such candidate.")
    initial = {field: getattr(row, field) for field in CandidateForm.base_fields}
    form = CandidateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            candidate_update(user=request.user, slug=slug, candidate_id=candidate_id, **form.cleaned_data)
            messages.success(request, f"{row.name} is saved.")
            return redirect("study-pool", slug)
        except SelectorError as error:
            add_error(form, error)
    context |= {"candidate": row, "form": form, "is_baseline": row.pk == context["study"].baseline_id}
    return render(request, "annotation/candidate.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def activity(request: HttpRequest, slug: str, candidate_id: int) -> HttpResponse:
    """Drop a candidate from the pool, or restore it."""
    is_active = request.POST.get("action") == "restore"
    lead_context(request, slug)
    try:
        row = candidate_update(user=request.user, slug=slug, candidate_id=candidate_id, is_active=is_active)
        words = "is asked about again" if is_active else "is no longer asked about; its verdicts are kept"
        messages.success(request, f"{row.name} {words}.")
    except SelectorError as error:
        messages.error(request, error.message)
    return redirect("study-pool", slug)
