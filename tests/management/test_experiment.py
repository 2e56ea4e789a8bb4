"""The commands experiment and benchmarks, without any database."""

import pytest
from django.core.management import CommandError, call_command


def test_an_experiment_writes_and_prints_its_page(tmp_path, capsys):
    arguments = [
        "sanity",
        "synthetic:few-queries",
        "--strategy",
        "random",
        "--realizations",
        "2",
        "--pool",
        "3",
    ]
    call_command("experiment", *arguments, "--processes", "0", "--out", str(tmp_path))
    assert (tmp_path / "sanity.md").read_text() in capsys.readouterr().out
    assert (tmp_path / "sanity-synthetic-few-queries.csv").exists()


def test_refusals_are_messages(tmp_path):
    with pytest.raises(CommandError, match="'flat'"):
        call_command("experiment", "sanity", "synthetic:flat", "--out", str(tmp_path))
    with pytest.raises(CommandError, match="no such folder"):
        call_command("experiment", "sanity", str(tmp_path / "absent"), "--out", str(tmp_path))
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("experiment", "guess", "synthetic:few-queries", "--out", str(tmp_path))


def test_quick_benchmarks_stay_inside_their_folder(tmp_path):
    arguments = ["--quick", "--only", "weak-judges,sanity", "--processes", "0", "--realizations", "1"]
    call_command("benchmarks", *arguments, "--work", str(tmp_path))
    text = (tmp_path / "benchmarks.md").read_text()
    assert "Weak judges on synthetic-few-queries" in text
    assert "Passed: at full budget" in text
    assert "manage.py benchmarks --quick --only weak-judges,sanity --realizations 1" in text
    assert " 1 realizations" in text


def test_unknown_benchmarks_are_refused(tmp_path):
    with pytest.raises(CommandError, match="allowed are ablation"):
        call_command("benchmarks", "--only", "guess", "--work", str(tmp_path))
