"""Ensembles from pairwise studies: the law of errors from verdicts, gaps filled by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.budget import Budget
from annotation.ensembles.error_law import ErrorLaw, fit_error_law, set_error
from annotation.ensembles.floors import Floor, law_floor
from annotation.ensembles.gains import CopulaGains
from annotation.ensembles.greedy import choose_members, criteria_of_law
from annotation.ensembles.terms import Step, explain_steps, recommended_size
from annotation.ensembles.validation import Estimate
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

LOSS, MISSING = 0, -1
MIN_JOINT = 50
"""Jointly judged queries that every pair of members needs before its correlation is called measured."""

N_DRAWS = 200


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
        Members after early stopping.
    law
        Of all candidates' errors.
    floor
        Of the chosen members, with a bootstrap interval over queries.
    gain
        How much lower the error of the best rule on the members is than the best single candidate's, under
        the law, with a bootstrap interval over queries, members fixed.
    n_joint
        Jointly judged queries of every pair of candidates, shape (n_candidates, n_candidates).
    n_jointly_judged
        Queries with at least two verdicts.
    least_joint
        Fewest jointly judged queries of any pair of members.
    is_enough
        Whether ``least_joint`` reaches `MIN_JOINT`.
    sentence
        The same in words.
    """

    candidates: tuple[str, ...]
    steps: tuple[Step, ...]
    size: int
    law: ErrorLaw
    floor: Floor
    gain: Estimate
    n_joint: NDArray[np.int64]
    n_jointly_judged: int
    least_joint: int
    is_enough: bool
    sentence: str

    @property
    def members(self) -> tuple[int, ...]:
        """Indices of the members after early stopping."""
        return tuple(step.candidate for step in self.steps[: self.size])


def law_of_verdicts(outcomes: NDArray[np.int8], predicted: FloatArray) -> ErrorLaw:
    """Estimate the law of errors from verdicts.

    Parameters
    ----------
    outcomes
        0 loss, 1 draw, 2 win, -1 not judged, shape (n_queries, n_candidates). An error is a loss.
    predicted
        P(loss) of every comparison under the item-response model, shape (n_queries, n_candidates), or draws
        from its posterior, shape (n_draws, n_queries, n_candidates), which keep what is unknown about queries
        and so do not understate correlations.

    Returns
    -------
    ErrorLaw
        Verdicts count as they are and every gap counts with its probability; ``n_queries`` is the median
        number of jointly judged queries over pairs, so noise is never judged by filled gaps.

    Raises
    ------
    InvalidValueError
        For shapes that do not fit or probabilities outside 0 to 1.
    """
    draws = predicted if predicted.ndim == 3 else predicted[None]
    if draws.shape[1:] != outcomes.shape:
        raise InvalidValueError(
            f"predicted of shape {predicted.shape}, must be {outcomes.shape} or (draws, *{outcomes.shape})"
        )
    if not ((draws >= 0.0) & (draws <= 1.0)).all():
        raise InvalidValueError("predicted: every probability of a loss must lie from 0 to 1")
    wrong = np.where(outcomes[None] == MISSING, draws, outcomes[None] == LOSS)
    law = fit_error_law(wrong.reshape(-1, outcomes.shape[1]))
    m = outcomes.shape[1]
    joint = count_joint(outcomes)[np.triu_indices(m, 1 if m > 1 else 0)]
    return ErrorLaw(law.error, law.correlation, max(float(np.median(joint)), 1.0), law.shrinkage)


def count_joint(outcomes: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return how many queries are judged for both of every pair, shape (n_candidates, n_candidates)."""
    is_judged = (outcomes != MISSING).astype(np.int64)
    return np.asarray(is_judged.T @ is_judged)


def build_pairwise_ensemble(
    outcomes: NDArray[np.int8],
    predicted: FloatArray,
    candidates: Sequence[str],
    budget: Budget,
    *,
    objective: str = "mi",
    seed: int = 0,
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

    Raises
    ------
    InvalidValueError
        For fewer than two candidates or no verdict, and as in `law_of_verdicts` and `Budget.check`.
    """
    if len(candidates) != outcomes.shape[1] or len(candidates) < 2:
        raise InvalidValueError(
            f"{len(candidates)} names for {outcomes.shape[1]} candidates, at least 2 needed"
        )
    if not (outcomes != MISSING).any():
        raise InvalidValueError("0 verdicts: the law of errors needs some")
    budget.check(candidates)
    rng = np.random.default_rng([seed, 71])
    law = law_of_verdicts(outcomes, predicted)
    estimator, criteria = CopulaGains(law), criteria_of_law(law)
    sets = choose_members(objective, estimator, criteria, budget, rng)
    steps = explain_steps(sets[-1], estimator, criteria, law)
    size = recommended_size(steps)
    members = [step.candidate for step in steps[:size]]
    floor, gain = _bootstrap(outcomes, predicted, members, int(law.error.argmin()), rng)
    joint = count_joint(outcomes)
    inside = joint[np.ix_(members, members)]
    least = int(inside.min())
    return PairwiseResult(
        candidates=tuple(candidates),
        steps=steps,
        size=size,
        law=law,
        floor=floor,
        gain=gain,
        n_joint=joint,
        n_jointly_judged=int(((outcomes != MISSING).sum(axis=1) >= 2).sum()),
        least_joint=least,
        is_enough=least >= MIN_JOINT,
        sentence=_sentence(least, gain, len(members)),
    )


def _bootstrap(
    outcomes: NDArray[np.int8],
    predicted: FloatArray,
    members: list[int],
    best: int,
    rng: np.random.Generator,
) -> tuple[Floor, Estimate]:
    """Redo law, floor and gain of fixed members on resampled queries."""
    names = list(dict.fromkeys([*members, best]))
    places = list(range(len(members)))
    cells = predicted[..., names]

    def measure(rows: NDArray[np.int64]) -> tuple[float, float, float, float]:
        law = law_of_verdicts(outcomes[rows][:, names], cells[..., rows, :])
        chosen = law.pick(places)
        lone = float(law.error[names.index(best)])
        return *law_floor(chosen), lone - set_error(chosen.pattern_probabilities(512))

    n = len(outcomes)
    value = measure(np.arange(n))
    draws = np.array([measure(rng.integers(n, size=n)) for _ in range(N_DRAWS)])
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    floor = Floor(value[0], min(low[0], value[0]), max(high[0], value[0]), value[1], value[2])
    return floor, Estimate(value[3], float(min(low[3], value[3])), float(max(high[3], value[3])))


def _sentence(least: int, gain: Estimate, n_members: int) -> str:
    if least < MIN_JOINT:
        return (
            f"Not enough: some members share {least} judged queries, and {MIN_JOINT} are needed to "
            "measure how their errors go together."
        )
    points = f"{100 * gain.value:.1f} points [{100 * gain.low:.1f}, {100 * gain.high:.1f}]"
    return f"Under the law of errors the best rule on {n_members} errs {points} less than the best candidate."
