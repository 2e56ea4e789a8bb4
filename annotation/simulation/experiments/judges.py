"""How good the weak judges are: agreement, win rates, and the entropies they stand in for."""

from __future__ import annotations

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection import NoiseModel, expected_entropy, update_posterior
from annotation.simulation.charts import Chart, Series
from annotation.simulation.experiments.bench import Bench
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.realizations import draw_realization
from annotation.simulation.run import resolve_plan
from annotation.simulation.tables import FloatArray, Int8Array, IntArray, OutcomeTable, pool_win_rates
from annotation.weak_judges import judge_agreement

ANNOTATED = (0, 2, 5, 10, 20, 40)


def run_weak_judges(bench: Bench) -> Page:
    """Compare weak outcomes and the entropies computed from them with the true ones.

    Parameters
    ----------
    bench
        Its table must have weak outcomes; only its pools and seed are used, not its strategies.

    Raises
    ------
    InvalidValueError
        Without weak judges.

    Source: LLM Selector, arXiv 2510.09418 (expected entropy from weak judges); algorithms.md section 2.
    """
    table, name = bench.table, bench.table.name
    if table.weak_outcomes is None:
        raise InvalidValueError(f"{name} has no weak judges: it needs responses")
    agreement = judge_agreement(table.weak_outcomes, table.outcomes)
    rates = [
        _rate_correlation(table, table.weak_outcomes, judge) for judge in range(agreement.agreement.size)
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (judge + 1, int(agreement.n_compared[judge]), float(agreement.agreement[judge]), words, rates[judge])
        for judge, words in enumerate(
            f"{low:.3f} to {high:.3f}" for low, high in zip(agreement.low, agreement.high, strict=True)
        )
    )
    columns = ("judge", "compared", "agreement", "95 % interval", "correlation of win rates")
    x = np.arange(1, len(rows) + 1, dtype=np.float64)
    lines = (
        Series("agreement", x, agreement.agreement, agreement.low, agreement.high),
        Series("correlation", x, np.array(rates)),
    )
    correlations, scatter = _entropies(bench)
    return Page(
        "weak-judges",
        f"Weak judges on {name}",
        (
            bench.describe(),
            "Agreement of each judge with the outcomes (Wilson intervals), and the correlation over "
            "candidates of its win rates with the true ones. With k-gram judges, judge k is the order k.",
            ResultTable(f"weak-judges-{name}", columns, rows),
            Plot(f"weak-judges-{name}", Chart(f"{name}: weak judges", "judge", "", lines)),
            "Rank correlation, over the queries not yet annotated, of the entropy that the weak judges "
            "expect with the entropy that the query's true outcomes leave; after so many random queries.",
            ResultTable(
                f"weak-judges-{name}-entropy",
                ("annotated queries", "rank correlation", "10th", "90th percentile", "draws"),
                correlations,
            ),
            Plot(f"weak-judges-{name}-entropy", scatter),
        ),
    )


def _rate_correlation(table: OutcomeTable, weak: Int8Array, judge: int) -> float:
    true = pool_win_rates(table.outcomes)[:-1]
    own = pool_win_rates(np.where(table.outcomes >= 0, weak[:, :-1, judge], -1).astype(np.int8))[:-1]
    known = np.isfinite(true) & np.isfinite(own)
    if known.sum() < 3 or np.ptp(true[known]) == 0 or np.ptp(own[known]) == 0:
        return float("nan")
    return float(np.corrcoef(true[known], own[known])[0, 1])


def _entropies(bench: Bench) -> tuple[tuple[tuple[Cell, ...], ...], Chart]:
    """Return the rank correlations by number of annotated queries, and one draw as a scatter plot."""
    from scipy.stats import spearmanr

    pool, _, _ = resolve_plan(bench.table, bench.plan)
    found: dict[int, list[float]] = {n: [] for n in ANNOTATED if n < pool - 2}
    shown: tuple[FloatArray, FloatArray] | None = None
    for index in range(bench.plan.n_realizations):
        drawn = draw_realization(bench.plan.seed, index, pool, bench.table.outcomes.shape)
        table = bench.table.take(drawn.queries)
        order = np.random.default_rng(drawn.seed).permutation(pool)
        for n in found:
            weak, true = _both_entropies(table, order, n)
            if np.ptp(weak) > 0 and np.ptp(true) > 0:
                found[n].append(float(spearmanr(weak, true).statistic))
            if index == 0 and n == max(found):
                shown = weak, true
    rows = tuple((n, *_spread(values), len(values)) for n, values in found.items())
    series = () if shown is None else (Series("queries", *shown, is_points=True),)
    title = f"{bench.table.name}: entropy after a query, expected and true"
    return rows, Chart(title, "expected by the weak judges (nats)", "by the true outcomes (nats)", series)


def _spread(values: list[float]) -> tuple[float, float, float]:
    if not values:
        return float("nan"), float("nan"), float("nan")
    low, high = np.percentile(values, [10, 90])
    return float(np.mean(values)), float(low), float(high)


def _both_entropies(table: OutcomeTable, order: IntArray, n: int) -> tuple[FloatArray, FloatArray]:
    noise = NoiseModel()
    log_posterior = np.full(table.n_candidates + 1, -np.log(table.n_candidates + 1))
    draws = np.ones((table.n_queries, 1), dtype=np.int8)
    outcomes = np.hstack([table.outcomes, draws])
    for query in order[:n]:
        log_posterior = update_posterior(log_posterior, outcomes[query], noise)
    rest = order[n:]
    if table.weak_outcomes is None:
        raise InvalidValueError(f"{table.name} has no weak judges")
    weak = expected_entropy(log_posterior, table.weak_outcomes[rest], noise)
    return weak, expected_entropy(log_posterior, outcomes[rest][:, :, None], noise)
