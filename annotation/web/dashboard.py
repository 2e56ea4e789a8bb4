"""What leads and viewers see of a study while it runs: standing, ranking, verdicts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.exceptions import NotFoundError
from annotation.lookups.access import Need, access_study, check_role
from annotation.lookups.figures import FIGURES, time_line
from annotation.lookups.overview import Overview, get_overview, get_refresh_state
from annotation.lookups.recent import list_recent
from annotation.lookups.results import get_result, list_ranking
from annotation.models import Membership, SelectionState, Study, Verdict
from annotation.services.verdicts import verdict_undo

N_RECENT = 6
PAGE_SIZE = 50


def reader_context(request: HttpRequest, slug: str, need: Need = "viewer") -> dict[str, Any]:
    """Return study and role for a page of results, which annotators do not see."""
    study = access_study(user=request.user, slug=slug, need=need)
    role = check_role(user=request.user, study_id=study.pk, need=need)
    return {"study": study, "role": role, "is_lead": role == Membership.Role.LEAD}


def change_token(study: Study) -> str:
    """Return a text that changes when anything on the dashboard does; costs three small queries."""
    state = SelectionState.objects.filter(study=study).values_list("version", "computed_at").first()
    newest = Verdict.objects.filter(study=study).order_by("-pk").values_list("pk", flat=True).first()
    refresh = get_refresh_state(study)
    parts = [*(state or ()), newest, study.status, refresh.is_refreshing, round(refresh.progress, 2)]
    return ".".join(str(part) for part in parts)


def results_context(overview: Overview) -> dict[str, Any]:
    """Return what the shared fragments of dashboard and report need."""
    return {
        "overview": overview,
        "result": overview.result,
        "figures": {name.replace("-", "_"): draw(overview) for name, draw in FIGURES.items()},
        "time_line": time_line(overview),
    }


@login_required
@require_GET
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the standing; polled by htmx, which gets the changing part alone, and nothing without news."""
    study = access_study(user=request.user, slug=slug)
    role = check_role(user=request.user, study_id=study.pk, need="member")
    if role == Membership.Role.ANNOTATOR:
        return redirect(f"{request.path}judge/")
    token = change_token(study)
    is_poll = bool(getattr(request, "htmx", False))
    if is_poll and request.GET.get("seen") == token:
        return HttpResponse(status=204)
    context = {
        "study": study,
        "role": role,
        "is_lead": role == Membership.Role.LEAD,
        "token": token,
        "recent": list_recent(study)[:N_RECENT],
        **results_context(get_overview(study)),
    }
    template = "annotation/_dashboard.html" if is_poll else "annotation/dashboard.html"
    return render(request, template, context)


@login_required
@require_GET
def chart(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Send one chart as an SVG file."""
    context = reader_context(request, slug)
    if name not in FIGURES:
        raise NotFoundError(f"There is no chart {name!r}; there are {', '.join(FIGURES)}.")
    svg = FIGURES[name](get_overview(context["study"])).wide
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{name}.svg"'}
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)


@login_required
@require_GET
def ranking(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what would be asked for next, its expected entropy, and why."""
    context = reader_context(request, slug, "lead")
    context["result"] = get_result(context["study"])
    context["ranking"] = list_ranking(context["study"], limit=PAGE_SIZE)
    context["refresh"] = get_refresh_state(context["study"])
    return render(request, "annotation/ranking.html", context)


@login_required
@require_GET
def verdicts(request: HttpRequest, slug: str) -> HttpResponse:
    """List the standing verdicts, newest first; leads may take one back."""
    context = reader_context(request, slug, "lead")
    pages = Paginator(list_recent(context["study"]), PAGE_SIZE)
    context["page"] = pages.get_page(request.GET.get("page"))
    return render(request, "annotation/verdicts.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, slug: str, verdict_id: int) -> HttpResponse:
    """Take back anybody's verdict, as a lead."""
    access_study(user=request.user, slug=slug, need="lead")
    verdict_undo(user=request.user, slug=slug, verdict_id=verdict_id)
    messages.success(request, "The verdict is taken back. The numbers follow in a moment.")
    return redirect("study-verdicts", slug=slug)
