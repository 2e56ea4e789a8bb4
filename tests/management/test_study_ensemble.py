"""The command builds what the pages show, and keeps it."""

import json

import pytest
from django.core.management import CommandError, call_command

from annotation.ensembles import read_ensemble
from annotation.models import EnsembleRun
from tests.factories import make_labelled_study, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def labelled():
    return make_labelled_study(n_queries=40, n_candidates=3)


def build(study, *options) -> EnsembleRun:
    call_command("study_ensemble", study.slug, "--size", "2", "--validations", "0", *options)
    return EnsembleRun.objects.select_related("run").first()


def test_it_is_kept_and_written(labelled, tmp_path, capsys) -> None:
    row = build(
        labelled, "--seed", "3", "--objective", "accuracy", "--rule", "majority", "--out", str(tmp_path)
    )
    assert (row.run.status, row.author, row.settings["seed"]) == ("done", None, 3)
    told = capsys.readouterr().out
    assert row.result["sentence"] in told
    assert f"Kept as run {row.pk}." in told
    assert "candidate-2: gain" in told
    written = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert written["findings"]["members"][0]["candidate"] == "candidate-2"
    ensemble = read_ensemble((tmp_path / "ensemble.json").read_text(encoding="utf-8"))
    assert list(ensemble.members) == [member["candidate"] for member in written["findings"]["members"]]
    assert labelled.audit_events.get(action="ensemble_start").actor is None


def test_candidates_and_early_stop_are_passed_on(labelled) -> None:
    row = build(labelled, "--candidates", "candidate-0", "baseline", "--no-early-stop")
    assert row.settings["candidates"] == ["baseline", "candidate-0"]
    assert (row.settings["stops_early"], row.result["size"]) == (False, 2)


def test_what_cannot_be_is_said(labelled) -> None:
    with pytest.raises(CommandError, match="no study 'nowhere'"):
        call_command("study_ensemble", "nowhere")
    with pytest.raises(CommandError, match="size: 9"):
        call_command("study_ensemble", labelled.slug, "--size", "9")
    with pytest.raises(CommandError, match="20 more such queries"):
        call_command("study_ensemble", make_study().slug)


def test_a_run_that_fails_says_why(labelled) -> None:
    labelled.queries.update(gold="B")
    with pytest.raises(CommandError, match="all 40 labels are 'B'"):
        build(labelled)
    assert EnsembleRun.objects.get().run.status == "failed"


def test_a_place_that_cannot_be_written_is_named(labelled, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="file cannot be written"):
        build(labelled, "--out", str(tmp_path / "file"))
