"""Members of a study and their accounts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.exceptions import SelectorError
from annotation.lookups.access import access_study
from annotation.services.accounts import member_invite
from annotation.services.studies import member_add, member_remove
from annotation.web.forms.base import add_error
from annotation.web.forms.setup import MemberForm


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """List members; add, change, invite or remove one."""
    study = access_study(user=request.user, slug=slug, need="lead")
    action = request.POST.get("action", "add")
    if request.method == "POST" and action == "remove":
        return _remove(request, slug)
    form = MemberForm(request.POST or None)
    password = ""
    if request.method == "POST" and form.is_valid():
        try:
            if action == "invite":
                _, password = member_invite(user=request.user, slug=slug, **form.cleaned_data)
            else:
                member_add(user=request.user, slug=slug, **form.cleaned_data)
                messages.success(request, f"{form.cleaned_data['username']} is a member now.")
                return redirect("study-members", slug)
        except SelectorError as error:
            add_error(form, error)
    people = study.memberships.select_related("user").order_by("role", "user__username")
    context = {
        "study": study,
        "role": "lead",
        "form": MemberForm() if password else form,
        "members": people,
        "invited": form.cleaned_data["username"] if password else "",
        "password": password,
        "verdicts": dict(
            study.verdicts.filter(outcome__isnull=False, superseded_by__isnull=True)
            .values_list("annotator")
            .annotate(n=Count("pk"))
            .order_by()
        ),
    }
    return render(request, "annotation/members.html", context, status=400 if form.errors else 200)


def _remove(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        member_remove(user=request.user, slug=slug, username=request.POST.get("username", ""))
        words = f"{request.POST.get('username')} is no member any more. Their verdicts stay."
        messages.success(request, words)
    except SelectorError as error:
        messages.error(request, error.message)
    return redirect("study-members", slug)
