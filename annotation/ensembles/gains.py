"""How much information about the truth a further member brings: three estimators with one interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from annotation.ensembles.error_law import ErrorLaw, extend_patterns, set_error, set_information
from annotation.ensembles.information import joint_codes
from annotation.ensembles.pooling import fit_weights, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.evidence import Evidence

    FloatArray = NDArray[np.float64]

PENALTY = 3.0
"""Ridge of the pool while members are chosen."""

SHORTLIST = 12
"""Candidates whose gain is computed exactly after the score test has ranked them all."""


@dataclass(frozen=True)
class StepGains:
    """Gains of candidates for the next place.

    Attributes
    ----------
    candidates
        Indices, shape (c,): all that could be worth it.
    gain
        I(Y; X_j | X_S) in nats, shape (c,).
    noise
        Standard error of each gain, shape (c,); 0 when the law is known.
    doubt
        Standard error of the best gain's lead over each, shape (c,).
    """

    candidates: NDArray[np.int64]
    gain: FloatArray
    noise: FloatArray
    doubt: FloatArray


class GainEstimator(Protocol):
    """Estimates gains and sets' information; nats throughout."""

    name: str
    n_candidates: int

    def step(self, members: Sequence[int], price: FloatArray, *, only: int | None = None) -> StepGains:
        """Return the gains of candidates that are no members yet; ``price`` steers the shortlist.

        With ``only``, of that candidate alone.
        """
        ...

    def information(self, members: Sequence[int]) -> float:
        """Return I(Y; X_S)."""
        ...


def _from_losses(
    candidates: NDArray[np.int64], before: FloatArray, after: FloatArray, cut: float
) -> StepGains:
    """Turn per-query log losses, shapes (n,) and (c, n), into gains; ``cut`` is what fitting flatters."""
    n = len(before)
    gain = (before - after).mean(axis=1) - cut
    noise = (before - after).std(axis=1) / np.sqrt(n)
    lead = after - after[int(np.argmax(gain))]
    return StepGains(candidates, gain, noise, lead.std(axis=1) / np.sqrt(n))


def _outside(members: Sequence[int], n_candidates: int, only: int | None) -> NDArray[np.int64]:
    if only is not None:
        return np.array([only])
    return np.array([j for j in range(n_candidates) if j not in set(members)])


class PooledGains:
    """Log-likelihood of the log-linear pool: H(Y) minus its log loss bounds I(Y; X_S) from below.

    Parameters
    ----------
    evidence
        Labels with cross-fitted features.

    Notes
    -----
    For any model q: I(Y; X) >= H(Y) + E log q(Y | X) (Barber and Agakov 2003). All candidates are ranked by
    the score test of their weight at 0 given the members; the first `SHORTLIST` are fitted.
    """

    name = "pooled"

    def __init__(self, evidence: Evidence) -> None:
        self._labels = evidence.table.labels
        self._features = evidence.features(evidence.best_strength)
        self._accurate = evidence.by_accuracy
        self.n_candidates = len(evidence.accuracy)
        self._entropy = float(self._fit([])[1].mean())
        # Lines of choice that differ in doubt alone share their first steps.
        self._steps: dict[tuple[tuple[int, ...], bytes, int | None], StepGains] = {}

    def _fit(self, members: Sequence[int], start: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        design = self._features.design(list(members))
        n_steps = 30 if start is None else 10
        return fit_weights(design, self._labels, PENALTY, start=start, n_steps=n_steps)

    def step(self, members: Sequence[int], price: FloatArray, *, only: int | None = None) -> StepGains:
        """Return the exact gains of the shortlist; asked again, those found before."""
        key = (tuple(members), price.tobytes(), only)
        if key not in self._steps:
            self._steps[key] = self._step(members, price, only)
        return self._steps[key]

    def _step(self, members: Sequence[int], price: FloatArray, only: int | None) -> StepGains:
        weights, before = self._fit(members)
        chosen = [only] if only is not None else self._shortlist(members, weights, price)
        after = np.array([self._fit([*members, j], np.append(weights, 0.2))[1] for j in chosen])
        return _from_losses(np.array(chosen), before, after, 1.0 / len(self._labels))

    def _shortlist(self, members: Sequence[int], weights: FloatArray, price: FloatArray) -> list[int]:
        score = self._score_test(list(members), weights) / np.maximum(price, 1e-12)
        score[list(members)] = -np.inf
        ranked = [int(j) for j in np.argsort(-score, kind="stable")[:SHORTLIST]]
        accurate = [j for j in self._accurate if j not in set(members)][:3]
        return [j for j in dict.fromkeys(ranked + accurate) if j not in set(members)]

    def _score_test(self, members: list[int], weights: FloatArray) -> FloatArray:
        """Return half the score statistic per query of every candidate, 0 where the slope is negative."""
        design, extra = self._features.design(members), self._features.answers
        n, k, m = extra.shape
        p = probabilities(design, weights)
        mean_extra = (p[:, None, :] @ extra)[:, 0]
        mean_design = (p[:, None, :] @ design)[:, 0]
        flat, flat_extra, flat_p = design.reshape(n * k, -1), extra.reshape(n * k, m), p.reshape(n * k, 1)
        slope = extra[np.arange(n), self._labels].sum(axis=0) - mean_extra.sum(axis=0)
        own = (flat_p.T @ flat_extra**2)[0] - (mean_extra**2).sum(axis=0)
        weighted = flat * flat_p
        hessian = flat.T @ weighted - mean_design.T @ mean_design + PENALTY * np.eye(flat.shape[1])
        cross = weighted.T @ flat_extra - mean_design.T @ mean_extra
        own -= (cross * np.linalg.solve(hessian, cross)).sum(axis=0)
        return np.asarray(np.where(slope > 0.0, slope**2, 0.0) / np.maximum(own, 1e-9) / (2.0 * n))

    def information(self, members: Sequence[int]) -> float:
        """Return the bound, at least 0."""
        loss = float(self._fit(members)[1].mean()) + len(members) / len(self._labels)
        return max(self._entropy - loss, 0.0)


class TableGains:
    """Joint tables of the truth and the members' answers, Dirichlet-smoothed, Miller-Madow corrected.

    Parameters
    ----------
    evidence
        Labels and answers.
    """

    name = "table"

    def __init__(self, evidence: Evidence) -> None:
        self._table = evidence.table
        self.n_candidates = len(evidence.accuracy)

    def _losses(self, members: Sequence[int]) -> tuple[FloatArray, float]:
        """Return -log P(y | x_S) per query from the plug-in table, and its upward bias as an information."""
        labels, k = self._table.labels, self._table.n_options
        x = joint_codes(self._table.answers[:, list(members)])
        joint = np.bincount(x * k + labels, minlength=(int(x.max()) + 1) * k).reshape(-1, k)
        losses = -np.log(joint[x, labels] / joint.sum(axis=1)[x])
        n_x, n_y = len(joint), len(np.unique(labels))
        bias = (int((joint > 0).sum()) - n_x - n_y + 1) / (2.0 * len(labels))
        return losses, bias

    def step(self, members: Sequence[int], price: FloatArray, *, only: int | None = None) -> StepGains:
        """Return the gains of all candidates; ``price`` is not needed."""
        before, bias = self._losses(members)
        candidates = _outside(members, self.n_candidates, only)
        fits = [self._losses([*members, int(j)]) for j in candidates]
        found = _from_losses(candidates, before, np.array([losses for losses, _ in fits]), 0.0)
        cut = np.array([after for _, after in fits]) - bias
        return StepGains(candidates, found.gain - cut, found.noise, found.doubt)

    def information(self, members: Sequence[int]) -> float:
        """Return the corrected information, at least 0."""
        losses, bias = self._losses(members)
        counts = np.bincount(self._table.labels)
        p = counts[counts > 0] / counts.sum()
        return max(float(-(p * np.log(p)).sum() - losses.mean() - bias), 0.0)


class CopulaGains:
    """Exact information under a Gaussian copula of errors and a symmetric binary truth.

    Parameters
    ----------
    law
        Of all candidates' errors.
    n_points
        Points of the quadrature, a power of two.
    """

    name = "copula"

    def __init__(self, law: ErrorLaw, n_points: int = 4096) -> None:
        self.law = law
        self.n_candidates = len(law.error)
        self._errors = law.conditional_errors(n_points)

    def _weights(self, members: Sequence[int]) -> FloatArray:
        weights = np.ones((len(self._errors), 1))
        for member in members:
            weights = extend_patterns(weights, self._errors[:, member])
        return weights

    def patterns(self, members: Sequence[int]) -> FloatArray:
        """Return P(error pattern) of the members, shape (2 ** n_members,)."""
        return np.asarray(self._weights(members).mean(axis=0))

    def step(self, members: Sequence[int], price: FloatArray, *, only: int | None = None) -> StepGains:
        """Return the gains of all candidates; ``price`` is not needed."""
        weights = self._weights(members)
        alone = weights.mean(axis=0)
        candidates = _outside(members, self.n_candidates, only)
        joint = weights.T @ self._errors[:, candidates] / len(weights)
        patterns = np.concatenate([alone[:, None] - joint, joint])
        gain = set_information(patterns) - set_information(alone)
        noise = self._noise(alone, patterns, gain)
        return StepGains(candidates, gain, noise, np.full(len(gain), noise[int(np.argmax(gain))]))

    def _noise(self, alone: FloatArray, patterns: FloatArray, gain: FloatArray) -> FloatArray:
        """Standard error over the law's queries: the spread of log P(y | x) under it."""
        if self.law.n_queries is None:
            return np.zeros(len(gain))
        tiny = 1e-300
        after = np.log(np.maximum(patterns, tiny) / np.maximum(patterns + patterns[::-1], tiny))
        before = np.log(np.maximum(alone, tiny) / np.maximum(alone + alone[::-1], tiny))
        change = after - np.concatenate([before, before])[:, None]
        variance = (patterns * change**2).sum(axis=0) - gain**2
        return np.asarray(np.sqrt(np.maximum(variance, 0.0) / max(self.law.n_queries, 1.0)))

    def information(self, members: Sequence[int]) -> float:
        """Return I(Y; X_S)."""
        return float(set_information(self.patterns(members)))

    def error(self, members: Sequence[int]) -> float:
        """Return the error of the best rule on the members."""
        return set_error(self.patterns(members))
