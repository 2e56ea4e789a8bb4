"""Figures to reach: which one a number of verdicts stays below."""

import numpy as np
import pytest

from annotation.simulation.experiments import Bench
from annotation.simulation.experiments.goals import Goal, goal_parts, reached
from annotation.simulation.run import ReplayPlan
from annotation.simulation.tables import OutcomeTable

GOAL = Goal("near_1", "within one point", reference=1000, least=100, aim=50)


@pytest.mark.parametrize(
    ("spent", "high", "words"),
    [
        (None, None, "no"),
        (101, 120.0, "no"),
        (100, 120.0, "least"),
        (90, 100.0, "least by the whole interval"),
        (50, None, "aim"),
        (50, 99.0, "aim; least by the whole interval"),
        (40, 50.0, "aim by the whole interval"),
    ],
)
def test_the_figure_reached(spent, high, words):
    assert reached(GOAL, spent, high) == words


@pytest.mark.parametrize(
    ("name", "pool", "n_rows"), [("alpacaeval1", 0, 2), ("alpacaeval1", 9, 0), ("x", 0, 0)]
)
def test_figures_belong_to_a_table_and_a_pool(tmp_path, name, pool, n_rows):
    outcomes = np.ones((401, 1), dtype=np.int8)
    table = OutcomeTable(name, "", tuple(f"q{i}" for i in range(401)), ("a",), "b", outcomes)
    bench = Bench(table, ReplayPlan(("random",), pool=pool), tmp_path)
    keys = ("near_1", "identification")
    figures = {f"verdicts_to_90_{key}": 600 for key in keys}
    figures |= {f"verdicts_to_90_{key}_interval": [500.0, 700.0] for key in keys}
    parts = goal_parts(bench, {"random": figures})
    rows = parts[1].rows if parts else ()
    assert len(rows) == n_rows
    if rows:
        # 600 is between the least and the aim within one point, and below the aim for exactly the best.
        assert [row[-1] for row in rows] == ["least by the whole interval", "aim by the whole interval"]
        assert [row[2:6] for row in rows] == [
            (600, "500 to 700", 7844, 780),
            (600, "500 to 700", 18179, 1800),
        ]
