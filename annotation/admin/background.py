"""Background work, its files, and the audit trail."""

from django.contrib import admin

from annotation.admin.base import ReadOnlyAdmin
from annotation.models import AuditEvent, BackgroundRun, StudyFile


@admin.register(BackgroundRun)
class BackgroundRunAdmin(ReadOnlyAdmin):
    """Work waiting, under way and done; workers alone write these rows."""

    list_display = (
        "pk",
        "kind",
        "study",
        "status",
        "percent",
        "message",
        "attempts",
        "created_by",
        "created_at",
    )
    list_filter = ("status", "kind", "study")
    list_select_related = ("study", "created_by")
    search_fields = ("study__name", "study__slug", "message", "created_by__username")
    date_hierarchy = "created_at"
    heavy = ("log", "result", "params", "study__guidelines")

    @admin.display(description="Progress", ordering="progress")
    def percent(self, run: BackgroundRun) -> str:
        """Show progress as a person reads it."""
        return f"{run.progress:.0%}"


@admin.register(StudyFile)
class StudyFileAdmin(ReadOnlyAdmin):
    """Uploads and exports."""

    list_display = ("name", "kind", "study", "size", "run", "created_at")
    list_filter = ("kind", "study")
    list_select_related = ("study", "run")
    search_fields = ("name", "sha256", "study__name", "study__slug")
    date_hierarchy = "created_at"
    heavy = ("run__log", "run__result", "run__params", "study__guidelines")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who changed what."""

    list_display = ("created_at", "action", "study", "actor", "details")
    list_display_links = ("action",)
    list_filter = ("action", "study")
    list_select_related = ("study", "actor")
    search_fields = ("action", "actor__username", "study__name", "study__slug")
    date_hierarchy = "created_at"
    heavy = ("study__guidelines",)
