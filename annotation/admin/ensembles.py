"""Ensemble runs."""

from django.contrib import admin

from annotation.admin.base import ReadOnlyAdmin
from annotation.models import EnsembleRun


@admin.register(EnsembleRun)
class EnsembleRunAdmin(ReadOnlyAdmin):
    """What was asked for and what came out; built and thrown away on the study's pages."""

    list_display = ("pk", "study", "status", "n_labels", "is_in_report", "author", "created_at")
    list_filter = ("is_in_report", "run__status", "study")
    list_select_related = ("study", "run", "author")
    search_fields = ("study__name", "study__slug", "author__username", "data_hash")
    date_hierarchy = "created_at"
    heavy = ("result", "ensemble", "study__guidelines", "run__log", "run__result", "run__params")

    @admin.display(description="Status", ordering="run__status")
    def status(self, row: EnsembleRun) -> str:
        """Show how far the run is."""
        return row.run.get_status_display()
