"""The same candidates against weaker and stronger baselines."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.rebasing import has_votes, rebase_table, votes_table
from annotation.simulation.run import replay_charts
from annotation.simulation.tables import OutcomeTable, pool_win_rates

MOST_BASELINES = 5


def run_baseline_strength(bench: Bench) -> Page:
    """Replay against baselines from the weakest to the strongest entry.

    Parameters
    ----------
    bench
        Where its folder has single votes, they are counted anew against each baseline; elsewhere outcomes are
        derived from those against the common baseline.
    """
    name, table = bench.table.name, bench.table
    is_voted = has_votes(bench.folder, table.judge)
    rows: list[tuple[Cell, ...]] = []
    figures = {}
    for baseline, rate in _spread_baselines(table):
        own = _against(bench, baseline, is_voted=is_voted)
        for label, f in bench.summarise(bench.run(own)).items():
            figures[f"{label}, {baseline}"] = f
            exact, near = (f[f"verdicts_to_90_{key}"] for key in ("identification", "near_1"))
            words = interval_words(f["verdicts_to_90_near_1_interval"])
            beaten = float((pool_win_rates(own.outcomes)[:-1] > 0.5).mean())
            rows.append((baseline, rate, beaten, label, exact, near, words))
    columns = (
        "baseline",
        "its win rate",
        "candidates above it",
        "strategy",
        "verdicts to 90 % exact",
        "near",
        "95 % interval",
    )
    origin = (
        "Single votes were counted anew against each baseline."
        if is_voted
        else "There are no single votes for other baselines: outcomes are derived (who fares better against "
        f"the common baseline `{table.baseline}` on a query wins there; equal outcomes are a draw)."
    )
    chart = replay_charts(name, figures)["near_1-by-verdicts"]
    stem = f"baseline-strength-{name}"
    return Page(
        "baseline-strength",
        f"Strength of the baseline on {name}",
        (bench.describe(), origin, ResultTable(stem, columns, tuple(rows)), Plot(stem, chart)),
    )


def _spread_baselines(table: OutcomeTable) -> list[tuple[str, float]]:
    """Return up to five entries from the weakest to the strongest, the present baseline among them."""
    rates = pool_win_rates(table.outcomes)
    names = (*table.candidates, table.baseline)
    order = [int(j) for j in np.argsort(rates) if np.isfinite(rates[j])]
    places = np.unique(np.linspace(0, len(order) - 1, MOST_BASELINES).round().astype(int))
    chosen = {order[place] for place in places} | {len(names) - 1}
    return [(names[j], float(rates[j])) for j in order if j in chosen]


def _against(bench: Bench, baseline: str, *, is_voted: bool) -> OutcomeTable:
    derived = rebase_table(bench.table, baseline)
    if not is_voted or bench.folder is None:
        return derived
    voted = votes_table(bench.folder, bench.table.judge, baseline)
    return _with_weak_of(voted, derived)


def _with_weak_of(voted: OutcomeTable, derived: OutcomeTable) -> OutcomeTable:
    """Return the voted outcomes in the axes of the derived table, whose weak outcomes stay valid."""
    row = {query: i for i, query in enumerate(voted.query_ids)}
    column = {candidate: j for j, candidate in enumerate(voted.candidates)}
    outcomes = np.full(derived.outcomes.shape, -1, dtype=np.int8)
    for i, query in enumerate(derived.query_ids):
        for j, candidate in enumerate(derived.candidates):
            if query in row and candidate in column:
                outcomes[i, j] = voted.outcomes[row[query], column[candidate]]
    both = dataclasses.replace(derived, outcomes=outcomes)
    return both.take(np.flatnonzero((outcomes >= 0).any(axis=1)))
