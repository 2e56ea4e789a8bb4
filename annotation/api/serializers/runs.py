"""Background runs and their files."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from annotation.api.serializers.base import Input, Word
from annotation.formats.detection import FileFormat
from annotation.models import BackgroundRun, StudyFile
from annotation.services.exports import ExportFormat


class ImportIn(Input):
    """Files to read into a study."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), min_length=1)
    baseline = serializers.CharField(required=False, allow_blank=True, help_text="Name of a candidate.")
    format = Word(list(FileFormat), required=False, help_text="Found out from the files when left out.")
    strict = serializers.BooleanField(required=False, help_text="Import nothing when any row is refused.")
    replace = serializers.BooleanField(
        required=False, help_text="Overwrite changed responses that nobody judged."
    )


class ExportIn(Input):
    """What to write."""

    format = Word(list(ExportFormat))


class FileOut(serializers.Serializer[StudyFile]):
    """A file to download."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=StudyFile.Kind.choices)
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(allow_blank=True)
    url = serializers.SerializerMethodField()

    def get_url(self, file: StudyFile) -> str:
        """Return where it is downloaded."""
        return reverse("api:file", args=[file.pk])


class RunOut(serializers.Serializer[Any]):
    """Background work: ask again until ``status`` is done or failed."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=BackgroundRun.Kind.choices)
    study = serializers.CharField(source="study.slug", default=None, allow_null=True)
    status = serializers.ChoiceField(choices=BackgroundRun.Status.choices)
    progress = serializers.FloatField(help_text="0 to 1.")
    message = serializers.CharField(allow_blank=True)
    result = serializers.DictField()
    files = FileOut(many=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
