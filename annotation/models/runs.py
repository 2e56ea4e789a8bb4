"""Background work and the files it reads and writes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.studies import Study


class BackgroundRun(models.Model):
    """One piece of background work. This row is the truth, a Celery message only a wake-up.

    A worker claims a queued row with one conditional update, keeps ``heartbeat_at`` fresh, and ends it.
    A sweep finds rows that nobody works on: queued ones whose message was lost, running ones whose
    worker died.
    """

    class Kind(models.TextChoices):
        IMPORT_FILES = "import_files", "Import"
        PREPARE_STUDY = "prepare_study", "Weak judges"
        REFRESH_SELECTION = "refresh_selection", "Refresh"
        EXPORT_STUDY = "export_study", "Export"
        BUILD_ENSEMBLE = "build_ensemble", "Ensemble"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    study = models.ForeignKey(
        Study, null=True, blank=True, on_delete=models.CASCADE, related_name="background_runs"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    params = models.JSONField(default=dict, blank=True)
    progress = models.FloatField(default=0.0, help_text="0 to 1.")
    message = models.CharField(max_length=500, blank=True)
    log = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Coalescing: however many verdicts arrive, one refresh waits per study.
            models.UniqueConstraint(
                fields=["study", "kind"],
                condition=Q(status="queued", kind__in=["refresh_selection", "prepare_study"]),
                name="queued_run_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["status", "kind", "created_at"],
                condition=Q(status__in=["queued", "running"]),
                name="run_unfinished",
            ),
            models.Index(fields=["study", "-created_at"]),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}: {self.get_status_display()}"


def study_file_path(instance: "StudyFile", filename: str) -> str:
    """Return where a study's file is kept below ``MEDIA_ROOT``."""
    return f"studies/{instance.study_id}/{instance.kind}/{filename}"


class StudyFile(models.Model):
    """A file that a person uploaded, or that a job wrote for download."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", "Upload"
        EXPORT = "export", "Export"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="files")
    run = models.ForeignKey(
        BackgroundRun, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=255, help_text="As the person knows it.")
    file = models.FileField(upload_to=study_file_path, max_length=500)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
