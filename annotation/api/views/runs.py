"""Imports, exports, background runs and their files."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.serializers.runs import ExportIn, ImportIn, RunOut
from annotation.api.views.base import StudyList, StudyView
from annotation.exceptions import NotFoundError, TooLargeError
from annotation.lookups.access import access_file, access_run
from annotation.models import BackgroundRun
from annotation.services.exports import export_start
from annotation.services.imports import import_start


class ImportsView(StudyView):
    """Files to read into a study."""

    parser_classes = (MultiPartParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too large before reading a byte of it."""
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > settings.UPLOAD_LIMIT_BYTES:
            raise TooLargeError(
                f"files: {size:,} bytes, at most {settings.UPLOAD_LIMIT_BYTES:,} are allowed in one request"
            )
        super().initial(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": ImportIn}, responses={202: RunOut})
    def post(self, request: Request, slug: str) -> Response:
        """Upload files and queue their import; the run's result becomes the merge report."""
        self.study("lead")
        fields = ImportIn.read(request)
        run = import_start(
            user=request.user,
            slug=slug,
            files=fields["files"],
            baseline=fields.get("baseline", ""),
            format_name=fields.get("format", ""),
            is_strict=fields.get("strict", False),
            is_replacing=fields.get("replace", False),
        )
        return Response(RunOut(run).data, status=202)


class ExportsView(StudyView):
    """Files to take away."""

    @extend_schema(request=ExportIn, responses={202: RunOut})
    def post(self, request: Request, slug: str) -> Response:
        """Queue the writing of a file; it is among the files of the run when that is done."""
        run = export_start(user=request.user, slug=slug, export_format=ExportIn.read(request)["format"])
        return Response(RunOut(run).data, status=202)


class StudyRunsView(StudyList):
    """The background work of a study, newest first."""

    serializer_class = RunOut
    queryset = BackgroundRun.objects.none()

    def get_queryset(self) -> QuerySet[BackgroundRun]:
        """Return all runs with their files and without their logs."""
        runs = self.study("lead").background_runs.select_related("study")
        return runs.prefetch_related("files").defer("log", "params")


class RunView(APIView):
    """One background run."""

    @extend_schema(responses=RunOut)
    def get(self, request: Request, run_id: int) -> Response:
        """Show how far a run is, and at its end what came out."""
        return Response(RunOut(access_run(user=request.user, run_id=run_id)).data)


class FileView(APIView):
    """One file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, file_id: int) -> FileResponse:
        """Download an upload or an export."""
        file = access_file(user=request.user, file_id=file_id)
        try:
            content = file.file.open("rb")
        except FileNotFoundError as error:
            raise NotFoundError(f"{file.name} is no longer on the server's disk.") from error
        # Uploads are untrusted: never shown in the browser, whatever they claim to be.
        answer = FileResponse(
            content, as_attachment=True, filename=file.name, content_type="application/octet-stream"
        )
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
