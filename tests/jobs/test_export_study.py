"""Exports: every verdict once, undone ones marked, tables that agree with the database."""

import csv
import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.exceptions import InvalidValueError
from annotation.jobs.export_study import export_study
from annotation.jobs.refresh_selection import refresh_study
from annotation.jobs.runs import claim_run, finish_run
from annotation.models import BackgroundRun, StudyFile, Verdict
from annotation.services.verdicts import verdict_undo
from tests.factories import judge


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def judged(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie", "both_bad")
    verdict_undo(user=annotator_user, slug=study.slug)
    refresh_study(study)
    return study


def export(study, name: str) -> StudyFile:
    run = BackgroundRun.objects.create(kind="export_study", study=study, params={"format": name})
    claimed = claim_run(run.pk)
    file = StudyFile.objects.get(pk=export_study(run.pk)["file"])
    finish_run(claimed)  # a second export of the study waits for the first
    return file


def bytes_of(file: StudyFile) -> bytes:
    with file.file.open() as stream:
        return stream.read()


def text_of(file: StudyFile) -> str:
    return bytes_of(file).decode()


def test_jsonl_has_every_verdict_and_says_which_count(judged) -> None:
    rows = [json.loads(line) for line in text_of(export(judged, "verdicts-jsonl")).splitlines()]
    verdicts = list(Verdict.objects.order_by("pk"))
    assert [row["verdict"] for row in rows] == [verdict.pk for verdict in verdicts]
    assert [row["is_standing"] for row in rows] == [True, True, True, False, False]
    assert [row["outcome"] for row in rows[2:]] == ["draw", "draw", ""]
    assert [row["is_both_bad"] for row in rows] == [False, False, False, True, False]
    assert {row["baseline"] for row in rows} == {"baseline"}
    assert rows[0]["candidate"] == verdicts[0].comparison.candidate.name
    assert rows[0]["submitted_at"] == verdicts[0].submitted_at.isoformat()


def test_csv_has_the_same_rows(judged) -> None:
    lines = [json.loads(line) for line in text_of(export(judged, "verdicts-jsonl")).splitlines()]
    rows = list(csv.DictReader(io.StringIO(text_of(export(judged, "verdicts-csv")))))
    assert [row["query_id"] for row in rows] == [line["query_id"] for line in lines]
    assert [int(row["verdict"]) for row in rows] == [line["verdict"] for line in lines]
    assert list(rows[0]) == list(lines[0])


def test_leaderboard_has_everybody_in_order(judged) -> None:
    rows = list(csv.DictReader(io.StringIO(text_of(export(judged, "leaderboard-csv")))))
    assert {row["candidate"] for row in rows} == set(judged.candidates.values_list("name", flat=True))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["candidate"] for row in rows if row["is_baseline"] == "true"] == ["baseline"]
    assert rows[0]["candidate"] == judged.selection_state.best.name


def test_leaderboard_keeps_spreadsheets_from_running_names(judged) -> None:
    judged.candidates.filter(name="candidate-0").update(name="=1+1")
    assert "'=1+1" in text_of(export(judged, "leaderboard-csv"))


def test_file_knows_its_size_and_digest(judged) -> None:
    file = export(judged, "verdicts-jsonl")
    data = bytes_of(file)
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.name.startswith(f"{judged.slug}-verdicts-")
    assert file.name.endswith(".jsonl")


def test_done_twice_leaves_one_file(judged) -> None:
    run = BackgroundRun.objects.create(kind="export_study", study=judged, params={"format": "verdicts-csv"})
    claim_run(run.pk)
    first = StudyFile.objects.get(pk=export_study(run.pk)["file"])
    export_study(run.pk)
    [second] = StudyFile.objects.all()
    assert second.sha256 == first.sha256
    assert first.file.name == second.file.name or not first.file.storage.exists(first.file.name)


def test_study_without_verdicts_has_an_empty_file(study) -> None:
    assert text_of(export(study, "verdicts-jsonl")) == ""
    assert len(text_of(export(study, "verdicts-csv")).splitlines()) == 1
    assert len(text_of(export(study, "leaderboard-csv")).splitlines()) == 1


def n_statements(run_id: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        export_study(run_id)
    return len(captured)


def test_statements_do_not_grow_with_verdicts(judged, annotator_user) -> None:
    run = BackgroundRun.objects.create(kind="export_study", study=judged, params={"format": "verdicts-csv"})
    claim_run(run.pk)
    export_study(run.pk)
    few = n_statements(run.pk)
    judge(annotator_user, judged, *"abab")
    assert n_statements(run.pk) == few


def test_unknown_format_is_refused(study) -> None:
    with pytest.raises(InvalidValueError, match="verdicts-jsonl, verdicts-csv, leaderboard-csv"):
        export(study, "xlsx")


def test_command_writes_the_same_lines(judged, tmp_path, capsys) -> None:
    call_command("export_study", judged.slug)
    assert capsys.readouterr().out == text_of(export(judged, "verdicts-jsonl"))
    out = tmp_path / "v.csv"
    call_command("export_study", judged.slug, "--format", "verdicts-csv", "--out", str(out))
    assert out.read_bytes().decode() == text_of(export(judged, "verdicts-csv"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--format", "xlsx"], "verdicts-jsonl"), (["--out", "/nowhere/at/all.csv"], "cannot be written")],
)
def test_command_refuses_in_words(study, arguments, words) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("export_study", study.slug, *arguments)


def test_command_needs_a_study(db) -> None:
    with pytest.raises(CommandError, match="no-such-study"):
        call_command("export_study", "no-such-study")
