"""Each category by itself: is the same candidate best, and how much harder is it to find?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.pages import Cell, Page, ResultTable
from annotation.simulation.tables import OutcomeTable, pool_win_rates

LEAST_QUERIES = 10
MOST_CATEGORIES = 15


def run_domains(bench: Bench) -> Page:
    """Replay each category of at least ten queries, the fifteen largest at most.

    Parameters
    ----------
    bench
        Its table must have categories; its pool is capped by each category's size.

    Raises
    ------
    InvalidValueError
        Without categories.
    """
    table, name = bench.table, bench.table.name
    sizes = Counter(table.categories)
    used = [c for c, n in sizes.most_common(MOST_CATEGORIES) if c and n >= LEAST_QUERIES]
    if not used:
        raise InvalidValueError(f"{name} has no category of at least {LEAST_QUERIES} queries")
    rows: list[tuple[Cell, ...]] = []
    for category in used:
        part = table.take(np.flatnonzero(np.array(table.categories) == category))
        pool = min(bench.plan.pool or part.n_queries, part.n_queries)
        for label, f in bench.summarise(bench.run(part, pool=pool)).items():
            rows.append((category, part.n_queries, *_best_of(part), label, *_spent(f)))
    columns = (
        "category",
        "queries",
        "best",
        "its win rate",
        "ahead by",
        "strategy",
        "verdicts to 90 % exact",
        "near",
        "95 % interval",
    )
    overall, rate, lead = _best_of(table)
    return Page(
        "domains",
        f"Categories of {name}",
        (
            bench.describe(),
            f"Over all queries `{overall}` is best with a win rate of {rate:.3f}, {lead:.3f} ahead of the "
            "next. Pools are the whole category unless the plan says less.",
            ResultTable(f"domains-{name}", columns, tuple(rows)),
        ),
    )


def _best_of(table: OutcomeTable) -> tuple[str, float, float]:
    rates = np.nan_to_num(pool_win_rates(table.outcomes), nan=0.0)
    order = np.argsort(-rates, kind="stable")
    names = (*table.candidates, table.baseline)
    first, second = int(order[0]), int(order[1])
    return names[first], float(rates[first]), float(rates[first] - rates[second])


def _spent(figures: dict[str, Any]) -> tuple[Cell, ...]:
    exact, near = (figures[f"verdicts_to_90_{key}"] for key in ("identification", "near_1"))
    return exact, near, interval_words(figures["verdicts_to_90_near_1_interval"])
