"""The admin's page of a study's ensembles: the same form as on the study's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from annotation.exceptions import SelectorError
from annotation.lookups.ensemble_data import get_ensemble_data
from annotation.lookups.ensembles import list_ensemble_runs
from annotation.models import EnsembleRun, Study
from annotation.services.ensembles import ensemble_queue
from annotation.services.pool import candidate_change
from annotation.web.forms.base import add_error
from annotation.web.forms.ensembles import EnsembleForm, first_settings

if TYPE_CHECKING:
    from annotation.admin.base import BaseAdmin


def ensembles_page(study_admin: BaseAdmin, request: HttpRequest, study_id: int) -> HttpResponse:
    """Show the form and the runs so far; on a valid wish, queue it and go to its row."""
    study = get_object_or_404(Study.objects.select_related("baseline"), pk=study_id)
    if not study_admin.has_change_permission(request, study):
        raise PermissionDenied
    data = get_ensemble_data(study)
    typed = request.POST if request.method == "POST" else None
    form = EnsembleForm(typed, data=data, settings=first_settings(data, study.seed))
    if typed is not None and form.is_valid():
        try:
            row = _start(request, study, form)
        except SelectorError as error:
            add_error(form, error)
        else:
            study_admin.log_change(request, study, f"Queued ensemble {row.pk}.")
            messages.success(request, f"Ensemble {row.pk} is queued; this page shows what comes out.")
            return redirect("admin:annotation_ensemblerun_change", row.pk)
    context: dict[str, Any] = {
        **study_admin.admin_site.each_context(request),
        "opts": Study._meta,
        "title": f"Ensembles of {study}",
        "study": study,
        "data": data,
        "form": form,
        "rows": list_ensemble_runs(study),
    }
    return render(
        request, "admin/annotation/study/ensembles.html", context, status=400 if form.errors else 200
    )


@transaction.atomic
def _start(request: HttpRequest, study: Study, form: EnsembleForm) -> EnsembleRun:
    """Keep the prices that were typed and queue the run: both or neither."""
    for candidate_id, price in form.prices().items():
        candidate_change(study=study, user=request.user, candidate_id=candidate_id, price=price)
    return ensemble_queue(study=study, user=request.user, **form.wish())
