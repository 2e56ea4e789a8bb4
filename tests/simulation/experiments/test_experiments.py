"""Every experiment on small tables: pages that hold what they promise."""

import dataclasses

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.simulation.experiments import EXPERIMENTS, Bench
from annotation.simulation.experiments.bench import interval_words
from annotation.simulation.pages import Plot, ResultTable, write_page
from annotation.simulation.run import ReplayPlan
from annotation.simulation.synthetic import noisy_judges, synthetic_table


def make_bench(out, *, strategies=("random", "llm_selector_query"), n=14, m=4, **plan):
    table = synthetic_table("item-response", 2, n_queries=n, n_candidates=m)
    fields = {"n_realizations": 3, "processes": 0} | plan
    return Bench(table, ReplayPlan(strategies, **fields), out)


def tables_of(page):
    return [part for part in page.parts if isinstance(part, ResultTable)]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_pages_state_data_seed_and_machine(name, tmp_path):
    n = 36 if name == "domains" else 14
    page = EXPERIMENTS[name](make_bench(tmp_path, n=n, pool=8, budget=16, seed=3))
    text = write_page(page, tmp_path).read_text()
    for words in ("synthetic-item-response", "digest", "3 realizations", "seed 3", "cores"):
        assert words in text
    assert all((tmp_path / f"{table.stem}.csv").exists() for table in tables_of(page))
    assert all((tmp_path / f"{p.stem}.svg").exists() for p in page.parts if isinstance(p, Plot))


def test_sanity_ignores_the_budget_and_passes(tmp_path):
    page = EXPERIMENTS["sanity"](make_bench(tmp_path, budget=1))
    assert [row[:3] for row in tables_of(page)[0].rows] == [
        ("random", 56, 1.0),
        ("llm_selector_query", 56, 1.0),
    ]
    assert page.parts[-1].startswith("Passed")


def test_ablation_is_relative_to_the_yardsticks(tmp_path):
    bench = make_bench(tmp_path, budget=12, strategies=("random",))
    bench = dataclasses.replace(bench, whole=("random_query",))
    spent, efficiency, _ = tables_of(EXPERIMENTS["ablation"](bench))
    assert [row[0] for row in spent.rows] == ["random", "random_query"]
    # Only what is replayed to the end of the pool is sure to find the best.
    whole = dict(zip(spent.columns, spent.rows[1], strict=True))
    assert whole["within five points"] <= whole["within one point"] <= whole["exactly the best"] <= 56
    assert efficiency.columns[1:] == (
        "exactly the best, against random",
        "within one point, against random",
    )


def test_a_strategy_is_as_efficient_as_itself(tmp_path):
    _, efficiency, _ = tables_of(EXPERIMENTS["ablation"](make_bench(tmp_path)))
    columns = dict(zip(efficiency.columns, efficiency.rows[0], strict=True))
    assert columns["exactly the best, against random"] == "1.0 (1.0 to 1.0)"


def test_ablation_says_what_the_default_gains(tmp_path):
    page = EXPERIMENTS["ablation"](make_bench(tmp_path, strategies=("item_response", "random")))
    said = "\n".join(part for part in page.parts if isinstance(part, str))
    assert "`item_response` against `random`, within one point" in said
    assert said.count("`item_response` less often") + said.count("`item_response` was less often") == 2


def test_ablation_says_whether_measured_judges_help(tmp_path):
    names = ("llm_selector", "llm_selector:judges=measured")
    page = EXPERIMENTS["ablation"](make_bench(tmp_path, strategies=names))
    words = "Weights of the weak judges learnt from the verdicts: `llm_selector:judges=measured` against"
    assert any(str(part).startswith(words) for part in page.parts)


def test_calibration_has_a_row_per_target_and_share(tmp_path):
    near, best, coverage = tables_of(EXPERIMENTS["calibration"](make_bench(tmp_path)))
    assert [row[1] for row in near.rows] == [0.8, 0.9, 0.95, 0.99] * 2
    assert len(best.rows) == 8
    assert [row[1] for row in coverage.rows] == [0.05, 0.1, 0.25, 0.5, 0.75] * 2


def test_calibration_makes_a_new_world_for_each_realization(tmp_path):
    made = []

    def make_world(number):
        made.append(number)
        return synthetic_table("item-response", number, n_queries=14, n_candidates=4)

    bench = dataclasses.replace(make_bench(tmp_path, strategies=("random",)), worlds=make_world)
    page = EXPERIMENTS["calibration"](bench)
    assert made == [0, 1, 2]
    assert "a new world for each realization" in page.parts[0]
    assert "digest" not in page.parts[0]
    last = bench.run(is_fresh=True)["random"][1][2]
    alone = dataclasses.replace(bench, table=make_world(2), worlds=None).run()["random"][1][2]
    assert np.array_equal(last.gaps, alone.gaps)


def test_batches_compare_one_with_many(tmp_path):
    page = EXPERIMENTS["batches"](make_bench(tmp_path, strategies=("random",), budget=40))
    (table,) = tables_of(page)
    assert [row[0] for row in table.rows] == [f"random, {n} at once" for n in (1, 5, 20)]
    # A random order does not care how many are asked at once.
    assert len({row[1:5] for row in table.rows}) == 1
    sentences = [part for part in page.parts if isinstance(part, str) and "points (95 %" in part]
    assert len(sentences) == 4
    assert all("by +0.0 points (95 % interval +0.0 to +0.0), no clear difference" in s for s in sentences)
    assert sum("`random, 20 at once` against `random, 1 at once`" in s for s in sentences) == 2


def test_perfect_judges_expect_the_true_entropies(tmp_path):
    bench = make_bench(tmp_path, n=20, m=6)
    perfect = noisy_judges(np.random.default_rng(0), bench.table.outcomes, (1.0,))
    bench = dataclasses.replace(bench, table=dataclasses.replace(bench.table, weak_outcomes=perfect))
    agreement, entropies = tables_of(EXPERIMENTS["weak-judges"](bench))
    assert agreement.rows[0][1:3] == (120, 1.0)
    assert agreement.rows[0][4] == pytest.approx(1.0)
    assert [row[0] for row in entropies.rows] == [0, 2, 5, 10]
    assert all(row[1] == pytest.approx(1.0) for row in entropies.rows)


@pytest.mark.parametrize("name", ["weak-judges", "tuning"])
def test_without_weak_judges_there_is_a_message(name, tmp_path):
    bench = make_bench(tmp_path)
    bench = dataclasses.replace(bench, table=dataclasses.replace(bench.table, weak_outcomes=None))
    with pytest.raises(InvalidValueError, match="weak judges"):
        EXPERIMENTS[name](bench)


def test_domains_need_categories(tmp_path):
    with pytest.raises(InvalidValueError, match="no category of at least 10"):
        EXPERIMENTS["domains"](make_bench(tmp_path, n=14))


def test_domains_name_the_best_of_each(tmp_path):
    bench = make_bench(tmp_path, n=36, strategies=("random",), budget=20)
    (table,) = tables_of(EXPERIMENTS["domains"](bench))
    assert [(row[0], row[1]) for row in table.rows] == [(f"topic-{k}", 12) for k in (1, 2, 3)]
    rates = bench.table.outcomes[0::3].mean(axis=0) / 2
    assert table.rows[0][3] == pytest.approx(max(rates.max(), 0.5))


def test_baselines_run_from_weak_to_strong(tmp_path):
    bench = make_bench(tmp_path, strategies=("random",), budget=20, pool=6)
    (table,) = tables_of(EXPERIMENTS["baseline-strength"](bench))
    rates = [row[1] for row in table.rows]
    above = [row[2] for row in table.rows]
    assert rates == sorted(rates)
    assert "baseline" in [row[0] for row in table.rows]
    assert above == sorted(above, reverse=True)


def test_votes_are_counted_where_there_are_any(tmp_path, pairwise_folder):
    from annotation.simulation.loading import load_table

    lines = ["query_id,model_a,model_b,winner,judge"]
    lines += [f"q{i},{a},{b},model_a,expert" for i in (1, 2, 3) for a, b in (("ant", "bee"), ("bee", "cat"))]
    (pairwise_folder / "votes.csv").write_text("\n".join(lines) + "\n")
    own = (pairwise_folder / "outcomes.csv").read_text().replace("alice", "human")
    (pairwise_folder / "outcomes.csv").write_text(own)
    table = load_table(pairwise_folder, "human")
    bench = Bench(table, ReplayPlan(("random",), n_realizations=2, processes=0), tmp_path, pairwise_folder)
    page = EXPERIMENTS["baseline-strength"](bench)
    assert "Single votes were counted anew" in page.markdown()
    by_baseline = {row[0]: row[2] for row in tables_of(page)[0].rows}
    # Against bee by votes: ant always wins, cat never does.
    assert by_baseline["bee"] == 0.5


@pytest.mark.parametrize(
    ("interval", "words"),
    [([5.0, 1200.0], "5 to 1,200"), ([5.0, None], "5 to beyond"), ([None, None], "beyond the budget")],
)
def test_intervals_in_words(interval, words):
    assert interval_words(interval) == words
