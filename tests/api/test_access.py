"""Who gets what from every endpoint: one table, all people, all methods."""

import uuid

import pytest

from annotation.models import BackgroundRun, StudyFile
from annotation.services.leases import lease_claim
from tests.ensemble_runs import save_run

# method, address, and the statuses for lead, annotator, viewer; outsiders always get 404, strangers 401.
# 400 and 409 mean: let through, then refused for the empty body or the state of the study.
ENDPOINTS = [
    ("get", "studies/{slug}", 200, 200, 200),
    ("patch", "studies/{slug}", 200, 403, 403),
    ("post", "studies/{slug}/open", 200, 403, 403),
    ("post", "studies/{slug}/pause", 200, 403, 403),
    ("post", "studies/{slug}/close", 200, 403, 403),
    ("get", "studies/{slug}/members", 200, 403, 403),
    ("delete", "studies/{slug}/members/annotator", 204, 403, 403),
    ("get", "studies/{slug}/candidates", 200, 403, 200),
    ("patch", "studies/{slug}/candidates/{candidate}", 200, 403, 403),
    ("get", "studies/{slug}/queries", 200, 403, 200),
    ("post", "studies/{slug}/leases", 201, 201, 403),
    ("get", "studies/{slug}/progress", 200, 200, 403),
    ("get", "studies/{slug}/posterior", 200, 403, 200),
    ("get", "studies/{slug}/ranking", 200, 403, 403),
    ("get", "studies/{slug}/verdicts", 200, 403, 403),
    ("get", "studies/{slug}/ensembles", 200, 403, 403),
    ("post", "studies/{slug}/ensembles", 409, 403, 403),
    ("get", "studies/{slug}/ensembles/{ensemble}", 200, 403, 403),
    ("patch", "studies/{slug}/ensembles/{ensemble}", 400, 403, 403),
    ("delete", "studies/{slug}/ensembles/{ensemble}", 204, 403, 403),
    ("get", "studies/{slug}/ensembles/{ensemble}/ensemble.json", 404, 403, 403),
    ("post", "studies/{slug}/imports", 400, 403, 403),
    ("get", "studies/{slug}/runs", 200, 403, 403),
    ("get", "runs/{run}", 200, 403, 403),
    ("get", "files/{file}", 404, 403, 403),
    # Nobody else's desk exists for anybody.
    ("get", "leases/{lease}", 404, 200, 404),
    ("patch", "leases/{lease}", 404, 200, 404),
    ("delete", "leases/{lease}", 404, 204, 404),
    ("post", "leases/{lease}/show", 404, 200, 404),
    ("post", "leases/{lease}/skip", 404, 204, 404),
]
CASES = pytest.mark.parametrize(
    ("method", "address", "for_lead", "for_annotator", "for_viewer"),
    ENDPOINTS,
    ids=[f"{method} {address}" for method, address, *_ in ENDPOINTS],
)


@pytest.fixture
def names(study, annotator_user) -> dict:
    """Return what the addresses name, all of it in the study."""
    run = BackgroundRun.objects.create(kind="export_study", study=study)
    file = StudyFile.objects.create(study=study, run=run, kind="export", name="gone.csv", file="gone.csv")
    lease = lease_claim(user=annotator_user, slug=study.slug)
    candidate = study.candidates.first()
    keys = {"run": run, "file": file, "lease": lease, "candidate": candidate, "ensemble": save_run(study)}
    return {"slug": study.slug, **{name: row.pk for name, row in keys.items()}}


def call(client, method: str, address: str, names: dict):
    data_format = "multipart" if address.endswith("imports") else "json"
    return getattr(client, method)(f"/api/v1/{address.format(**names)}", {}, format=data_format)


def check(response, status: int) -> None:
    assert response.status_code == status, getattr(response, "data", "")
    if status >= 400:
        assert set(response.json()) == {"error"}
        assert {"code", "message"} <= set(response.json()["error"])
        assert " " in response.json()["error"]["message"]


@CASES
def test_lead(method, address, for_lead, for_annotator, for_viewer, lead, names) -> None:
    check(call(lead, method, address, names), for_lead)


@CASES
def test_annotator(method, address, for_lead, for_annotator, for_viewer, annotator, names) -> None:
    check(call(annotator, method, address, names), for_annotator)


@CASES
def test_viewer(method, address, for_lead, for_annotator, for_viewer, viewer, names) -> None:
    check(call(viewer, method, address, names), for_viewer)


@CASES
def test_outsider(method, address, for_lead, for_annotator, for_viewer, outsider, names) -> None:
    check(call(outsider, method, address, names), 404)


@CASES
def test_stranger(method, address, for_lead, for_annotator, for_viewer, anonymous, names) -> None:
    response = call(anonymous, method, address, names)
    check(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@CASES
def test_missing(method, address, for_lead, for_annotator, for_viewer, lead, names) -> None:
    absent = {
        "slug": "nothing-here",
        "run": 999_999,
        "file": 999_999,
        "lease": uuid.UUID(int=0),
        "candidate": 999_999,
        "ensemble": 999_999,
    }
    check(call(lead, method, address, absent), 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_method_that_does_not_exist(method, lead) -> None:
    response = getattr(lead, method)("/api/v1/studies", {}, format="json")
    check(response, 405)
    assert method.upper() in response.json()["error"]["message"]


@pytest.mark.parametrize("address", ["nothing", "studies/", "studies/x/nothing", "leases/not-a-uuid"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_address_that_does_not_exist(address, method, anonymous) -> None:
    check(getattr(anonymous, method)(f"/api/v1/{address}"), 404)


def test_address_with_a_slash_says_so(anonymous) -> None:
    assert "slash" in anonymous.get("/api/v1/studies/").json()["error"]["message"]
