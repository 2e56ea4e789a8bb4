"""Who changed what, for leads who must defend a decision."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.web.lead import lead_context

N_EVENTS = 100
WORDS = {
    "study_create": "created the study",
    "study_update": "changed settings",
    "study_open": "opened the study",
    "study_pause": "paused the study",
    "study_close": "closed the study",
    "member_add": "gave a role",
    "member_remove": "took somebody out",
    "user_invite": "made an account",
    "candidate_update": "changed a candidate",
    "pool_set_active": "changed the pool",
    "import_start": "imported files",
    "export_start": "asked for an export",
    "verdict_undo": "took a verdict back",
}


@login_required
@require_GET
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the last changes, newest first."""
    context = lead_context(request, slug)
    events = context["study"].audit_events.select_related("actor")[:N_EVENTS]
    context["events"] = [(event, event_words(event.action), details_words(event.details)) for event in events]
    return render(request, "annotation/audit.html", context)


def event_words(action: str) -> str:
    """Say in words what was done."""
    return WORDS.get(action, action.replace("_", " "))


def details_words(details: dict[str, Any]) -> str:
    """Put the details of an event on one line; what is empty or false says nothing."""
    parts = []
    for key, value in sorted(details.items()):  # databases keep keys in orders of their own
        if value in ("", None, False) or value == []:
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        label = key.removeprefix("is_").replace("_", " ")
        parts.append(label if value is True else f"{label}: {shown}")
    return "; ".join(parts)
