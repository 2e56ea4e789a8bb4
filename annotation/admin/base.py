"""What all pages of the admin share."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin


class TableAdmin(BaseAdmin):
    """A table whose list never loads the columns named in ``heavy``."""

    # Texts and blobs of up to 100 kB per row; a path may follow the relations of list_select_related.
    heavy: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    # Counting all rows besides the found ones would scan the largest tables twice.
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the heavy columns in the database."""
        return super().get_queryset(request).defer(*self.heavy)


class ReadOnlyAdmin(TableAdmin):
    """A table that only the product itself writes."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows come from the product."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a changed row would no longer be what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: what is derived is rebuilt, what is recorded stays."""
        return False
