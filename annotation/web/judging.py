"""The annotator's page. Every action is a plain form, so it works without JavaScript; with it, the script
in ``static/js/judge/`` takes the same actions through the API and never leaves the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.exceptions import InvalidValueError, NoComparisonError, NotFoundError, SelectorError
from annotation.lookups.access import access_lease, access_study, check_role
from annotation.lookups.judging import get_comparison, get_label_view, get_progress
from annotation.models import Lease, Study
from annotation.rendering import render_comparison, render_label, render_markdown
from annotation.services.leases import lease_claim, lease_release, lease_show
from annotation.services.verdicts import comparison_skip, verdict_submit, verdict_undo

# Title and what now, by the reason of ``NoComparisonError``.
END_STATES = {
    "draft": ("Not open yet", "Come back when the lead has opened it."),
    "paused": ("Paused", "Nothing is lost. You can go on when the lead opens the study again."),
    "closed": ("Closed", "There is nothing more to do in this study."),
    "confident": ("Done: sure enough", "There is nothing more to do in this study."),
    "budget": ("Done: budget spent", "There is nothing more to do in this study."),
    "nothing_left": ("Nothing left for you", "What you skipped goes to other annotators."),
    "all_held": ("Almost done", "Look again in a few minutes."),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the next comparison, or take a verdict on the one that was shown."""
    if request.method == "POST":
        return _act(request, slug)
    study = access_study(user=request.user, slug=slug, need="annotator")
    try:
        lease = _current_lease(request, study)
    except NoComparisonError as end:
        return _render_end(request, study, end)
    lease = lease_show(user=request.user, lease_id=lease.pk)
    is_labelled = study.kind == Study.Kind.LABELLED
    html = render_label(get_label_view(lease)) if is_labelled else render_comparison(get_comparison(lease))
    context = _context(request, study) | {
        "lease": lease,
        "comparison": mark_safe(html),  # noqa: S308 - rendered safely
        "idempotency_key": uuid.uuid4(),
        "api": reverse("api:study", args=[study.slug]),
        "leases_api": reverse("api:lease", args=[lease.pk]).removesuffix(str(lease.pk)),
    }
    return render(request, "annotation/label.html" if is_labelled else "annotation/judge.html", context)


def _current_lease(request: HttpRequest, study: Study) -> Lease:
    """Return the lease that the address names while it lasts (after an undo), otherwise the next one."""
    named = request.GET.get("lease", "")
    if named:
        try:
            lease = access_lease(user=request.user, lease_id=named)
        except NotFoundError:
            lease = None
        if lease is not None and lease.is_active and lease.comparison.study_id == study.pk:
            return lease
    return lease_claim(user=request.user, slug=study.slug)


def _context(request: HttpRequest, study: Study) -> dict[str, object]:
    return {
        "study": study,
        "role": check_role(user=request.user, study_id=study.pk, need="annotator"),
        "progress": get_progress(study=study, user=request.user),
        "guidelines": render_markdown(study.guidelines) if study.guidelines.strip() else "",
    }


def _render_end(request: HttpRequest, study: Study, end: NoComparisonError) -> HttpResponse:
    title, what_now = END_STATES[end.reason]
    context = _context(request, study) | {
        "title": title,
        "message": end.message,
        "what_now": what_now,
        "reason": end.reason,
    }
    return render(request, "annotation/judge_end.html", context)


def _act(request: HttpRequest, slug: str) -> HttpResponse:
    """Do what the form says and show what comes next; what cannot be done is said there."""
    access_study(user=request.user, slug=slug, need="annotator")
    address = reverse("study-judge", args=[slug])
    action = ACTIONS.get(request.POST.get("action", "verdict"))
    if action is None:
        allowed = ", ".join(ACTIONS)
        raise InvalidValueError(f"action: {request.POST.get('action')!r}, must be one of {allowed}")
    try:
        return HttpResponseRedirect(action(request, slug) or address)
    except SelectorError as error:
        if error.status not in (400, 404, 409):
            raise
        messages.error(request, error.message)
        return HttpResponseRedirect(address)


def _submit(request: HttpRequest, _slug: str) -> None:
    verdict_submit(
        user=request.user,
        lease_id=request.POST.get("lease", ""),
        choice=request.POST.get("choice", ""),
        strength=2 if request.POST.get("strength") == "2" else 1,
        comment=request.POST.get("comment", ""),
        idempotency_key=_key(request.POST.get("idempotency_key", "")),
    )


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _skip(request: HttpRequest, _slug: str) -> None:
    comparison_skip(
        user=request.user, lease_id=request.POST.get("lease", ""), reason=request.POST.get("reason", "")
    )
    messages.info(request, "Skipped: it goes to other annotators and will not come back to you.")


def _undo(request: HttpRequest, slug: str) -> str:
    lease = verdict_undo(user=request.user, slug=slug)
    messages.info(request, "Your last verdict is undone: decide again.")
    return f"{reverse('study-judge', args=[slug])}?lease={lease.pk}" if lease else ""


def _leave(request: HttpRequest, _slug: str) -> str:
    lease_release(user=request.user, lease_id=request.POST.get("lease", ""))
    messages.info(request, "What was on your desk was given back.")
    return reverse("home")


ACTIONS: dict[str, Callable[[HttpRequest, str], str | None]] = {
    "verdict": _submit,
    "skip": _skip,
    "undo": _undo,
    "leave": _leave,
}
