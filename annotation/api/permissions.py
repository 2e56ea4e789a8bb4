"""What a token may do."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from annotation.models import ApiToken

if TYPE_CHECKING:
    # The framework's views load this module by name while they are being loaded themselves.
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """A token may do what its scopes say; a session may do what its person may do."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask for ``judge`` in the judging loop, elsewhere for ``read`` or ``manage`` by method."""
        if not isinstance(request.auth, ApiToken):
            return True
        scope = required_scope(request, view)
        self.message = f"This token may {', '.join(request.auth.scopes)}; this needs the scope {scope!r}."
        return scope in request.auth.scopes


def required_scope(request: Request, view: "APIView") -> str:
    """Return the scope that a request needs: the view's own, or one by method."""
    by_method = "read" if request.method in SAFE_METHODS else "manage"
    return str(getattr(view, "scope", by_method))
