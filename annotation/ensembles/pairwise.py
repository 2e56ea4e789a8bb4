"""Ensembles from pairwise studies: the law of errors from verdicts, gaps filled by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.budget import Budget
from annotation.ensembles.error_law import ErrorLaw
from annotation.ensembles.floors import Floor
from annotation.ensembles.gains import CopulaGains
from annotation.ensembles.greedy import choose_members, criteria_of_law
from annotation.ensembles.size_figures import Chains, SizeFigures, bootstrap_figures
from annotation.ensembles.terms import Step, explain_steps, recommended_size
from annotation.ensembles.validation import Estimate, points_words
from annotation.ensembles.verdict_law import MISSING, count_joint, law_of_verdicts
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.building import Progress

    FloatArray = NDArray[np.float64]

MIN_JOINT = 50
"""Jointly judged queries that every pair of members needs before its correlation is called measured."""

LEAST_GAIN = 0.001
"""What the gain's interval must reach: under a law the best rule never loses, so that of 0 says nothing."""


@dataclass(frozen=True)
class PairwiseResult:
    """An ensemble chosen from verdicts.

    Attributes
    ----------
    candidates
        Names in the order of the columns.
    steps
        Members by gain with the three terms (nats), under the copula.
    size
        Members: all steps, or those before early stopping.
    law
        Of all candidates' errors.
    floor
        Of the chosen members, with a bootstrap interval over queries.
    best
        Index of the affordable candidate of the smallest error.
    single
        One minus its error, with a bootstrap interval over queries.
    by_size
        By number of steps taken, see `SizeFigures`.
    n_joint
        Jointly judged queries of every pair of candidates, shape (n_candidates, n_candidates).
    n_jointly_judged
        Queries with at least two verdicts.
    least_joint
        Fewest jointly judged queries of any pair of members and of the first candidate left out.
    is_enough
        Whether ``least_joint`` reaches `MIN_JOINT`.
    n_left_out
        Candidates that err on half of the queries or more, and so cannot be members.
    sentence
        Whether it pays, in words.
    """

    candidates: tuple[str, ...]
    steps: tuple[Step, ...]
    size: int
    law: ErrorLaw
    floor: Floor
    best: int
    single: Estimate
    by_size: tuple[SizeFigures, ...]
    n_joint: NDArray[np.int64]
    n_jointly_judged: int
    least_joint: int
    is_enough: bool
    n_left_out: int
    sentence: str

    @property
    def members(self) -> tuple[int, ...]:
        """Indices of the members after early stopping."""
        return tuple(step.candidate for step in self.steps[: self.size])

    @property
    def gain(self) -> Estimate:
        """Return the gain of the members over the best single candidate."""
        return self.by_size[self.size - 1].gain


def build_pairwise_ensemble(
    outcomes: NDArray[np.int8],
    predicted: FloatArray,
    candidates: Sequence[str],
    budget: Budget,
    *,
    objective: str = "mi",
    seed: int = 0,
    stop_early: bool = True,
    progress: Progress | None = None,
) -> PairwiseResult:
    """Choose an ensemble from a pairwise study.

    Parameters
    ----------
    outcomes, predicted
        See `law_of_verdicts`.
    candidates
        Names of the columns.
    budget
        Members and money.
    objective
        Name from `greedy.OBJECTIVES`.
    seed
        Of random choice and bootstrap.
    stop_early
        Whether to leave out members from the first on whose gain is not above its noise.
    progress
        Called with the fraction done and words.

    Raises
    ------
    InvalidValueError
        For fewer than two candidates or no verdict, and as in `law_of_verdicts` and `Budget.check`.
    """
    _check(outcomes, candidates)
    budget.check(candidates)
    tell = progress or (lambda fraction, words: None)
    rng = np.random.default_rng([seed, 71])
    tell(0.05, "fitting the law of errors")
    law = law_of_verdicts(outcomes, predicted)
    pool = _useful(law, budget)
    tell(0.2, "choosing members")
    steps, top = _choose(law, pool, budget, objective, rng)
    top = _first_among_equals(law, steps[0].candidate, top)
    size = recommended_size(steps) if stop_early else len(steps)
    chains = Chains([step.candidate for step in steps], top, size)
    floor, single, by_size = bootstrap_figures(
        outcomes, predicted, chains, rng, lambda part: tell(0.3 + 0.7 * part, "resampling queries")
    )
    considered = chains.steps[: max(size + 1, 2)]
    joint = count_joint(outcomes)
    least = int(joint[np.ix_(considered, considered)].min())
    return PairwiseResult(
        candidates=tuple(candidates),
        steps=steps,
        size=size,
        law=law,
        floor=floor,
        best=top[0],
        single=single,
        by_size=by_size,
        n_joint=joint,
        n_jointly_judged=int(((outcomes != MISSING).sum(axis=1) >= 2).sum()),
        least_joint=least,
        is_enough=least >= MIN_JOINT,
        n_left_out=len(candidates) - len(pool),
        sentence=_sentence(least, by_size[size - 1].gain, size, candidates[top[0]], len(pool)),
    )


def _useful(law: ErrorLaw, budget: Budget) -> list[int]:
    """Return the candidates that err on less than half of the queries, and the best affordable one always.

    A symmetric truth makes one that nearly always errs as informative as one that never does: turned round.
    Nobody can turn an answer round that merely lost to the baseline's.
    """
    can = budget.affordable((), len(law.error))
    best = int(np.argmin(np.where(can, law.error, np.inf)))
    return [j for j in range(len(law.error)) if law.error[j] < 0.5 or j == best]


def _choose(
    law: ErrorLaw, pool: list[int], budget: Budget, objective: str, rng: np.random.Generator
) -> tuple[tuple[Step, ...], list[int]]:
    """Return the steps by the objective, and the most accurate candidates, as far as the budget goes."""
    inside = law.pick(pool)
    prices = tuple(budget.prices[j] for j in pool) if budget.money is not None else ()
    limits = Budget(min(budget.size, len(pool)), budget.money, prices)
    estimator, criteria = CopulaGains(inside), criteria_of_law(inside)
    sets = choose_members(objective, estimator, criteria, limits, rng)
    top = choose_members("accuracy", estimator, criteria, limits, rng)[-1]
    steps = explain_steps(sets[-1], estimator, criteria, inside)
    return tuple(replace(step, candidate=pool[step.candidate]) for step in steps), [pool[j] for j in top]


def _first_among_equals(law: ErrorLaw, first: int, top: list[int]) -> list[int]:
    """Return ``top`` from the first member on where it errs no more often than the best one."""
    if law.error[first] > law.error[top[0]]:
        return top
    return [first, *(j for j in top if j != first)][: len(top)]


def _check(outcomes: NDArray[np.int8], candidates: Sequence[str]) -> None:
    if len(candidates) != outcomes.shape[1] or len(candidates) < 2:
        raise InvalidValueError(
            f"{len(candidates)} names for {outcomes.shape[1]} candidates, at least 2 needed"
        )
    if not (outcomes != MISSING).any():
        raise InvalidValueError("0 verdicts: the law of errors needs some")


def _sentence(least: int, gain: Estimate, n_members: int, best: str, n_useful: int) -> str:
    """Say whether it pays, and how sure that is; never more than the joint verdicts support."""
    if n_useful < 2:
        return f"No ensemble beats {best} here: every other candidate loses at least half of its comparisons."
    if least < MIN_JOINT:
        return (
            f"Not enough: some of the candidates in question share {least} judged queries, and {MIN_JOINT} "
            "are needed to measure how their errors go together."
        )
    if n_members < 2:
        return f"No ensemble beats {best} here: asking it alone is what the verdicts support."
    points = points_words(gain)
    if gain.low >= LEAST_GAIN:
        return f"Under the law of errors the best rule on {n_members} errs {points} less than {best}."
    return (
        f"It is not certain that an ensemble of {n_members} beats {best}: under the law of errors its best "
        f"rule errs {points} less."
    )
