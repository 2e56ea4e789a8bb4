"""The command replay, without any database."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotation.selection import STRATEGIES

SHARED = Path(os.environ.get("SELECTOR_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
OUTCOMES = "query_id,model,outcome,judge\n" + "".join(
    f"q{i},m{j},{('loss', 'draw', 'win')[(i * j) % 3]},human\n" for i in range(6) for j in range(3)
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "outcomes.csv").write_text(OUTCOMES)
    return tmp_path / "data"


def replay(folder, out, *more):
    arguments = ["--strategy", "random, llm_selector", "--realizations", "3", "--processes", "1"]
    call_command("replay", str(folder), *arguments, "--out", str(out), *more)
    return json.loads((out / "summary.json").read_text())


def test_results_are_written_and_the_thresholds_said(folder, tmp_path, capsys):
    content = replay(folder, tmp_path / "out", "--pool", "5", "--budget", "12", "--seed", "4")
    assert content["data"] == "data"
    assert content["settings"]["seed"] == 4
    assert content["strategies"]["llm_selector"]["verdicts"][-1] == 12
    assert "random: 90 % of replays right after" in capsys.readouterr().out


def test_synthetic_worlds_need_no_folder(tmp_path):
    content = replay("synthetic:few-queries", tmp_path, "--pool", "4", "--budget", "9")
    assert (content["data"], content["n_candidates"], content["n_queries"]) == (
        "synthetic-few-queries",
        58,
        13,
    )
    assert content["settings"]["n_weak_judges"] == 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--strategy", "greedy"], "'greedy'"),
        (["--judge", "gpt"], "'gpt'"),
        (["--pool", "9"], "pool of 9"),
        (["--realizations", "0"], "n_realizations 0"),
    ],
)
def test_refusals_are_messages(folder, tmp_path, more, message):
    with pytest.raises(CommandError, match=message):
        replay(folder, tmp_path / "out", *more)


@pytest.mark.skipif(not (SHARED / "mtbench-human").is_dir(), reason="shared data absent")
def test_sanity_every_strategy_finds_the_best_at_full_budget(tmp_path):
    names = ",".join(STRATEGIES)
    data = SHARED / "mtbench-human"
    options = {"judge": "gpt-4:both", "strategy": names, "realizations": 2, "every": 100, "out": tmp_path}
    call_command("replay", str(data), **options, processes=1)
    content = json.loads((tmp_path / "summary.json").read_text())
    assert content["settings"]["budget"] == 400
    assert content["settings"]["n_weak_judges"] == 10
    assert {name: f["identification"][-1] for name, f in content["strategies"].items()} == dict.fromkeys(
        STRATEGIES, 1.0
    )
