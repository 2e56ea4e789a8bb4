"""Derived tables: everything here can be rebuilt."""

from django.contrib import admin

from annotation.admin.base import ReadOnlyAdmin
from annotation.models import PosteriorSnapshot, SelectionState, WeakTensor


@admin.register(WeakTensor)
class WeakTensorAdmin(ReadOnlyAdmin):
    """Sizes and versions of stored tensors, never their content."""

    list_display = ("study", "data_version", "n_queries", "n_entries", "n_judges", "n_tokens", "created_at")
    list_filter = ("study",)
    list_select_related = ("study",)
    search_fields = ("study__name", "study__slug", "settings_hash")
    date_hierarchy = "created_at"
    exclude = ("blob",)
    heavy = ("blob", "study__guidelines")


@admin.register(SelectionState)
class SelectionStateAdmin(ReadOnlyAdmin):
    """What the last refresh of each study found."""

    list_display = (
        "study",
        "version",
        "n_verdicts",
        "best",
        "entropy",
        "has_weak_judges",
        "computed_at",
        "duration_ms",
    )
    list_filter = ("has_weak_judges",)
    list_select_related = ("study", "best")
    search_fields = ("study__name", "study__slug", "best__name")
    date_hierarchy = "computed_at"
    heavy = ("entries", "ranking", "judge_quality", "near_copies", "method", "study__guidelines")


@admin.register(PosteriorSnapshot)
class PosteriorSnapshotAdmin(ReadOnlyAdmin):
    """The time line of each study."""

    list_display = ("study", "n_verdicts", "entropy", "best", "created_at")
    list_filter = ("study",)
    list_select_related = ("study", "best")
    search_fields = ("study__name", "study__slug", "best__name")
    date_hierarchy = "created_at"
    heavy = ("p_best", "study__guidelines")
