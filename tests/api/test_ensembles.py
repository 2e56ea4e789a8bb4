"""Ensembles over the API, from the wish to the file that predicts."""

import json

import pytest
from rest_framework.test import APIClient

from annotation.ensembles import read_ensemble
from annotation.jobs.runner import run_job
from annotation.models import EnsembleRun
from annotation.services.tokens import token_create
from tests.ensemble_runs import save_run
from tests.factories import make_labelled_study


@pytest.fixture
def labelled(lead_user):
    return make_labelled_study(n_queries=40, n_candidates=3, lead=lead_user)


def address(study, *parts) -> str:
    return "/".join(["/api/v1/studies", study.slug, "ensembles", *map(str, parts)])


def test_a_wish_becomes_an_ensemble_and_a_file(lead, labelled) -> None:
    wish = {"size": 2, "n_validations": 0, "seed": 5, "objective": "accuracy", "rule": "majority"}
    response = lead.post(address(labelled), wish, format="json")
    assert response.status_code == 202, response.data
    row = response.json()
    assert (row["status"], row["findings"], row["has_file"]) == ("queued", None, False)
    assert {name: row["settings"][name] for name in wish} == wish
    assert lead.get(f"/api/v1/runs/{row['run_id']}").json()["kind"] == "build_ensemble"
    assert lead.get(address(labelled, row["id"], "ensemble.json")).status_code == 404
    run_job(row["run_id"])
    done = lead.get(address(labelled, row["id"])).json()
    assert (done["status"], done["n_labels"], done["has_file"]) == ("done", 40, True)
    steps = [step["candidate"] for step in done["findings"]["steps"]]
    assert steps == ["candidate-2", "candidate-1"] or steps[0] == "candidate-2"
    assert done["findings"]["sizes"][0]["accuracy"] is None
    response = lead.get(address(labelled, row["id"], "ensemble.json"))
    assert response["Content-Disposition"] == (
        f'attachment; filename="{labelled.slug}-ensemble-{row["id"]}.json"'
    )
    ensemble = read_ensemble(response.content.decode())
    assert ensemble.provenance["seed"] == 5
    answers = ensemble.predict({name: ["B", "C"] for name in ensemble.members})
    assert answers == ["B", "C"]


def test_an_empty_wish_takes_the_usual_values(lead, labelled) -> None:
    row = lead.post(address(labelled), {}, format="json").json()
    assert (row["settings"]["size"], row["settings"]["objective"]) == (4, "mi")


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"size": 9}, "size", "from 1 to 4"),
        ({"size": "many"}, "size", "integer"),
        ({"objective": "luck"}, "objective", "mi"),
        ({"money": 2}, "money", "no price"),
        ({"candidates": ["nobody"]}, "candidates", "'nobody'"),
        ({"members": 3}, "members", "no such field"),
        ({"seed": -3}, "seed", "0"),
    ],
)
def test_a_wish_that_cannot_be_names_its_field(lead, labelled, wish, field, words) -> None:
    response = lead.post(address(labelled), wish, format="json")
    assert response.status_code == 400
    error = response.json()["error"]
    assert words in error["message"]
    assert error.get("field", error["message"].split(":")[0]) == field
    assert not EnsembleRun.objects.exists()


def test_too_little_data_is_a_conflict_that_says_how_much_is_missing(lead, study) -> None:
    response = lead.post(address(study), {}, format="json")
    assert response.status_code == 409
    assert "20 more such queries" in response.json()["error"]["message"]


def test_runs_come_in_pages_newest_first_at_a_constant_number_of_statements(
    lead, study, django_assert_max_num_queries
) -> None:
    rows = [save_run(study) for _ in range(5)]
    with django_assert_max_num_queries(7):
        page = lead.get(address(study), {"limit": 3}).json()
    assert page["count"] == 5
    assert [row["id"] for row in page["results"]] == [row.pk for row in rows[:1:-1]]
    assert page["results"][0]["findings"]["sentence"] == "It pays."


def test_a_run_is_put_into_the_report_and_thrown_away(lead, study) -> None:
    row = save_run(study)
    changed = lead.patch(address(study, row.pk), {"is_in_report": True}, format="json").json()
    assert changed["is_in_report"] is True
    assert lead.delete(address(study, row.pk)).status_code == 204
    assert lead.get(address(study, row.pk)).status_code == 404


def test_pairwise_runs_say_why_there_is_no_file(lead, study) -> None:
    row = save_run(study)
    response = lead.get(address(study, row.pk, "ensemble.json"))
    assert response.status_code == 404
    assert "labels" in response.json()["error"]["message"]


def test_a_reading_token_reads_and_starts_nothing(lead_user, labelled) -> None:
    _, token = token_create(user=lead_user, name="reader", scopes=["read"], expires_at=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get(address(labelled)).status_code == 200
    assert client.post(address(labelled), {}, format="json").status_code == 403


def test_the_schema_describes_findings(lead) -> None:
    schema = lead.get("/api/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    path = schema["paths"]["/api/v1/studies/{slug}/ensembles"]
    assert set(path["post"]["responses"]) == {"202", "4XX"}
    assert {"sentence", "steps", "sizes", "floor"} <= set(
        schema["components"]["schemas"]["EnsembleFindingsOut"]["properties"]
    )
    json.dumps(path)
