"""A whole replay: the files it writes and the figures in them."""

import csv
import json

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.run import (
    ReplayPlan,
    estimate_checkpoints,
    parse_strategy,
    resolve_plan,
    run_replay,
)
from annotation.simulation.summary import write_json
from annotation.simulation.synthetic import synthetic_table

CURVES = ("queries", "identification", "near_1", "near_5", "gap_p95")


@pytest.fixture
def table():
    return synthetic_table("item-response", 1, n_queries=15, n_candidates=4)


def make_plan(**more):
    fields = {"strategies": ("random", "random:delta=0.05"), "n_realizations": 5, "pool": 10, "processes": 0}
    return ReplayPlan(**(fields | more))


def test_summary_and_curves_agree(table, tmp_path):
    run_replay(table, make_plan(), tmp_path / "deep" / "out")
    content = json.loads((tmp_path / "deep" / "out" / "summary.json").read_text())
    assert (content["data"], content["n_candidates"], content["n_queries"]) == (table.name, 4, 15)
    assert content["settings"]["pool"] == 10
    assert content["settings"]["budget"] == 40
    assert list(content["strategies"]) == ["random", "random:delta=0.05"]
    with (tmp_path / "deep" / "out" / "curves.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for name, figures in content["strategies"].items():
        assert figures["verdicts"] == list(range(1, 41))
        own = [row for row in rows if row["strategy"] == name]
        for curve in CURVES:
            assert [float(row[curve]) for row in own] == figures[curve]
        check_threshold(figures, "identification")
        check_threshold(figures, "near_1")
        assert figures["identification"][-1] == 1
        assert figures["seconds_per_ask"] > 0


def check_threshold(figures, measure):
    to_90 = figures[f"verdicts_to_90_{measure}"]
    curve = dict(zip(figures["verdicts"], figures[measure], strict=True))
    assert all(share >= 0.9 for verdicts, share in curve.items() if verdicts >= to_90)
    assert to_90 == 1 or curve[to_90 - 1] < 0.9
    low, high = figures[f"verdicts_to_90_{measure}_interval"]
    assert low <= high


def test_unreached_thresholds_are_null(table, tmp_path):
    content = run_replay(table, make_plan(budget=1, n_realizations=30), tmp_path)
    figures = json.loads((tmp_path / "summary.json").read_text())["strategies"]["random"]
    assert figures["verdicts_to_90_identification"] is None
    assert content["settings"]["budget"] == 1


def test_plots_are_written_and_progress_is_reported(table, tmp_path):
    done = []

    def progress(total):
        assert total == 10
        return lambda: done.append(1)

    run_replay(table, make_plan(), tmp_path, progress)
    assert len(done) == 10
    for measure in ("identification", "near_1"):
        for axis in ("verdicts", "queries"):
            assert (tmp_path / f"{measure}-by-{axis}.svg").read_text().startswith("<svg")


def test_sizes_default_to_the_table(table):
    pool, budget, _ = resolve_plan(table, make_plan(pool=0))
    assert (pool, budget) == (15, 60)
    large = synthetic_table("item-response", 1, n_queries=500, n_candidates=2)
    assert resolve_plan(large, make_plan(pool=0, budget=10**6))[:2] == (400, 800)


def test_parameters_are_read_from_the_name():
    assert parse_strategy("random") == ("random", {}, None)
    assert parse_strategy("random:delta=0.02") == ("random", {"delta": 0.02}, None)
    assert parse_strategy("random:loss=0.1")[2] == (0.1, 0.4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("greedy", "'greedy'"),
        ("random:delta", "expected key=value"),
        ("random:speed=2", "'speed'"),
        ("random:loss=x", "above 0"),
        ("random:draw=0.8", "above 0"),
    ],
)
def test_strategies_that_do_not_exist_are_refused(words, message):
    with pytest.raises(InvalidValueError, match=message):
        parse_strategy(words)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_realizations": 0}, "n_realizations 0"),
        ({"pool": -1}, "pool -1"),
        ({"seed": -1}, "seed -1"),
        ({"strategies": ()}, "none"),
        ({"strategies": ("random", "random")}, "each once"),
    ],
)
def test_plans_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidValueError, match=message):
        make_plan(**change)


def test_a_pool_larger_than_the_table_is_refused(table, tmp_path):
    with pytest.raises(InvalidValueError, match="pool of 16"):
        run_replay(table, make_plan(pool=16), tmp_path)


def test_estimates_are_taken_in_steps_of_a_tenth():
    verdicts = np.arange(1, 501)
    taken = verdicts[estimate_checkpoints(verdicts)]
    assert taken[0] == 1
    assert taken[-1] == 500
    assert np.all(np.diff(taken) <= np.maximum(1, 0.1 * taken[:-1] + 1))


def test_json_without_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"share": float("nan")})
