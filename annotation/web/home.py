"""The first page after logging in: my studies and what to do next in each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.models import Study


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """List the studies this person is a member of, those that can be worked on first."""
    return render(request, "annotation/home.html", {"studies": Study.objects.none()})
