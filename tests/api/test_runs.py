"""Imports, exports, runs and files over the API, from upload to download."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.jobs.runner import run_job
from annotation.models import BackgroundRun, Query, StudyFile
from tests.factories import judge, make_study

ROWS = [
    {"query_id": "n1", "prompt": "Why?", "model": name, "response": f"Because of {name}."}
    for name in ("candidate-0", "candidate-1", "baseline")
]
LONG_ROWS = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def empty(lead_user):
    """A draft without queries: an import fills it."""
    return make_study(n_queries=0, n_candidates=0, lead=lead_user, status="draft")


def upload(client, study, *files, **fields):
    content = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(
        f"/api/v1/studies/{study.slug}/imports", {"files": content, **fields}, format="multipart"
    )


def test_upload_becomes_a_run_and_the_run_a_report(lead, empty) -> None:
    response = upload(lead, empty, ("rows.jsonl", LONG_ROWS))
    assert response.status_code == 202, response.data
    run = response.json()
    assert (run["kind"], run["status"], run["study"]) == ("import_files", "queued", empty.slug)
    assert [file["name"] for file in run["files"]] == ["rows.jsonl"]
    run_job(run["id"])
    done = lead.get(f"/api/v1/runs/{run['id']}").json()
    assert (done["status"], done["progress"]) == ("done", 1.0)
    assert done["result"]
    assert Query.objects.get(study=empty).turns == ["Why?"]


def test_several_files_at_once(lead, empty) -> None:
    half = len(ROWS) // 2
    first, second = (
        "".join(json.dumps(row) + "\n" for row in rows).encode() for rows in (ROWS[:half], ROWS[half:])
    )
    run = upload(lead, empty, ("one.jsonl", first), ("two.jsonl", second)).json()
    run_job(run["id"])
    assert Query.objects.get(study=empty).responses.count() == 3


@pytest.mark.parametrize(
    ("name", "data", "fields", "words"),
    [
        ("rows.jsonl", b"", {}, "empty"),
        ("rows.xyz", b"\x00\x01", {}, "rows.xyz"),
        ("rows.jsonl", LONG_ROWS, {"format": "xlsx"}, "long-csv"),
        ("rows.jsonl", LONG_ROWS, {"strict": "perhaps"}, "strict"),
        ("rows.jsonl", LONG_ROWS, {"surprise": "1"}, "surprise"),
    ],
)
def test_bad_upload_is_refused_in_words(lead, empty, name, data, fields, words) -> None:
    response = upload(lead, empty, (name, data), **fields)
    assert response.status_code == 400
    assert words in response.json()["error"]["message"]
    assert not BackgroundRun.objects.exists()
    assert not StudyFile.objects.exists()


def test_upload_without_files(lead, empty) -> None:
    response = upload(lead, empty)
    assert (response.status_code, response.json()["error"]["field"]) == (400, "files")


def test_upload_that_is_too_large_is_refused_unread(lead, empty, settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100
    response = upload(lead, empty, ("rows.jsonl", LONG_ROWS))
    assert response.status_code == 413
    assert "100" in response.json()["error"]["message"]


def test_upload_as_json_is_refused(lead, empty) -> None:
    response = lead.post(f"/api/v1/studies/{empty.slug}/imports", {"files": []}, format="json")
    assert response.status_code == 415


def export(client, study, name: str) -> dict:
    response = client.post(f"/api/v1/studies/{study.slug}/exports", {"format": name}, format="json")
    assert response.status_code == 202, response.data
    run_job(response.json()["id"])
    return client.get(f"/api/v1/runs/{response.json()['id']}").json()


def test_export_is_downloaded_as_a_file(lead, study, annotator_user) -> None:
    judge(annotator_user, study, "a", "tie")
    run = export(lead, study, "verdicts-csv")
    assert run["status"] == "done", run["message"]
    [file] = run["files"]
    response = lead.get(file["url"])
    data = b"".join(response.streaming_content)
    assert len(data) == file["size"]
    assert response["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [row["query_id"] for row in rows] == [v.comparison.query.external_id for v in study.verdicts.all()]


def test_files_are_for_leads(lead, annotator, viewer, outsider, anonymous, study) -> None:
    [file] = export(lead, study, "verdicts-jsonl")["files"]
    statuses = [client.get(file["url"]).status_code for client in (annotator, viewer, outsider, anonymous)]
    assert statuses == [403, 403, 404, 401]


def test_runs_of_a_study_newest_first(lead, study) -> None:
    first, second = (export(lead, study, name)["id"] for name in ("verdicts-csv", "leaderboard-csv"))
    rows = lead.get(f"/api/v1/studies/{study.slug}/runs").json()["results"]
    assert [row["id"] for row in rows] == [second, first]


def test_runs_take_few_statements(lead, study, django_assert_max_num_queries) -> None:
    for _ in range(5):
        run = BackgroundRun.objects.create(kind="export_study", study=study)
        StudyFile.objects.create(study=study, run=run, kind="export", name="v.csv", file="v.csv")
    with django_assert_max_num_queries(7):
        lead.get(f"/api/v1/studies/{study.slug}/runs")


def test_log_of_a_run_stays_with_operators(lead, study) -> None:
    run = BackgroundRun.objects.create(
        kind="export_study", study=study, status="failed", log="Traceback: x.py"
    )
    assert "Traceback" not in lead.get(f"/api/v1/runs/{run.pk}").content.decode()
