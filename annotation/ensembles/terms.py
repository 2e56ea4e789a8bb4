"""Each member's gain split by the chain rule, and where to stop adding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import ErrorLaw, extend_patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.gains import GainEstimator
    from annotation.ensembles.greedy import Criteria

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One member and what it brings, all in nats.

    Attributes
    ----------
    candidate
        Index of the member.
    relevance
        I(Y; X_j).
    redundancy
        I(X_j; X_S): what the members before it say already.
    complementarity
        I(X_j; X_S | Y): what makes it useful beside them.
    gain
        I(Y; X_j | X_S) = relevance - redundancy + complementarity.
    noise
        Standard error of the gain.
    information
        I(Y; X_S) with this member.
    """

    candidate: int
    relevance: float
    redundancy: float
    complementarity: float
    gain: float
    noise: float
    information: float

    @property
    def is_above_noise(self) -> bool:
        """Whether the gain exceeds one standard error of itself."""
        return self.gain > self.noise


def explain_steps(
    members: Sequence[int], estimator: GainEstimator, criteria: Criteria, law: ErrorLaw
) -> tuple[Step, ...]:
    """Split the gain of every member in turn.

    Parameters
    ----------
    members
        In the order of joining.
    estimator, criteria
        Give gain and relevance.
    law
        Of all candidates' errors: gives complementarity as I(E_j; E_S), which is exact for a symmetric
        binary truth and an approximation otherwise.

    Notes
    -----
    Redundancy is what the chain rule leaves, so the three terms always add up to the gain; where gain and law
    disagree so far that it would be negative, complementarity is raised instead.
    """
    steps: list[Step] = []
    shared = shared_error_information(members, law)
    total = 0.0
    for place, candidate in enumerate(members):
        gain, noise = _gain_of(candidate, members[:place], estimator)
        relevance = gain if place == 0 else float(criteria.relevance[candidate])
        complementarity = max(shared[place], gain - relevance, 0.0)
        redundancy = relevance + complementarity - gain
        total += gain
        steps.append(Step(candidate, relevance, redundancy, complementarity, gain, noise, total))
    return tuple(steps)


def _gain_of(candidate: int, before: Sequence[int], estimator: GainEstimator) -> tuple[float, float]:
    step = estimator.step(before, np.ones(estimator.n_candidates), only=candidate)
    return float(step.gain[0]), float(step.noise[0])


def shared_error_information(members: Sequence[int], law: ErrorLaw) -> list[float]:
    """Return I(E_j; E_S) in nats of every member with those before it."""
    errors = law.pick(members).conditional_errors()
    weights = np.ones((len(errors), 1))
    found = []
    for place in range(len(members)):
        alone, rate = weights.mean(axis=0), float(errors[:, place].mean())
        weights = extend_patterns(weights, errors[:, place])
        joint = weights.mean(axis=0)
        separate = np.concatenate([alone * (1 - rate), alone * rate])
        found.append(
            max(float((joint * np.log(np.maximum(joint, 1e-300) / np.maximum(separate, 1e-300))).sum()), 0.0)
        )
    return found


def recommended_size(steps: Sequence[Step]) -> int:
    """Return how many members join before the first whose gain is not above its noise, at least 1."""
    for place, step in enumerate(steps):
        if not step.is_above_noise:
            return max(place, 1)
    return len(steps)
