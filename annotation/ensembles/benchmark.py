"""Objectives and rules compared on a complete table by repeated splits into labels and test queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.ensembles.answers import MIN_LABELS, check_labels
from annotation.ensembles.budget import Budget
from annotation.ensembles.procedure import Decision, Procedure, best_single_of, run_procedure
from annotation.ensembles.validation import Estimate, HeldOut
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable

Progress = Callable[[float, str], None]
MIN_TEST = 20


@dataclass(frozen=True)
class BenchmarkPlan:
    """What to compare, and how often.

    Attributes
    ----------
    procedure
        Objectives, budget, estimator, rule; its seed seeds the splits too.
    n_labels
        Labels drawn per repeat.
    n_test
        Test queries drawn per repeat from the rest; 0 for all of the rest.
    n_repeats
        Splits.
    pool
        Candidates drawn per repeat; 0 for all.
    """

    procedure: Procedure = field(default_factory=Procedure)
    n_labels: int = 500
    n_test: int = 0
    n_repeats: int = 20
    pool: int = 0

    def check(self, table: AnswerTable) -> None:
        """Refuse a plan that the table cannot serve.

        Raises
        ------
        InvalidValueError
            Naming the value and what is allowed.
        """
        n_kept = max(MIN_TEST, self.n_test)
        most = table.n_queries - n_kept
        if most < MIN_LABELS:
            raise InvalidValueError(
                f"{table.n_queries} labelled queries: at least {MIN_LABELS + n_kept} are needed, "
                f"{MIN_LABELS} as labels and {n_kept} for testing"
            )
        if not MIN_LABELS <= self.n_labels <= most:
            raise InvalidValueError(
                f"labels: {self.n_labels}, must be from {MIN_LABELS} to {most}: "
                f"of {table.n_queries} queries at least {n_kept} are kept for testing"
            )
        if self.n_repeats < 1:
            raise InvalidValueError(f"repeats: {self.n_repeats}, must be at least 1")
        n = len(table.candidates)
        if self.pool and not 2 <= self.pool <= n:
            raise InvalidValueError(f"pool: {self.pool}, must be from 2 to {n}, or 0 for all")
        size = self.procedure.budget.size
        if size > (self.pool or n):
            raise InvalidValueError(
                f"size: {size}, must be at most the {self.pool or n} candidates of a pool"
            )
        self.procedure.budget.check(table.candidates)


@dataclass
class Tally:
    """Results of one objective and size over all repeats."""

    chosen: HeldOut = field(default_factory=HeldOut)
    rules: dict[str, HeldOut] = field(default_factory=dict)
    members: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Split:
    """One repeat: its candidates, labels and test queries."""

    columns: NDArray[np.int64]
    labels: NDArray[np.int64]
    test: NDArray[np.int64]


def draw_split(table: AnswerTable, plan: BenchmarkPlan, repeat: int) -> Split:
    """Draw a repeat; the same seed and repeat give the same split for every objective."""
    rng = np.random.default_rng([plan.procedure.seed, repeat])
    m = len(table.candidates)
    columns = np.sort(rng.permutation(m)[: plan.pool]) if plan.pool else np.arange(m)
    rows = rng.permutation(table.n_queries)
    end = plan.n_labels + plan.n_test if plan.n_test else table.n_queries
    return Split(columns, rows[: plan.n_labels], rows[plan.n_labels : end])


def run_benchmark(
    table: AnswerTable, plan: BenchmarkPlan, progress: Progress | None = None
) -> dict[str, Any]:
    """Compare objectives at every size by held-out accuracy.

    Parameters
    ----------
    table
        All queries with their labels.
    plan
        What to compare.
    progress
        Called with the fraction done and words.

    Returns
    -------
    ``best_single`` and ``objectives`` of ``summary.json``: accuracies as fractions with 95 % intervals that
    cluster by query and repeat; ``seconds`` is the mean time of the whole way from labels to rules for the
    objective (all sizes at once). Members are the most often chosen ones.

    Raises
    ------
    InvalidValueError
        For a plan that the table cannot serve or labels with a single class.
    """
    plan.check(table)
    single = HeldOut()
    tallies: dict[tuple[str, int], Tally] = {}
    for repeat in range(plan.n_repeats):
        split = draw_split(table, plan, repeat)
        pool = table.pick(split.columns)
        labelled, test = pool.take(split.labels), pool.take(split.test)
        check_labels(labelled)
        procedure = _of_pool(plan.procedure, split)
        best = best_single_of(labelled, procedure.budget)
        single.add(test.answers[:, best] == test.labels, split.test)
        for objective in procedure.objectives:
            start = perf_counter()
            decisions = run_procedure(labelled, replace(procedure, objectives=(objective,)))
            seconds = perf_counter() - start
            for key, decision in decisions.items():
                tally = tallies.setdefault(key, Tally())
                _count(tally, decision, test, split.test)
                tally.seconds.append(seconds)
        if progress:
            progress((repeat + 1) / plan.n_repeats, f"repeat {repeat + 1} of {plan.n_repeats}")
    return _summarise(tallies, single)


def _of_pool(procedure: Procedure, split: Split) -> Procedure:
    budget = procedure.budget
    if budget.money is None:
        return procedure
    prices = tuple(budget.prices[int(column)] for column in split.columns)
    return replace(procedure, budget=Budget(budget.size, budget.money, prices))


def _count(tally: Tally, decision: Decision, test: AnswerTable, queries: NDArray[np.int64]) -> None:
    tally.chosen.add(decision.predict(test.answers) == test.labels, queries)
    tally.members.update(test.candidates[j] for j in decision.chosen)
    tally.used[decision.rule] += 1
    for rule in decision.fits:
        right = decision.predict(test.answers, rule) == test.labels
        tally.rules.setdefault(rule, HeldOut()).add(right, queries)


def _summarise(tallies: dict[tuple[str, int], Tally], single: HeldOut) -> dict[str, Any]:
    objectives: dict[str, dict[str, Any]] = {}
    for (objective, size), tally in tallies.items():
        top = tallies.get(("accuracy", size))
        figures = {
            **_figure("accuracy", "interval", tally.chosen.accuracy()),
            **_figure("gain_over_best_single", "gain_interval", tally.chosen.gain_over(single)),
            "rules": {rule: round(found.accuracy().value, 6) for rule, found in tally.rules.items()},
            "rules_used": dict(tally.used),
            "members": [name for name, _ in tally.members.most_common(size)],
            "seconds": round(float(np.mean(tally.seconds)), 4),
        }
        if top is not None:
            figures |= _figure("gain_over_top_k", "top_k_interval", tally.chosen.gain_over(top.chosen))
        objectives.setdefault(objective, {})[str(size)] = figures
    return {
        "best_single": _figure("accuracy", "interval", single.accuracy()),
        "objectives": objectives,
    }


def _figure(name: str, interval: str, found: Estimate) -> dict[str, Any]:
    return {name: round(found.value, 6), interval: [round(found.low, 6), round(found.high, 6)]}
