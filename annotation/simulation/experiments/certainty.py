"""Whether "95 % sure" is right in 95 % of replays, and whether intervals cover."""

from __future__ import annotations

import numpy as np

from annotation.simulation.calibration import TARGETS, StopResult, coverage_at, reliability, stop_at_target
from annotation.simulation.charts import Chart, Series
from annotation.simulation.experiments.bench import Bench
from annotation.simulation.metrics import bootstrap_weights
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.summary import N_RESAMPLES

WITHIN = ((0.01, "within one point of the best"), (0.0, "exactly the best"))
SHARES = (0.05, 0.1, 0.25, 0.5, 0.75)
STOP_COLUMNS = (
    "strategy",
    "stop at",
    "stopped",
    "of",
    "claimed",
    "right",
    "95 % interval",
    "median verdicts",
)
COVERAGE_COLUMNS = ("strategy", "share of pool", "verdicts", "coverage", "95 % interval", "mean width")


def run_calibration(bench: Bench) -> Page:
    """Stop at 0.8, 0.9, 0.95, 0.99 and count who was right; measure coverage of the 90 % intervals.

    Parameters
    ----------
    bench
        Full estimates are taken at every checkpoint, so looking after each verdict is part of the claim. A
        synthetic world is made anew for each realization: a claim is about the law, not about one world.

    Source: algorithms.md section 3, "Stop".
    """
    results = bench.run(is_fresh=True, estimated=bench.plan.strategies)
    name = bench.table.name
    parts: list[str | ResultTable | Plot] = [bench.describe(is_fresh=True)]
    for within, words in WITHIN:
        measure = "near" if within else "best"
        rows = tuple(
            _stop_row(label, stop_at_target(settings, traces, target, within))
            for label, (settings, traces) in results.items()
            for target in TARGETS
        )
        parts.append(
            f"Stopped as soon as P({words}) had been at the target through the last tenth of the verdicts; "
            f"right means {words} (Wilson intervals):"
        )
        parts.append(ResultTable(f"calibration-{name}-{measure}", STOP_COLUMNS, rows))
        lines = [
            Series(label, r.claims, r.shares)
            for label, (settings, traces) in results.items()
            if (r := reliability(settings, traces, within)).claims.size
        ]
        even = Series("claim = share", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        title = f"{name}: claimed and true probability, {words}"
        chart = Chart(title, "claimed probability", "share right", (*lines, even), y_range=(0.0, 1.0))
        parts.append(Plot(f"calibration-{name}-{measure}", chart))
    weights = bootstrap_weights(bench.plan.n_realizations, N_RESAMPLES, bench.plan.seed)
    coverages = [
        (label, coverage_at(settings, traces, share, weights))
        for label, (settings, traces) in results.items()
        for share in SHARES
        if settings.budget >= share * np.mean([trace.n_askable for trace in traces])
    ]
    covered: tuple[tuple[Cell, ...], ...] = tuple(
        (label, c.share_of_pool, c.verdicts, c.coverage, f"{c.low:.3f} to {c.high:.3f}", c.width)
        for label, c in coverages
    )
    parts.append("Coverage of the 90 % intervals of the model-based win rates, over candidates and replays:")
    parts.append(ResultTable(f"calibration-{name}-coverage", COVERAGE_COLUMNS, covered))
    return Page("calibration", f"Calibration on {name}", tuple(parts))


def _stop_row(label: str, stop: StopResult) -> tuple[Cell, ...]:
    interval = f"{stop.low:.3f} to {stop.high:.3f}" if stop.n_stopped else "–"
    right = (stop.mean_claim, stop.share, interval, stop.median_verdicts)
    return (label, stop.target, stop.n_stopped, stop.n_realizations, *right)
