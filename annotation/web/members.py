"""Members of a study and their accounts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation.exceptions import SelectorError
from annotation.models import Membership, Verdict
from annotation.services.accounts import user_invite
from annotation.services.studies import member_add, member_remove
from annotation.web.forms.base import add_error
from annotation.web.forms.members import InviteForm, MemberForm
from annotation.web.lead import lead_context

# Two forms on one page have fields of the same name.
INVITE_ID = "id_invite_%s"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """List members; add somebody who has an account."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = member_add(user=request.user, slug=slug, **form.cleaned_data)
        except SelectorError as error:
            add_error(form, error)
        else:
            role = member.get_role_display().lower()
            messages.success(request, f"{form.cleaned_data['username']} is now {role} of this study.")
            return redirect("study-members", slug)
    return _render(request, slug, form=form)


@login_required
@never_cache
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an account and show its password this once: no session and no log keeps it."""
    form = InviteForm(request.POST, auto_id=INVITE_ID)
    invited: tuple[Membership, str] | None = None
    if form.is_valid():
        try:
            invited = user_invite(user=request.user, slug=slug, **form.cleaned_data)
            form = InviteForm(auto_id=INVITE_ID)
        except SelectorError as error:
            add_error(form, error)
    return _render(request, slug, invite_form=form, invited=invited)


@login_required
@require_POST
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a member another role, or take them out."""
    username = request.POST.get("username", "")
    try:
        if request.POST.get("action") == "remove":
            member_remove(user=request.user, slug=slug, username=username)
            words = f"{username} is no longer a member. Their verdicts stay."
        else:
            role = request.POST.get("role", "")
            member = member_add(user=request.user, slug=slug, username=username, role=role)
            words = f"{username} is now {member.get_role_display().lower()} of this study."
    except SelectorError as error:
        if error.status == 403:
            raise
        messages.error(request, error.message)
        # Whoever is no member must not learn that the study exists.
        lead_context(request, slug)
    else:
        messages.success(request, words)
        if username == request.user.get_username():
            # They may have taken the page from themselves.
            return redirect("home")
    return redirect("study-members", slug)


def _render(
    request: HttpRequest,
    slug: str,
    *,
    form: MemberForm | None = None,
    invite_form: InviteForm | None = None,
    invited: tuple[Membership, str] | None = None,
) -> HttpResponse:
    context = lead_context(request, slug)
    study = context["study"]
    n_verdicts = dict(
        Verdict.standing.filter(study=study).order_by().values_list("annotator").annotate(n=Count("pk"))
    )
    people = study.memberships.select_related("user").order_by("role", "user__username")
    has_errors = bool((form and form.errors) or (invite_form and invite_form.errors))
    context |= {
        "form": form or MemberForm(),
        "invite_form": invite_form or InviteForm(auto_id=INVITE_ID),
        "members": [(member, n_verdicts.get(member.user_id, 0)) for member in people],
        "roles": Membership.Role.choices,
        "invited": invited,
    }
    return render(request, "annotation/members.html", context, status=400 if has_errors else 200)
