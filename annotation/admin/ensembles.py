"""Ensemble runs."""

from django.contrib import admin
from django.urls import reverse

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

    readonly_fields = ("status", "sentence", "evidence", "members")

    @admin.display(description="Result")
    def sentence(self, row: EnsembleRun) -> str:
        """Say whether it pays."""
        return str(row.result.get("sentence", "")) or row.run.message

    @admin.display(description="Evidence")
    def evidence(self, row: EnsembleRun) -> str:
        """Say what it rests on."""
        return str(row.result.get("evidence", ""))

    @admin.display(description="Members")
    def members(self, row: EnsembleRun) -> str:
        """Name whom to ask."""
        return ", ".join(row.result.get("members", []))

    def view_on_site(self, row: EnsembleRun) -> str:
        """Lead Django's "View on site" to the run's own page."""
        return reverse("study-ensemble", args=[row.study.slug, row.pk])

    @admin.display(description="Status", ordering="run__status")
    def status(self, row: EnsembleRun) -> str:
        """Show how far the run is."""
        return row.run.get_status_display()
