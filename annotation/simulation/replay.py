"""One strategy on one realization: a pure function of arrays, settings and a seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection import NoiseModel, SelectionProblem, make_strategy
from annotation.simulation.realizations import Realization
from annotation.simulation.tables import (
    BoolArray,
    FloatArray,
    IntArray,
    OutcomeTable,
    gaps_to_best,
    pool_win_rates,
)

if TYPE_CHECKING:
    from annotation.selection import Strategy, Suggestion

TRACE_ARRAYS = ("queries", "answers", "gaps", "p_best", "p_near", "coverage", "width")
TRACE_COUNTS = ("n_verdicts", "n_asks", "n_askable")
TRACE_SECONDS = ("seconds_ask", "seconds_tell", "seconds_answer")


@dataclasses.dataclass(frozen=True, eq=False)
class ReplaySettings:
    """How one strategy is replayed.

    Parameters
    ----------
    strategy, params
        Its name and the parameters that differ from their defaults.
    label
        What reports call it; the name when empty.
    verdicts
        Checkpoints: the answer is recorded after so many verdicts, shape (n_checkpoints,), increasing;
        the last one is the budget.
    has_estimate
        At which checkpoints the full estimate (probabilities, intervals) is recorded too,
        shape (n_checkpoints,).
    batch
        Comparisons asked for at once, as when so many annotators work side by side; their verdicts arrive
        one by one before the next batch is asked for.
    noise
        The noise model (loss, draw) of the paper's posterior; None leaves the default.

    Raises
    ------
    InvalidValueError
        When the batch is below 1.
    """

    strategy: str
    verdicts: IntArray
    has_estimate: BoolArray
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    batch: int = 1
    label: str = ""
    noise: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse an empty batch, and let an unlabelled strategy go by its name."""
        object.__setattr__(self, "label", self.label or self.strategy)
        if self.batch < 1:
            raise InvalidValueError(f"batch {self.batch}; allowed are 1 and more")

    @property
    def budget(self) -> int:
        """Verdicts that may be spent."""
        return int(self.verdicts[-1])


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """What one replay returned at each checkpoint; arrays have shape (n_checkpoints,).

    Attributes
    ----------
    queries
        Distinct queries touched so far.
    answers, gaps
        The returned entry, and its distance in pool win rate to the best one.
    p_best, p_near
        The strategy's own probability that its answer is the best, and near the best; NaN where the full
        estimate was not taken.
    coverage, width
        Share of the candidates whose pool win rate lies in its interval, and the mean width; NaN likewise.
    n_verdicts
        Verdicts spent in the end; less than the budget when the pool ran out.
    n_askable
        Verdicts that the pool could give at most.
    n_asks, seconds_ask, seconds_tell, seconds_answer
        Number of calls of ``ask`` and total seconds by kind of call.
    """

    queries: IntArray
    answers: IntArray
    gaps: FloatArray
    p_best: FloatArray
    p_near: FloatArray
    coverage: FloatArray
    width: FloatArray
    n_verdicts: int
    n_asks: int
    n_askable: int
    seconds_ask: float
    seconds_tell: float
    seconds_answer: float


class _Recorder:
    """Fills the arrays of a trace, checkpoint by checkpoint."""

    def __init__(self, pool: OutcomeTable, settings: ReplaySettings) -> None:
        self.settings = settings
        self.gaps = gaps_to_best(pool.outcomes)
        self.true_rates = pool_win_rates(pool.outcomes)
        self.touched = np.zeros(pool.n_queries, dtype=np.bool_)
        size = settings.verdicts.size
        self.queries = np.zeros(size, dtype=np.int64)
        self.answers = np.zeros(size, dtype=np.int64)
        self.figures = np.full((4, size), np.nan)
        self.at = 0
        self.seconds = 0.0

    def record(self, strategy: Strategy, n_verdicts: int) -> None:
        """Write down the answer when ``n_verdicts`` is a checkpoint."""
        if self.at >= self.settings.verdicts.size or self.settings.verdicts[self.at] != n_verdicts:
            return
        start = perf_counter()
        if self.settings.has_estimate[self.at]:
            self._record_estimate(strategy)
        else:
            self.answers[self.at] = strategy.recommend()
        self.queries[self.at] = int(self.touched.sum())
        self.seconds += perf_counter() - start
        self.at += 1

    def _record_estimate(self, strategy: Strategy) -> None:
        estimate = strategy.estimate()
        best = int(estimate.best)
        self.answers[self.at] = best
        rates = self.true_rates[:-1]
        known = ~np.isnan(rates)
        low, high = estimate.win_rate_low[:-1][known], estimate.win_rate_high[:-1][known]
        inside = (rates[known] >= low - 1e-9) & (rates[known] <= high + 1e-9)
        self.figures[:, self.at] = (
            estimate.p_best[best],
            estimate.p_near_best[best],
            inside.mean(),
            (high - low).mean(),
        )

    def carry_forward(self, strategy: Strategy) -> None:
        """Fill the checkpoints that the pool did not last for with the final answer."""
        if self.at == self.settings.verdicts.size:
            return
        rest = slice(self.at, None)
        self._record_estimate(strategy)
        self.figures[:, rest] = self.figures[:, self.at, None]
        self.answers[rest] = self.answers[self.at]
        self.queries[rest] = int(self.touched.sum())


def count_askable(pool: OutcomeTable) -> int:
    """Return how many verdicts a pool can give: comparisons with an outcome, or queries when labelled."""
    known = pool.outcomes >= 0
    return int(known.any(axis=1).sum() if pool.is_labelled else known.sum())


def make_problem(pool: OutcomeTable, noise: tuple[float, float] | None = None) -> SelectionProblem:
    """Return what a strategy may see of a pool beforehand, which is everything but outcomes and labels.

    On a labelled table the candidates' choices are known beforehand. The outcomes told for a query say who
    was right wherever that tells candidates apart, so the strategies need no label beside them.
    """
    return SelectionProblem(
        is_askable=pool.outcomes >= 0,
        weak_outcomes=pool.weak_outcomes,
        weak_scores=pool.weak_scores,
        log_length_ratio=pool.log_length_ratio,
        noise=NoiseModel(*noise) if noise else NoiseModel(),
        predictions=pool.choices,
    )


def replay_realization(table: OutcomeTable, realization: Realization, settings: ReplaySettings) -> Trace:
    """Replay one strategy on one sub-pool, the table answering instead of people.

    Parameters
    ----------
    table
        The whole table; the realization says which of its queries form the pool, and in which order the
        strategy meets the candidates. Answers are indexes into this table's entries.
    realization
        Queries and the strategy's seed.
    settings
        Strategy, budget and checkpoints.

    Returns
    -------
    Trace
        The same for the same arguments, times apart. After the pool is exhausted the last answer is kept.

    Raises
    ------
    InvalidValueError
        For an unknown strategy or parameter.

    Source: algorithms.md section 6.
    """
    pool = table.take(realization.queries).reorder(realization.candidates)
    problem = make_problem(pool, settings.noise)
    strategy = make_strategy(settings.strategy, problem, seed=realization.seed, params=settings.params)
    recorder = _Recorder(pool, settings)
    seconds_ask = seconds_tell = 0.0
    n_verdicts = n_asks = 0
    while n_verdicts < settings.budget:
        start = perf_counter()
        asked = strategy.ask(min(settings.batch, settings.budget - n_verdicts))
        seconds_ask += perf_counter() - start
        n_asks += 1
        if not asked:
            break
        for query, candidates in _human_actions(pool, recorder.touched, asked):
            start = perf_counter()
            outcomes = pool.outcomes[query, candidates].astype(np.int64)
            strategy.tell_many(np.full(candidates.size, query), candidates, outcomes)
            seconds_tell += perf_counter() - start
            n_verdicts += 1
            recorder.touched[query] = True
            recorder.record(strategy, n_verdicts)
    recorder.carry_forward(strategy)
    p_best, p_near, coverage, width = recorder.figures
    return Trace(
        queries=recorder.queries,
        answers=np.append(realization.candidates, table.n_candidates)[recorder.answers],
        gaps=recorder.gaps[recorder.answers],
        p_best=p_best,
        p_near=p_near,
        coverage=coverage,
        width=width,
        n_verdicts=n_verdicts,
        n_asks=n_asks,
        n_askable=count_askable(pool),
        seconds_ask=seconds_ask,
        seconds_tell=seconds_tell,
        seconds_answer=recorder.seconds,
    )


def _human_actions(
    pool: OutcomeTable, touched: BoolArray, asked: list[Suggestion]
) -> Iterator[tuple[int, IntArray]]:
    """Yield what one human action resolves: one pair, or on a labelled table a whole query, once."""
    for suggestion in asked:
        if not pool.is_labelled:
            yield suggestion.query, np.array([suggestion.candidate])
        elif not touched[suggestion.query]:
            yield suggestion.query, np.flatnonzero(pool.outcomes[suggestion.query] >= 0)
