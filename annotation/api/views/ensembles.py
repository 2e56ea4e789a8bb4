"""Ensembles of a study: for leads."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.ensembles import EnsembleChangeIn, EnsembleIn, EnsembleOut
from annotation.api.views.base import StudyList, StudyView
from annotation.lookups.ensembles import access_ensemble, ensemble_document, ensemble_rows
from annotation.models import EnsembleRun
from annotation.services.ensembles import ensemble_delete, ensemble_put_in_report, ensemble_start


class EnsemblesView(StudyList):
    """The ensembles of a study."""

    serializer_class = EnsembleOut
    queryset = EnsembleRun.objects.none()

    def get_queryset(self) -> QuerySet[EnsembleRun]:
        """Return all runs, newest first."""
        return ensemble_rows(self.study("lead"))

    @extend_schema(request=EnsembleIn, responses={202: EnsembleOut})
    def post(self, request: Request, slug: str) -> Response:
        """Queue the building of an ensemble."""
        self.study("lead")
        row = ensemble_start(user=request.user, slug=slug, **EnsembleIn.read(request))
        return Response(EnsembleOut(row).data, status=202)


class EnsembleView(StudyView):
    """One ensemble run."""

    @extend_schema(responses=EnsembleOut)
    def get(self, request: Request, slug: str, ensemble_id: int) -> Response:
        """Show how far a run is, and at its end what was found."""
        row = access_ensemble(user=request.user, slug=slug, ensemble_id=ensemble_id)
        return Response(EnsembleOut(row).data)

    @extend_schema(request=EnsembleChangeIn, responses=EnsembleOut)
    def patch(self, request: Request, slug: str, ensemble_id: int) -> Response:
        """Let the report show this run, or the newest one again."""
        self.study("lead")
        fields = EnsembleChangeIn.read(request)
        row = ensemble_put_in_report(user=request.user, slug=slug, ensemble_id=ensemble_id, **fields)
        return Response(EnsembleOut(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, ensemble_id: int) -> Response:
        """Throw a run away that waits or has ended."""
        ensemble_delete(user=request.user, slug=slug, ensemble_id=ensemble_id)
        return Response(status=204)


class EnsembleFileView(StudyView):
    """The fitted ensemble."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, slug: str, ensemble_id: int) -> HttpResponse:
        """Download the document that ``manage.py ensemble apply`` reads; labelled studies only."""
        row = access_ensemble(user=request.user, slug=slug, ensemble_id=ensemble_id)
        name, text = ensemble_document(row)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(text, content_type="application/json", headers=headers)
