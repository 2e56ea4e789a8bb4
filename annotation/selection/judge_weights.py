"""How much each weak judge is worth, by the verdicts so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.outcomes import MISSING, N_OUTCOMES
from annotation.selection.parameters import Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem

UNIFORM_VERDICTS = 50.0
"""Verdicts that equal weights count as: after so many a judge's kappa has an sd of about 0.1."""


JUDGES = Parameter(
    "judges",
    "uniform",
    "How the weak judges are weighed: all alike, or by their measured agreement with the verdicts so far.",
    choices=("uniform", "measured"),
)


def judge_agreements(problem: SelectionProblem, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return each weak judge's agreement with the verdicts, corrected for chance, shape (n_judges,).

    Parameters
    ----------
    problem
        With weak judges.
    outcomes
        Verdicts, shape (n_queries, n_candidates), ``MISSING`` where not judged.

    Returns
    -------
    ndarray
        Cohen's kappa, 0 for a judge with nothing to compare or constant like the verdicts.

    References
    ----------
    Cohen, "A coefficient of agreement for nominal scales", 1960.
    """
    if problem.weak_outcomes is None:
        return np.zeros(0)
    told = (outcomes != MISSING) & problem.is_askable
    verdicts, weak = outcomes[told], problem.weak_outcomes[:, :-1, :][told]
    kappas = np.zeros(weak.shape[1])
    for judge in range(weak.shape[1]):
        both = weak[:, judge] != MISSING
        if both.any():
            kappas[judge] = _kappa(verdicts[both], weak[both, judge])
    return kappas


def _kappa(one: NDArray[np.int8], other: NDArray[np.int8]) -> float:
    shares = [np.bincount(votes, minlength=N_OUTCOMES) / len(votes) for votes in (one, other)]
    chance = float(shares[0] @ shares[1])
    return (float((one == other).mean()) - chance) / (1.0 - chance) if chance < 1.0 else 0.0


def measured_weights(problem: SelectionProblem, outcomes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return weights of the weak judges learnt from the verdicts, shape (n_judges,), with mean 1.

    Parameters
    ----------
    problem, outcomes
        As in ``judge_agreements``.

    Notes
    -----
    A judge's weight is its kappa, a judge worse than chance getting none, shrunk towards equal weights as if
    these had been seen on ``UNIFORM_VERDICTS`` verdicts.
    """
    kappas = np.maximum(judge_agreements(problem, outcomes), 0.0)
    if not kappas.sum() > 0:
        return np.ones(len(kappas))
    n_told = int(np.count_nonzero((outcomes != MISSING) & problem.is_askable))
    trust = n_told / (n_told + UNIFORM_VERDICTS)
    weights: NDArray[np.float64] = trust * kappas / kappas.mean() + (1.0 - trust)
    return weights
