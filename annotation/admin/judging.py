"""The judging loop: what was offered, held, decided and skipped."""

from django.contrib import admin

from annotation.admin.base import ReadOnlyAdmin
from annotation.models import Comparison, Lease, Skip, Verdict

QUERY_TEXTS = ("turns", "reference", "options", "metadata")


@admin.register(Comparison)
class ComparisonAdmin(ReadOnlyAdmin):
    """Pairs that were ever leased, with their consensus."""

    list_display = ("pk", "study", "query", "candidate", "outcome", "n_verdicts")
    list_filter = ("outcome", "study")
    list_select_related = ("study", "query", "candidate")
    search_fields = ("query__external_id", "candidate__name")
    heavy = ("study__guidelines", *(f"query__{name}" for name in QUERY_TEXTS))


@admin.register(Lease)
class LeaseAdmin(ReadOnlyAdmin):
    """Who holds or held which comparison."""

    list_display = (
        "pk",
        "comparison",
        "annotator",
        "is_active",
        "end_reason",
        "claimed_at",
        "shown_at",
        "expires_at",
    )
    list_filter = ("is_active", "end_reason", "comparison__study")
    list_select_related = ("comparison__query", "comparison__candidate", "annotator")
    search_fields = ("annotator__username", "comparison__query__external_id", "comparison__candidate__name")
    date_hierarchy = "claimed_at"
    heavy = tuple(f"comparison__query__{name}" for name in QUERY_TEXTS)


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    """Every decision ever recorded, undone ones too."""

    list_display = (
        "pk",
        "study",
        "comparison",
        "annotator",
        "outcome",
        "is_both_bad",
        "strength",
        "stands",
        "submitted_at",
    )
    list_filter = ("outcome", "is_both_bad", "candidate_side", "study")
    list_select_related = ("study", "comparison__query", "comparison__candidate", "annotator")
    search_fields = (
        "annotator__username",
        "comparison__query__external_id",
        "comparison__candidate__name",
        "comment",
    )
    date_hierarchy = "submitted_at"
    heavy = ("comment", "study__guidelines", *(f"comparison__query__{name}" for name in QUERY_TEXTS))

    @admin.display(boolean=True, description="Stands")
    def stands(self, verdict: Verdict) -> bool:
        """Tell decisions that count from undone ones and from retractions."""
        return verdict.outcome is not None and verdict.superseded_by_id is None


@admin.register(Skip)
class SkipAdmin(ReadOnlyAdmin):
    """What annotators passed on."""

    list_display = ("comparison", "annotator", "reason", "created_at")
    list_filter = ("comparison__study",)
    list_select_related = ("comparison__query", "comparison__candidate", "annotator")
    search_fields = ("annotator__username", "reason", "comparison__query__external_id")
    date_hierarchy = "created_at"
    heavy = tuple(f"comparison__query__{name}" for name in QUERY_TEXTS)
