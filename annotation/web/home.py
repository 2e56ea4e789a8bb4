"""The first page after logging in: my studies and what to do next in each."""

from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.lookups.access import list_studies
from annotation.lookups.judging import count_verdicts
from annotation.models import Study

# What can be worked on comes first.
ORDER = [Study.Status.OPEN, Study.Status.DRAFT, Study.Status.PAUSED, Study.Status.CLOSED]


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """List the studies this person is a member of, those that can be worked on first."""
    place = Case(
        *(When(status=status, then=Value(i)) for i, status in enumerate(ORDER)), output_field=IntegerField()
    )
    studies = count_verdicts(list_studies(user=request.user), user=request.user)
    return render(request, "annotation/home.html", {"studies": studies.order_by(place, "-pk")})
