"""Studies, the people in them, and their API tokens."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from annotation.admin.base import ReadOnlyAdmin, TableAdmin
from annotation.admin.ensemble_page import ensembles_page
from annotation.models import ApiToken, Membership, Study


@admin.register(Study)
class StudyAdmin(TableAdmin):
    """Settings of a study; what has consequences (opening, baseline) is done on its dashboard."""

    list_display = (
        "name",
        "status",
        "kind",
        "baseline",
        "strategy",
        "budget",
        "created_by",
        "created_at",
        "dashboard",
    )
    list_filter = ("status", "kind", "strategy", "close_reason")
    list_select_related = ("baseline", "created_by")
    search_fields = ("name", "slug", "created_by__username")
    date_hierarchy = "created_at"
    heavy = ("guidelines",)
    readonly_fields = (
        "dashboard",
        "ensembles",
        "slug",
        "kind",
        "status",
        "close_reason",
        "baseline",
        "data_version",
        "created_by",
        "created_at",
        "opened_at",
        "closed_at",
    )

    @admin.display(description="Dashboard")
    def dashboard(self, study: Study) -> str:
        """Link to the page where a study is run."""
        return format_html('<a href="{}">Open dashboard</a>', self.get_view_on_site_url(study))

    @admin.display(description="Ensembles")
    def ensembles(self, study: Study) -> str:
        """Link to the page where an ensemble is asked for."""
        url = reverse("admin:annotation_study_ensembles", args=[study.pk])
        return format_html('<a href="{}">Build an ensemble</a>', url)

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a study's ensembles."""
        view = self.admin_site.admin_view(self.ensembles_view)
        own = path("<int:study_id>/ensembles/", view, name="annotation_study_ensembles")
        return [own, *super().get_urls()]

    def ensembles_view(self, request: HttpRequest, study_id: int) -> HttpResponse:
        """Show the form that asks for an ensemble, and the runs so far."""
        return ensembles_page(self, request, study_id)

    def view_on_site(self, study: Study) -> str:
        """Lead Django's "View on site" to the dashboard."""
        return reverse("study-dashboard", args=[study.slug])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a study starts with files and a lead, in three steps on its own pages."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a study holds verdicts, which nothing deletes; close it instead."""
        return False


@admin.register(Membership)
class MembershipAdmin(TableAdmin):
    """Who may do what in which study."""

    list_display = ("user", "study", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "study")
    search_fields = ("user__username", "study__name", "study__slug")
    autocomplete_fields = ("user", "study")
    date_hierarchy = "created_at"
    heavy = ("study__guidelines",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens can be looked at and revoked; their text exists nowhere, their digest stays inside."""

    list_display = ("name", "prefix", "user", "scopes", "expires_at", "last_used_at", "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    date_hierarchy = "created_at"
    exclude = ("digest",)
    heavy = ("digest",)
    actions = ("delete_selected",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow revoking by the usual permission."""
        return request.user.has_perm("annotation.delete_apitoken")
