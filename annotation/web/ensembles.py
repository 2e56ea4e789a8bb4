"""The ensemble builder: what there is to build from, the form, saved runs, one run, several side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.exceptions import InvalidValueError, NotFoundError, SelectorError
from annotation.lookups.ensemble_data import EnsembleData, get_ensemble_data
from annotation.lookups.ensemble_figures import ENSEMBLE_FIGURES, comparison_figure
from annotation.lookups.ensemble_findings import EnsembleFindings, MatrixView
from annotation.lookups.ensemble_view import EnsembleView, view_ensemble
from annotation.lookups.ensembles import (
    EnsembleComparison,
    access_ensemble,
    compare_ensemble_runs,
    ensemble_document,
    ensemble_rows,
)
from annotation.models import EnsembleRun, Study
from annotation.services.ensembles import ensemble_delete, ensemble_put_in_report, ensemble_start
from annotation.services.pool import candidate_update
from annotation.web.forms.base import add_error
from annotation.web.forms.ensembles import (
    EnsembleForm,
    first_settings,
    objective_lines,
    rule_lines,
    settings_like,
)
from annotation.web.lead import UNFINISHED, lead_context

N_RUNS = 50


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def ensembles(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what an ensemble can be built from, start one, list those there are."""
    context = lead_context(request, slug)
    study: Study = context["study"]
    data = get_ensemble_data(study)
    form = EnsembleForm(
        request.POST if request.method == "POST" else None,
        data=data,
        settings=_proposal(request, study, data),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("study-ensemble", slug, _start(request, slug, form).pk)
        except SelectorError as error:
            add_error(form, error)
    rows = [view_ensemble(row) for row in ensemble_rows(study)[:N_RUNS]]
    context |= {
        "data": data,
        "n_queries": study.queries.count(),
        "form": form,
        "rows": rows,
        "can_compare": sum(view.findings is not None for view in rows) >= 2,
        "objectives": objective_lines(),
        "rules": rule_lines(),
    }
    return render(request, "annotation/ensembles.html", context, status=400 if form.errors else 200)


def _proposal(request: HttpRequest, study: Study, data: EnsembleData) -> dict[str, Any]:
    """Return the settings that the form begins with: those of a run that is named, or the usual ones."""
    usual = first_settings(data, study.seed)
    like = _key(request.GET.get("like", ""))
    row = ensemble_rows(study).filter(pk=like).first() if like else None
    return usual | settings_like(data, view_ensemble(row).settings) if row else usual


@transaction.atomic
def _start(request: HttpRequest, slug: str, form: EnsembleForm) -> EnsembleRun:
    """Keep the prices that were typed and queue the run: both or neither."""
    for candidate_id, price in form.prices().items():
        candidate_update(user=request.user, slug=slug, candidate_id=candidate_id, price=price)
    return ensemble_start(user=request.user, slug=slug, **form.wish())


def _find(request: HttpRequest, slug: str, ensemble_id: int) -> EnsembleView:
    return view_ensemble(access_ensemble(user=request.user, slug=slug, ensemble_id=ensemble_id))


@login_required
@never_cache
@require_GET
def ensemble(request: HttpRequest, slug: str, ensemble_id: int) -> HttpResponse:
    """Show one run; htmx polls the part that changes until the run has ended."""
    context = lead_context(request, slug)
    view = _find(request, slug, ensemble_id)
    is_poll = bool(getattr(request, "htmx", False))
    context |= {
        "ensemble": view,
        "findings": view.findings,
        "is_over": view.status not in UNFINISHED,
        "is_poll": is_poll,
        "is_labelled": view.kind == Study.Kind.LABELLED,
    }
    if view.findings is not None:
        context |= findings_context(view.findings)
    template = "annotation/_ensemble.html" if is_poll else "annotation/ensemble.html"
    return render(request, template, context)


def findings_context(findings: EnsembleFindings) -> dict[str, Any]:
    """Return what the templates need beside the findings: charts, and rows of the matrices."""
    joint = findings.joint
    return {
        "figures": {name: draw(findings) for name, draw in ENSEMBLE_FIGURES.items()},
        "asked": [member.candidate for member in findings.members],
        "correlations": _rows(findings.correlation),
        "joint": _rows(joint.counts) if joint is not None else [],
    }


def _rows(matrix: MatrixView) -> list[tuple[str, tuple[float, ...]]]:
    return list(zip(matrix.candidates, matrix.values, strict=True))


@login_required
@require_GET
def ensemble_chart(request: HttpRequest, slug: str, ensemble_id: int, name: str) -> HttpResponse:
    """Send one chart of a finished run as an SVG file."""
    view = _find(request, slug, ensemble_id)
    if name not in ENSEMBLE_FIGURES or view.findings is None:
        raise NotFoundError(
            f"There is no chart {name!r} of this run; there are {', '.join(ENSEMBLE_FIGURES)}."
        )
    svg = ENSEMBLE_FIGURES[name](view.findings).wide
    return _file(svg, "image/svg+xml", f"{slug}-ensemble-{ensemble_id}-{name}.svg")


@login_required
@require_GET
def ensemble_file(request: HttpRequest, slug: str, ensemble_id: int) -> HttpResponse:
    """Send the fitted ensemble, as ``manage.py ensemble apply`` reads it."""
    row = access_ensemble(user=request.user, slug=slug, ensemble_id=ensemble_id)
    name, text = ensemble_document(row)
    return _file(text, "application/json", name)


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=content_type, headers=headers)


@login_required
@never_cache
@require_GET
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Show finished runs side by side."""
    context = lead_context(request, slug)
    try:
        comparison = _compared(request, context["study"])
    except InvalidValueError as error:
        messages.error(request, error.message.removeprefix("runs: ").capitalize() + ".")
        return redirect("study-ensembles", slug)
    keys = urlencode([("runs", view.id) for view in comparison.runs])
    context |= {
        "comparison": comparison,
        "figure": comparison_figure(comparison.runs),
        "address": f"{reverse('study-ensemble-compare-chart', args=[slug])}?{keys}",
    }
    return render(request, "annotation/ensemble_comparison.html", context)


@login_required
@require_GET
def compare_chart(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the chart of several runs as an SVG file."""
    runs = _compared(request, lead_context(request, slug)["study"]).runs
    name = "-".join(str(view.id) for view in runs)
    return _file(comparison_figure(runs).wide, "image/svg+xml", f"{slug}-ensembles-{name}.svg")


def _compared(request: HttpRequest, study: Study) -> EnsembleComparison:
    return compare_ensemble_runs(study, [key for key in map(_key, request.GET.getlist("runs")) if key])


def _key(typed: str) -> int:
    """Return the key of a run as it stands in an address, 0 where it is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


@login_required
@require_POST
def put_in_report(request: HttpRequest, slug: str, ensemble_id: int) -> HttpResponse:
    """Let the report show this run, or the newest one again."""
    is_in_report = request.POST.get("action") != "remove"
    try:
        ensemble_put_in_report(
            user=request.user, slug=slug, ensemble_id=ensemble_id, is_in_report=is_in_report
        )
        words = "this run" if is_in_report else "the newest run that is done"
        messages.success(request, f"The report shows {words}.")
    except SelectorError as error:
        _refuse(request, error)
    return redirect("study-ensemble", slug, ensemble_id)


@login_required
@require_POST
def delete(request: HttpRequest, slug: str, ensemble_id: int) -> HttpResponse:
    """Throw a run away."""
    try:
        ensemble_delete(user=request.user, slug=slug, ensemble_id=ensemble_id)
    except SelectorError as error:
        _refuse(request, error)
        return redirect("study-ensemble", slug, ensemble_id)
    messages.success(request, f"Run {ensemble_id} is gone.")
    return redirect("study-ensembles", slug)


def _refuse(request: HttpRequest, error: SelectorError) -> None:
    """Say why not on the page that the person came from; who may not see that page gets no page."""
    if error.status in (403, 404):
        raise error
    messages.error(request, error.message)
