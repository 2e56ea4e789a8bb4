"""What views share."""

from typing import Any

from django.http import HttpRequest
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.errors import answer
from annotation.lookups.access import Need, access_study
from annotation.models import Study


class StudyView(APIView):
    """A view below ``studies/<slug>/``."""

    def study(self, need: Need) -> Study:
        """Return the study of the address for a person whose role satisfies ``need``."""
        return access_study(user=self.request.user, slug=self.kwargs["slug"], need=need)


class StudyList(ListAPIView[Any], StudyView):
    """A list below ``studies/<slug>/``, in pages."""


class NotFoundView(APIView):
    """Answers addresses below the API that do not exist."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let everybody through: whoever mistypes an address should learn that first."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer every method alike."""
        request.method = "GET"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, rest: str) -> Response:
        """Answer in words."""
        hint = " Addresses do not end with a slash." if rest.endswith("/") else ""
        return answer(404, "not_found", f"There is nothing at this address.{hint}")
