"""What all of the lead's pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from annotation.exceptions import TooLargeError
from annotation.lookups.access import access_study
from annotation.models import BackgroundRun, Membership, Study

View = Callable[..., HttpResponse]
UNFINISHED = (BackgroundRun.Status.QUEUED, BackgroundRun.Status.RUNNING)


def lead_context(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return study and role for a page that only leads see."""
    study = access_study(user=request.user, slug=slug, need="lead")
    return {"study": study, "role": Membership.Role.LEAD.value}


def running(study: Study, kind: str) -> BackgroundRun | None:
    """Return the study's newest unfinished run of a kind."""
    runs = study.background_runs.filter(kind=kind, status__in=UNFINISHED)
    return runs.defer("log", "result").first()


def limit_upload(view: View) -> View:
    """Refuse a request that is too large before reading a byte of it.

    The check against forged requests reads the body, so it has to come second.
    """
    protected: View = csrf_protect(view)

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > settings.UPLOAD_LIMIT_BYTES:
            raise TooLargeError(
                f"The files have {size:,} bytes together; {settings.UPLOAD_LIMIT_BYTES:,} are allowed at "
                "once. Gzip them, or import them in parts."
            )
        return protected(request, *args, **kwargs)

    return csrf_exempt(check)
