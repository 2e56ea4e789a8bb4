"""Candidates, queries and responses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from annotation.admin.base import ReadOnlyAdmin, TableAdmin
from annotation.models import Candidate, Query, Response


@admin.register(Candidate)
class CandidateAdmin(TableAdmin):
    """Family and price may be corrected here; taking part is decided on the study's pages."""

    list_display = ("name", "study", "family", "price", "is_active")
    list_filter = ("is_active", "study")
    list_select_related = ("study",)
    search_fields = ("name", "family", "study__name")
    fields = ("study", "name", "family", "price", "is_active")
    readonly_fields = ("study", "name", "is_active")
    heavy = ("study__guidelines",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a candidate comes with its responses, by import."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: its verdicts stay; take it out of the study instead."""
        return False


@admin.register(Query)
class QueryAdmin(ReadOnlyAdmin):
    """Prompts as they were imported: the weak judges have read them."""

    list_display = ("external_id", "study", "category")
    list_filter = ("study",)
    list_select_related = ("study",)
    search_fields = ("external_id", "category")
    heavy = ("turns", "reference", "options", "metadata", "study__guidelines")


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    """Responses as they were imported."""

    list_display = ("query", "candidate", "label", "text_hash")
    list_filter = ("candidate__study",)
    list_select_related = ("query", "candidate")
    search_fields = ("query__external_id", "candidate__name", "text_hash")
    heavy = ("turns", "query__turns", "query__reference", "query__options", "query__metadata")
