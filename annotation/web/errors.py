"""The web pages' one error handler: a ``SelectorError`` becomes a page with its status and its words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.exceptions import SelectorError

TITLES = {
    403: "You may not do that here",
    404: "There is no such page",
    409: "That can no longer be done",
}


def render_error(request: HttpRequest, error: SelectorError) -> HttpResponse:
    """Return the page that tells a person what was refused and why."""
    title = TITLES.get(error.status, "That did not work")
    # A 204 has no body, but whoever lets one reach this handler owes the person an explanation.
    status = error.status if error.status >= 400 else 409
    context = {"title": title, "message": error.message}
    return render(request, "annotation/error.html", context, status=status)


class SelectorErrorMiddleware:
    """Catches what pages raise on purpose; the API has its own handler and never gets here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer errors that have words; leave all others to Django's error page and the log."""
        if isinstance(exception, SelectorError):
            return render_error(request, exception)
        return None
