"""One's own API tokens: made here, shown once, revoked here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation.models import ApiToken
from annotation.services.tokens import SCOPES, token_create, token_revoke

LIVES = {"7": "A week", "30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}


class TokenForm(forms.Form):
    """What a token is for, what it may do, and for how long."""

    name = forms.CharField(max_length=100, help_text="What will use it, for example “my notebook”.")
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="In your studies, and never more than you may yourself.",
        error_messages={"required": "Tick at least one."},
    )
    days = forms.ChoiceField(label="Works for", choices=list(LIVES.items()), initial="90", required=False)

    def expires_at(self) -> datetime | None:
        """Return when the token runs out."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens; after making one, show its text this once: no session and no log keeps it."""
    form = TokenForm(request.POST or None)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        token, text = token_create(
            user=request.user,  # type: ignore[arg-type]
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
        )
        form, made = TokenForm(), {"token": token, "text": text}
    own = ApiToken.objects.filter(user=request.user).defer("digest")  # type: ignore[misc]
    context = {"form": form, "made": made, "tokens": own, "now": timezone.now()}
    return render(request, "annotation/tokens.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke one of one's tokens: what uses it is refused from now on."""
    token_revoke(user=request.user, token_id=token_id)  # type: ignore[arg-type]
    messages.success(request, "The token is revoked.")
    return redirect("account-tokens")
