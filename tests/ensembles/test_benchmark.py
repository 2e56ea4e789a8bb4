"""Repeated splits: paired, reproducible, refusing what the table cannot serve."""

import json
from dataclasses import replace

import numpy as np
import pytest

from annotation.ensembles.benchmark import BenchmarkPlan, draw_split, run_benchmark
from annotation.ensembles.budget import Budget
from annotation.ensembles.procedure import Procedure
from annotation.exceptions import InvalidValueError
from tests.ensembles.worlds import draw_table, family_law

PLAN = BenchmarkPlan(Procedure(("mi", "accuracy"), Budget(3)), n_labels=120, n_test=200, n_repeats=2, pool=5)


@pytest.fixture(scope="module")
def table():
    return draw_table(family_law(2, n=8)[0], 400)


def test_labels_and_test_queries_never_meet(table):
    for repeat in range(5):
        split = draw_split(table, PLAN, repeat)
        assert not set(split.labels) & set(split.test)
        assert (len(split.labels), len(split.test), len(split.columns)) == (120, 200, 5)
    everything = draw_split(table, replace(PLAN, n_test=0, pool=0), 0)
    assert (len(everything.test), len(everything.columns)) == (280, 8)


def test_the_summary_holds_every_objective_and_size(table):
    found = run_benchmark(table, PLAN)
    json.dumps(found, allow_nan=False)
    assert set(found["objectives"]) == {"mi", "accuracy"}
    for sizes in found["objectives"].values():
        assert list(sizes) == ["1", "2", "3"]
        for size, figures in sizes.items():
            low, high = figures["interval"]
            assert low <= figures["accuracy"] <= high
            gain = figures["accuracy"] - found["best_single"]["accuracy"]
            assert figures["gain_over_best_single"] == pytest.approx(gain, abs=2e-6)
            assert set(figures["rules"]) == {"single", "majority", "weighted", "map", "pooled"}
            assert figures["rules"]["single"] == pytest.approx(found["best_single"]["accuracy"], abs=2e-6)
            assert len(figures["members"]) == int(size)
            assert sum(figures["rules_used"].values()) == 2


def without_seconds(found):
    return json.loads(json.dumps(found), object_hook=lambda d: {k: v for k, v in d.items() if k != "seconds"})


def test_the_seed_repeats_it_and_another_differs(table):
    plan = replace(PLAN, n_repeats=1)
    first, second = (without_seconds(run_benchmark(table, plan)) for _ in range(2))
    assert first == second
    other = replace(plan, procedure=replace(plan.procedure, seed=1))
    assert without_seconds(run_benchmark(table, other)) != first


def test_prices_follow_the_candidates_into_a_pool(table):
    prices = tuple(float(j) for j in range(8))
    procedure = Procedure(("mi",), Budget(3, 4.0, prices))
    found = run_benchmark(table, BenchmarkPlan(procedure, 120, 200, 3, 5))
    names = found["objectives"]["mi"]["3"]["members"]
    assert all(prices[int(name[1:])] <= 4.0 for name in names)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_labels": 5}, "labels: 5, must be from 20 to 200"),
        ({"n_labels": 300}, "labels: 300"),
        ({"n_test": 390}, "400 labelled queries: at least 410 are needed"),
        ({"n_repeats": 0}, "repeats: 0"),
        ({"pool": 1}, "pool: 1, must be from 2 to 8"),
        ({"pool": 2}, "size: 3, must be at most the 2 candidates"),
        ({"pool": 9}, "pool: 9"),
    ],
)
def test_plans_that_cannot_be_served(table, change, message):
    with pytest.raises(InvalidValueError, match=message):
        run_benchmark(table, replace(PLAN, **change))


def test_progress_reaches_the_end(table):
    told = []
    run_benchmark(table, replace(PLAN, n_repeats=1), lambda fraction, _: told.append(fraction))
    np.testing.assert_allclose(told, [1.0])
