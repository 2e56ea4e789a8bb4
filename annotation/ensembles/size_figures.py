"""What an ensemble of every size reaches under the law of errors, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import ErrorLaw, extend_patterns, set_error
from annotation.ensembles.floors import Floor, law_floor
from annotation.ensembles.validation import Estimate
from annotation.ensembles.verdict_law import law_of_verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

N_DRAWS = 200
N_POINTS = 1024


@dataclass(frozen=True)
class SizeFigures:
    """An ensemble of one size under the law of errors; bootstrap intervals over queries, members fixed.

    Attributes
    ----------
    accuracy, top_k
        One minus the error of the best rule on the first steps, and on as many of the best candidates.
    gain, gain_over_top_k
        Paired differences of the accuracy to the best single candidate's and to ``top_k``.
    """

    accuracy: Estimate
    top_k: Estimate
    gain: Estimate
    gain_over_top_k: Estimate


@dataclass(frozen=True)
class Chains:
    """Whom to measure.

    Attributes
    ----------
    steps
        Candidates in the order of joining.
    top
        The best affordable candidates, best first.
    size
        How many of the steps are members.
    """

    steps: list[int]
    top: list[int]
    size: int


def bootstrap_figures(
    outcomes: NDArray[np.int8],
    predicted: FloatArray,
    chains: Chains,
    rng: np.random.Generator,
    tell: Callable[[float], None],
) -> tuple[Floor, Estimate, tuple[SizeFigures, ...]]:
    """Redo the law and all that follows from it, members fixed, on resampled queries.

    Parameters
    ----------
    outcomes, predicted
        See `law_of_verdicts`.
    chains
        Whom to measure.
    rng
        Draws the queries.
    tell
        Called with the fraction done.

    Returns
    -------
    The floor of the members, the accuracy of the best candidate, and the figures of every size.
    """
    names = list(dict.fromkeys([*chains.steps, *chains.top]))
    cells = predicted[..., names]
    known = outcomes[:, names]
    n, k = len(outcomes), len(chains.steps)
    value, error, correlation = _measure(known, cells, names, chains)
    draws = np.empty((N_DRAWS, len(value)))
    for i in range(N_DRAWS):
        rows = rng.integers(n, size=n)
        draws[i] = _measure(known[rows], cells[..., rows, :], names, chains)[0]
        tell((i + 1) / N_DRAWS)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    found = [
        Estimate(float(v), float(min(a, v)), float(max(b, v)))
        for v, a, b in zip(value, low, high, strict=True)
    ]
    floor = Floor(found[0].value, found[0].low, found[0].high, error, correlation)
    parts = [found[2 + j * k : 2 + (j + 1) * k] for j in range(4)]
    return floor, found[1], tuple(SizeFigures(*figures) for figures in zip(*parts, strict=True))


def _measure(
    outcomes: NDArray[np.int8], predicted: FloatArray, names: list[int], chains: Chains
) -> tuple[FloatArray, float, float]:
    """Return floor, single accuracy and the figures of every size in turn; error and correlation apart."""
    law = law_of_verdicts(outcomes, predicted)
    places = {name: place for place, name in enumerate(names)}
    steps = [places[name] for name in chains.steps]
    top = [places[name] for name in chains.top]
    floor, error, correlation = law_floor(law.pick(steps[: chains.size]))
    mine = _accuracies(law, steps)
    best = _accuracies(law, top)
    single = best[0]
    best = np.append(best, np.repeat(best[-1], max(len(mine) - len(best), 0)))[: len(mine)]
    return np.concatenate([[floor, single], mine, best, mine - single, mine - best]), error, correlation


def _accuracies(law: ErrorLaw, chain: list[int]) -> FloatArray:
    """Return one minus the error of the best rule on each beginning of a chain, shape (len(chain),)."""
    errors = law.pick(chain).conditional_errors(N_POINTS)
    weights = np.ones((len(errors), 1))
    found = []
    for column in errors.T:
        weights = extend_patterns(weights, column)
        found.append(1.0 - set_error(weights.mean(axis=0)))
    # A quadrature is not needed for one alone, and its error must not show as a gain over itself.
    found[0] = 1.0 - float(law.error[chain[0]])
    return np.array(found)
