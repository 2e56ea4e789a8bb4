"""Error pages say in words what happened, and every answer carries the strict policy."""

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from annotation.exceptions import NotFoundError, PermissionDeniedError, SelectorError
from annotation.web.errors import SelectorErrorMiddleware
from annotation.web.urls import urlpatterns as pages

REFUSALS = {
    "missing": NotFoundError("No study 'x' among yours."),
    "forbidden": PermissionDeniedError("Only a lead may do this."),
    "refused": SelectorError("Choice 'q' is not one of a, b, tie, both_bad."),
}


def refuse(request: HttpRequest, key: str) -> HttpResponse:
    raise REFUSALS[key]


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*pages, path("refuse/<key>", refuse), path("break", break_down)]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
class TestSelectorErrors:
    @pytest.mark.parametrize(("key", "status"), [("missing", 404), ("forbidden", 403), ("refused", 400)])
    def test_status_and_words(self, client: Client, key: str, status: int) -> None:
        answer = client.get(f"/refuse/{key}")
        assert answer.status_code == status
        assert REFUSALS[key].message.replace("'", "&#x27;") in answer.content.decode()

    def test_unknown_errors_are_not_hidden(self, client: Client) -> None:
        client.raise_request_exception = False
        answer = client.get("/break")
        assert answer.status_code == 500
        assert "broke on our side" in answer.content.decode()

    def test_no_such_page(self, client: Client) -> None:
        answer = client.get("/no/such/page")
        assert answer.status_code == 404
        assert "no such page" in answer.content.decode()


def test_middleware_leaves_other_exceptions_alone() -> None:
    middleware = SelectorErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("x")) is None


@pytest.mark.django_db
def test_forged_form_is_answered_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "security token" in answer.content.decode()


@pytest.mark.django_db
def test_policy_forbids_inline_scripts_and_styles(client: Client) -> None:
    policy = client.get("/login/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
class TestLogin:
    def test_home_asks_for_login(self, client: Client) -> None:
        answer = client.get("/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/login/?next=/"

    def test_log_in_and_out(self, client: Client) -> None:
        get_user_model().objects.create_user("ada", password="correct horse")
        answer = client.post("/login/", {"username": "ada", "password": "correct horse"}, follow=True)
        assert "My studies" in answer.content.decode()
        assert client.post("/logout/").status_code == 302
        assert client.get("/").status_code == 302

    def test_wrong_password_is_an_error_tied_to_the_form(self, client: Client) -> None:
        answer = client.post("/login/", {"username": "ada", "password": "wrong"})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
