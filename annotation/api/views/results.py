"""What is known about a study: for leads, and as far as it is no secret of the loop, for viewers."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.base import Input
from annotation.api.serializers.results import PosteriorOut, RankedOut, VerdictRowOut
from annotation.api.views.base import StudyList, StudyView
from annotation.jobs.report import FORMATS, build_report
from annotation.lookups.results import get_result, list_ranking
from annotation.models import Verdict


class PosteriorView(StudyView):
    """Who is best and how sure."""

    @extend_schema(responses=PosteriorOut)
    def get(self, request: Request, slug: str) -> Response:
        """Show the standing as of the last refresh."""
        return Response(PosteriorOut(get_result(self.study("viewer"))).data)


class LimitIn(Input):
    """How many rows to show."""

    limit = serializers.IntegerField(default=20, min_value=1, max_value=200)


class RankingView(StudyView):
    """What would be asked for next."""

    @extend_schema(parameters=[LimitIn], responses=RankedOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Show the stored ranking, best first, with the expected entropy and the reason."""
        fields = LimitIn(data=request.query_params.dict())
        fields.is_valid(raise_exception=True)
        ranked = list_ranking(self.study("lead"), **fields.validated_data)
        return Response(RankedOut(ranked, many=True).data)


class ReportIn(Input):
    """Which form of the report."""

    type = serializers.ChoiceField(choices=list(FORMATS), default="json")


class ReportView(StudyView):
    """The report, as a file to keep or forward."""

    @extend_schema(parameters=[ReportIn], responses={(200, kind): str for kind in FORMATS.values()})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Send the report: JSON, one HTML file that stands alone, or Markdown."""
        fields = ReportIn(data=request.query_params.dict())
        fields.is_valid(raise_exception=True)
        report = build_report(self.study("viewer"), fields.validated_data["type"])
        headers = {"Content-Disposition": f'attachment; filename="{report.name}"'}
        return HttpResponse(report.text, content_type=report.content_type, headers=headers)


class VerdictsView(StudyList):
    """Every verdict ever given, oldest first."""

    serializer_class = VerdictRowOut
    queryset = Verdict.objects.none()

    @extend_schema(parameters=[OpenApiParameter("standing", bool, description="Only those that count.")])
    def get(self, request: Request, slug: str) -> Response:
        """List verdicts with everything that was known at the time."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[Verdict]:
        """Return verdicts with what is shown of them, and without texts."""
        is_standing = self.request.query_params.get("standing") in ("1", "true")
        verdicts = Verdict.standing if is_standing else Verdict.objects
        related = ("study", "comparison__query", "comparison__candidate", "annotator")
        texts = ("comparison__query__turns", "comparison__query__reference", "comparison__query__metadata")
        return verdicts.filter(study=self.study("lead")).select_related(*related).defer(*texts).order_by("pk")
