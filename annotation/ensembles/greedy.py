"""Which candidates to put together: greedy choice, its alternatives and the terms of every gain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, log
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.information import check_choice, mutual_information
from annotation.exceptions import TooLargeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.budget import Budget
    from annotation.ensembles.error_law import ErrorLaw
    from annotation.ensembles.evidence import Evidence
    from annotation.ensembles.gains import GainEstimator, StepGains

    FloatArray = NDArray[np.float64]

OBJECTIVES = ("mi", "relevance", "mrmr", "accuracy", "random", "exhaustive")
MAX_SETS = 5_000
"""Most sets that the exhaustive objective compares."""

DOUBTS = (0.0, 1.645)
"""Standard errors by which a larger gain must lead a more accurate candidate: none, or a one-sided 5 %."""


@dataclass(frozen=True)
class Criteria:
    """What the objectives know about single candidates and pairs.

    Attributes
    ----------
    accuracy, relevance
        Share of right answers, and I(Y; X_j) in nats, shape (n_candidates,).
    redundancy
        Returns I(X_i; X_j) of one candidate with every one, shape (n_candidates,).
    """

    accuracy: FloatArray
    relevance: FloatArray
    redundancy: Callable[[int], FloatArray]


def criteria_of_labels(evidence: Evidence) -> Criteria:
    """Return the criteria as measured on labels (Miller-Madow)."""
    columns = evidence.table.answers.T

    def redundancy(member: int) -> FloatArray:
        return np.array([mutual_information(x, columns[member]) for x in columns])

    return Criteria(evidence.accuracy, evidence.relevance, redundancy)


def criteria_of_law(law: ErrorLaw) -> Criteria:
    """Return the criteria under an error law with a symmetric binary truth: log 2 - h(error rate)."""
    errors = law.conditional_errors()

    def redundancy(member: int) -> FloatArray:
        mine = errors[:, [member]]
        return _binary_information((mine * (1 - errors) + (1 - mine) * errors).mean(axis=0))

    return Criteria(1.0 - law.error, _binary_information(law.error), redundancy)


def _binary_information(flip: FloatArray) -> FloatArray:
    p = np.clip(flip, 1e-12, 1 - 1e-12)
    return np.asarray(log(2.0) + p * np.log(p) + (1 - p) * np.log(1 - p))


def choose_members(
    objective: str,
    estimator: GainEstimator,
    criteria: Criteria,
    budget: Budget,
    rng: np.random.Generator,
    *,
    doubt: float = 0.0,
) -> list[tuple[int, ...]]:
    """Choose a set of members of every size that the budget allows.

    Parameters
    ----------
    objective
        "mi": greedily the largest gain I(Y; X_j | X_S), per money where money limits. "relevance",
        "accuracy": the best single ones. "mrmr": relevance minus mean redundancy (Peng, Long and Ding 2005).
        "random". "exhaustive": the set of largest information of all.
    estimator
        Of gains and information.
    criteria
        Of single candidates and pairs.
    budget
        Checked already.
    rng
        Used by "random".
    doubt
        "mi" without money takes the most accurate of the candidates whose gain lags the largest by at most
        this many standard errors: among many candidates and few labels the largest gain is mostly luck.

    Returns
    -------
    One tuple of candidate indices per size, from 1 up; shorter than the budget's size when money runs out.

    Raises
    ------
    InvalidValueError
        For an unknown objective.
    TooLargeError
        When there are more than `MAX_SETS` sets for "exhaustive".

    Notes
    -----
    With money, a set that is worth less than the best single affordable candidate gives way to it, which is
    what makes greedy choice by rate safe (Khuller, Moss and Naor 1999). Under a copula, sets of "mi" are
    refined by exchanges that lower the error of the best rule: there the error itself is known, of which
    information is only a bound.
    """
    check_choice("objective", objective, OBJECTIVES)
    if objective == "exhaustive":
        return _exhaustive(estimator, budget)
    order = _order(objective, estimator, criteria, budget, rng, doubt)
    sets = [tuple(order[: size + 1]) for size in range(len(order))]
    if objective == "mi" and hasattr(estimator, "error"):
        sets = [refine_by_error(members, estimator.error, budget, estimator.n_candidates) for members in sets]
    if budget.money is not None:
        sets = _guard(sets, estimator, budget)
    return sets


def _order(
    objective: str,
    estimator: GainEstimator,
    criteria: Criteria,
    budget: Budget,
    rng: np.random.Generator,
    doubt: float,
) -> list[int]:
    m = len(criteria.accuracy)
    price = budget.price_array(m)
    draws = rng.permutation(m).astype(np.float64)
    redundancies: list[FloatArray] = []
    order: list[int] = []
    while len(order) < budget.size:
        can = budget.affordable(order, m)
        if not can.any():
            break
        if objective == "mi":
            step = estimator.step(order, price)
            by_rate = budget.money is not None
            chosen = _best_rate(step, can, price) if by_rate else _best_gain(step, criteria, can, doubt)
        else:
            mean = np.mean(redundancies, axis=0) if redundancies else np.zeros(m)
            score = {
                "relevance": criteria.relevance,
                "accuracy": criteria.accuracy,
                "mrmr": criteria.relevance - mean,
                "random": draws,
            }[objective]
            chosen = int(np.argmax(np.where(can, score, -np.inf)))
        if chosen is None:
            break
        order.append(chosen)
        if objective == "mrmr":
            redundancies.append(criteria.redundancy(chosen))
    return order


def _best_rate(step: StepGains, can: NDArray[np.bool_], price: FloatArray) -> int | None:
    inside = np.flatnonzero(can[step.candidates])
    if not inside.size:
        return None
    names = step.candidates[inside]
    rate = np.maximum(step.gain[inside], 1e-12) / np.maximum(price[names], 1e-9)
    return int(names[int(np.argmax(rate))])


def _best_gain(step: StepGains, criteria: Criteria, can: NDArray[np.bool_], doubt: float) -> int | None:
    inside = np.flatnonzero(can[step.candidates])
    if not inside.size:
        return None
    gain, names = step.gain[inside], step.candidates[inside]
    is_tied = gain.max() - gain <= doubt * step.doubt[inside] + 1e-12
    accuracy = np.where(is_tied, criteria.accuracy[names], -np.inf)
    best = np.flatnonzero(accuracy == accuracy.max())
    return int(names[best[int(np.argmax(gain[best]))]])


def refine_by_error(
    members: Sequence[int], error: Callable[[Sequence[int]], float], budget: Budget, n_candidates: int
) -> tuple[int, ...]:
    """Exchange members one at a time while that lowers the error; the result is a local optimum."""
    current, value = tuple(members), error(members)
    while True:
        trials = [
            (error(trial), trial)
            for place in range(len(current))
            for new in range(n_candidates)
            if (trial := _exchange(current, place, new, budget, n_candidates))
        ]
        best = min(trials, default=(value, current))
        if best[0] >= value - 1e-9:
            return current
        value, current = best


def _exchange(
    members: tuple[int, ...], place: int, new: int, budget: Budget, n_candidates: int
) -> tuple[int, ...]:
    rest = members[:place] + members[place + 1 :]
    if new in members or not budget.affordable(rest, n_candidates)[new]:
        return ()
    return (*rest, new)


def _guard(sets: list[tuple[int, ...]], estimator: GainEstimator, budget: Budget) -> list[tuple[int, ...]]:
    alone = np.flatnonzero(budget.affordable((), estimator.n_candidates))
    worth = {int(j): estimator.information([int(j)]) for j in alone}
    best = max(worth, key=lambda j: worth[j])
    return [members if estimator.information(members) >= worth[best] else (best,) for members in sets]


def check_sets(n_candidates: int, size: int) -> None:
    """Refuse more sets of up to ``size`` candidates than the exhaustive objective compares.

    Raises
    ------
    TooLargeError
        For more than `MAX_SETS` sets; the message names what to change.
    """
    n_sets = sum(comb(n_candidates, k) for k in range(1, size + 1))
    if n_sets > MAX_SETS:
        raise TooLargeError(
            f"{n_sets:,} sets of up to {size} of {n_candidates} candidates: exhaustive compares at most "
            f"{MAX_SETS:,}; take a smaller size or objective mi"
        )


def _exhaustive(estimator: GainEstimator, budget: Budget) -> list[tuple[int, ...]]:
    m = estimator.n_candidates
    check_sets(m, budget.size)
    sizes = range(1, budget.size + 1)
    prices = budget.price_array(m)
    limit = np.inf if budget.money is None else budget.money + 1e-12
    found = []
    for size in sizes:
        sets = [
            members
            for members in combinations(range(m), size)
            if prices[list(members)].sum() <= limit or budget.money is None
        ]
        if sets:
            found.append(max(sets, key=estimator.information))
    return found
