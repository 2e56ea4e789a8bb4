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


def test_a_stopped_run_goes_on_and_its_page_is_written_from_what_is_kept(tmp_path, capsys):
    part = ["--quick", "--processes", "0", "--work", str(tmp_path)]
    with pytest.raises(CommandError, match="--only domain:"):
        call_command("benchmarks", *part, "--only", "domain")
    call_command("benchmarks", *part, "--only", "domains-synthetic-item-response", "--realizations", "1")
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "realizations").rglob("*.npz")}
    call_command("benchmarks", *part, "--only", "sanity,domains", "--cached")
    text = (tmp_path / "benchmarks.md").read_text()
    # Two realizations are planned, one is kept: the page says so, and has no section of what never ran.
    assert "## Categories of synthetic-item-response" in text
    assert " 1 realizations" in text
    assert "Sanity" not in text
    assert "only 0 realizations are kept" in capsys.readouterr().out
    call_command("benchmarks", *part, "--only", "domains")
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "realizations").rglob("*.npz")}
    assert len(after) == 2 * len(kept)
    assert kept.items() <= after.items()


def test_benchmarks_are_listed(tmp_path, capsys):
    call_command("benchmarks", "--list", "--only", "tuning", "--work", str(tmp_path / "absent"))
    assert "tuning-alpacaeval1 (10 realizations)" in capsys.readouterr().out
    assert not (tmp_path / "absent").exists()
