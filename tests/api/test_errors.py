"""Bad input gets a 4xx in words, never a traceback."""

import json
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from annotation.api import errors
from annotation.exceptions import ConflictError, NoComparisonError
from annotation.services.leases import lease_claim
from annotation.services.tokens import token_create

STUDY = "/api/v1/studies/{slug}"
LEASE = "/api/v1/leases/{lease}"
BAD_INPUT = [
    ("post", "/api/v1/studies", {}, "name"),
    ("post", "/api/v1/studies", {"name": "  "}, "name"),
    ("post", "/api/v1/studies", {"name": "x" * 201}, "name"),
    ("post", "/api/v1/studies", {"name": "a\x00b"}, "name"),
    ("post", "/api/v1/studies", {"name": "x", "slug": "no spaces"}, "slug"),
    ("post", "/api/v1/studies", {"name": "x", "kind": "odd"}, "kind"),
    ("post", "/api/v1/studies", {"name": "x", "strategy": "oracle"}, "strategy"),
    ("post", "/api/v1/studies", [], "got list"),
    ("patch", STUDY, {"budgte": 5}, "budgte"),
    ("patch", STUDY, {"budget": 0}, "budget"),
    ("patch", STUDY, {"budget": "many"}, "budget"),
    ("patch", STUDY, {"budget": 2**40}, "budget"),
    ("patch", STUDY, {"overlap": 10}, "overlap"),
    ("patch", STUDY, {"target_p_best": 2}, "target_p_best"),
    ("patch", STUDY, {"baseline": "nobody"}, "candidate-0"),
    ("patch", STUDY, {"strategy": "oracle"}, "llm_selector"),
    ("patch", STUDY, {"strategy_params": {"loss": "low"}}, "loss"),
    ("patch", STUDY, {"weak_settings": {"a": ["b\x00"]}}, "weak_settings"),
    ("patch", STUDY, {"strategy_params": [1]}, "strategy_params"),
    ("post", STUDY + "/members", {"role": "lead"}, "username"),
    ("post", STUDY + "/members", {"username": "annotator", "role": "boss"}, "lead, annotator, viewer"),
    ("patch", STUDY + "/candidates/{candidate}", {"price": -1}, "price"),
    ("patch", STUDY + "/candidates/{candidate}", {"price": "free"}, "price"),
    ("patch", STUDY + "/candidates/{candidate}", {"name": "other"}, "name"),
    ("patch", STUDY + "/candidates/{candidate}", {"is_active": "perhaps"}, "is_active"),
    ("post", STUDY + "/leases", {"holding": ["x"]}, "holding"),
    ("post", STUDY + "/leases", {"holding": "x"}, "holding"),
    ("post", STUDY + "/undo", {"verdict_id": "last"}, "verdict_id"),
    ("post", STUDY + "/undo", {"verdict_id": 2**70}, "verdict_id"),
    ("get", STUDY + "/ranking?limit=0", None, "limit"),
    ("get", STUDY + "/ranking?limit=x", None, "limit"),
    ("post", STUDY + "/exports", {}, "format"),
    ("post", STUDY + "/exports", {"format": "xlsx"}, "verdicts-jsonl, verdicts-csv"),
    ("post", LEASE + "/verdict", {}, "choice"),
    ("post", LEASE + "/verdict", {"choice": "c"}, "a, b, tie, both_bad"),
    ("post", LEASE + "/verdict", {"choice": None}, "choice"),
    ("post", LEASE + "/verdict", {"choice": ["a"]}, "choice"),
    ("post", LEASE + "/verdict", {"choice": "a", "strength": 3}, "strength"),
    ("post", LEASE + "/verdict", {"choice": "a", "comment": "x" * 4001}, "comment"),
    ("post", LEASE + "/verdict", {"choice": "a", "idempotency_key": "1"}, "idempotency_key"),
    ("post", LEASE + "/verdict", {"choice": "a", "outcome": 2}, "outcome"),
    ("post", LEASE + "/skip", {"reason": "x" * 301}, "reason"),
]


@pytest.fixture
def names(study, lead_user) -> dict:
    lease = lease_claim(user=lead_user, slug=study.slug)
    return {"slug": study.slug, "lease": lease.pk, "candidate": study.candidates.first().pk}


@pytest.mark.parametrize(("method", "address", "body", "words"), BAD_INPUT)
def test_bad_input_is_named(lead, names, method, address, body, words) -> None:
    response = getattr(lead, method)(address.format(**names), body, format="json")
    assert response.status_code == 400
    error = response.json()["error"]
    assert words in error["message"]
    assert error["code"] == "invalid_value"


@pytest.mark.parametrize("body", ["{", '{"name": NaN}', "", "\xff", '{"name": "\\ud800"}'])
def test_broken_json(lead, body) -> None:
    response = lead.post("/api/v1/studies", body.encode("latin-1"), content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_deep_json(lead) -> None:
    body = '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}"
    response = lead.post("/api/v1/studies", body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize("has_token", [False, True])
def test_large_json(lead, lead_user, settings, has_token) -> None:
    if has_token:
        _, text = token_create(user=lead_user, name="t", scopes=["manage"], expires_at=None)
        lead.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = lead.post("/api/v1/studies", {"name": "x" * 1000}, format="json")
    assert response.status_code == 413
    assert "1,000" in response.json()["error"]["message"]


def test_other_content_type(lead) -> None:
    response = lead.post("/api/v1/studies", "name=x", content_type="text/plain")
    assert response.status_code == 415
    assert "text/plain" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ConflictError("Too late."), 409, "conflict"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (ValidationError("No."), 400, "invalid_value"),
        (RuntimeError("secret path /etc"), 500, "internal"),
    ],
)
def test_every_kind_of_error_has_one_form(error, status, code) -> None:
    response = errors.handle_error(error, {})
    assert response.status_code == status
    assert response.data["error"]["code"] == code
    assert "secret" not in json.dumps(response.data)


def test_unforeseen_error_is_logged(caplog) -> None:
    errors.handle_error(RuntimeError("broken"), {})
    assert "broken" in caplog.text


def test_nothing_to_judge_is_no_error() -> None:
    response = errors.handle_error(NoComparisonError("All done.", reason="budget"), {})
    assert (response.status_code, response.data) == (204, None)
    assert response["X-No-Comparison-Reason"] == "budget"


def test_field_of_nested_problem_is_named() -> None:
    detail = {"holding": {0: ["Must be a valid UUID."]}}
    assert errors.first_problem(detail) == ("holding.0", "Must be a valid UUID.")


def test_error_in_a_view_is_answered_as_json(lead, study, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr("annotation.api.views.studies.list_studies", fail)
    response = lead.get("/api/v1/studies")
    assert response.status_code == 500
    assert "disk" not in response.content.decode()


def test_unknown_lease_is_not_found(lead) -> None:
    response = lead.post(f"/api/v1/leases/{uuid.uuid4()}/verdict", {"choice": "a"}, format="json")
    assert response.status_code == 404


@pytest.mark.parametrize("address", ["members/%00", "members/" + "x" * 5000])
def test_odd_user_name_in_the_address(lead, study, address) -> None:
    response = lead.delete(f"/api/v1/studies/{study.slug}/{address}")
    assert response.status_code == 404
