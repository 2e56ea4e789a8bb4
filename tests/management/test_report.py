"""The command writes what the page shows."""

import json

import pytest
from django.core.management import CommandError, call_command

from annotation.jobs.refresh_selection import refresh_study
from tests.factories import judge

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("r.html", [], "<!doctype html>"),
        ("r.json", [], "{"),
        ("r.md", [], "# Study"),
        ("r.txt", [], "<!doctype html>"),
        ("r.txt", ["--format", "json"], "{"),
    ],
)
def test_writes_the_form_that_was_asked_for(study, tmp_path, name, options, start):
    call_command("report", study.slug, "--out", str(tmp_path / name), *options)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_numbers_are_those_of_the_study(study, annotator_user, tmp_path, capsys):
    judge(annotator_user, study, "a", "b")
    refresh_study(study)
    out = tmp_path / "r.json"
    call_command("report", study.slug, "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["verdicts"]["n_verdicts"] == 2
    assert str(out) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--out", "x.html"], "There is no study 'nowhere'. There are: "),
        (["{slug}", "--out", "x.pdf", "--format", "pdf"], "'pdf', must be one of html, json, md"),
        (["{slug}", "--out", "missing/x.html"], "missing/x.html: No such file or directory"),
    ],
)
def test_refuses_in_words(study, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=words):
        call_command("report", *[argument.format(slug=study.slug) for argument in arguments])
