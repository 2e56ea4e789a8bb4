"""The prior of abilities, whose spread and whose dependence on covariates are learnt from the verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABILITY_SCALE, ABILITY_SCALE_LOG_SD = 2.0, 0.25
"""Prior median of the sd of abilities around their mean in logits, and the sd of its logarithm. Real tables
lie between 0.7 and 2.0; the guess is at the wide end since too narrow a scale gives candidates up after one
loss."""

SCALES = ABILITY_SCALE * np.exp(ABILITY_SCALE_LOG_SD * np.arange(-4.0, 3.0))
"""Scales that are averaged over, from 0.7 to 3.3."""

SHARES = np.array([0.0, 0.25, 0.5, 0.75, 0.9])
"""Shares of the variance that the covariates may explain, equally likely beforehand. Some is always left."""

MEAN_SHARE = 1.0
"""Prior variance of the mean ability over that of abilities around it: with both at 2.0 all mean win rates
from 0.02 to 0.98 are ordinary."""

LEAST_PRECISION = 1e-9
"""Directions of which the verdicts know less than this tell nothing of the spread."""


class AbilityPrior:
    """Gaussian with covariance s^2 ((1 - h) I + h R + 11'): R relates candidates with like covariates.

    Parameters
    ----------
    n_candidates
        Number of abilities.
    relation
        R, positive semidefinite with mean diagonal 1, shape (n_candidates, n_candidates); ``None`` when
        there are no covariates (h = 0).

    Attributes
    ----------
    scale
        Root of the expected s^2, in logits.
    explained
        Expected share h of the variance that covariates explain.
    precision
        Inverse of the expected covariance, shape (n_candidates, n_candidates).

    Notes
    -----
    The covariance is averaged over a grid of (s, h), each weighted by prior times evidence: the marginal
    likelihood of the verdicts, whose likelihood in the abilities is taken for the Gaussian that the present
    posterior implies. An average cannot run off as a single best pair can while candidates have a handful of
    verdicts each, and it hardly depends on the order in which the verdicts came.

    References
    ----------
    Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, sections 2.7 and 3.4.
    """

    def __init__(self, n_candidates: int, relation: NDArray[np.float64] | None = None) -> None:
        self._relation = np.eye(n_candidates) if relation is None else relation
        self._shares = np.zeros(1) if relation is None else SHARES
        roots = (np.linalg.cholesky(self._covariance(1.0, share)) for share in self._shares)
        self._roots = [np.asarray(root, dtype=np.float64) for root in roots]
        self._set(ABILITY_SCALE**2, float(self._shares.mean()))

    def learn(self, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
        """Learn spread and share anew.

        Parameters
        ----------
        mean, covariance
            Of the abilities given the verdicts under the present prior, shapes (n_candidates,) and
            (n_candidates, n_candidates).
        """
        posterior = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        data, pull = posterior - self.precision, posterior @ mean
        evidence = np.array([self._evidence(root, data, pull) for root in self._roots])
        evidence -= 0.5 * (np.log(SCALES / ABILITY_SCALE) / ABILITY_SCALE_LOG_SD) ** 2
        chance = np.exp(evidence - evidence.max())
        of_share = (chance * SCALES**2).sum(axis=1) / chance.sum()
        self._set(float(of_share.sum()), float(of_share @ self._shares / of_share.sum()))

    @staticmethod
    def _evidence(
        root: NDArray[np.float64], data: NDArray[np.float64], pull: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return log integral N(a; 0, s^2 root root') exp(pull'a - a' data a / 2) da for all scales."""
        precision, vectors = np.linalg.eigh(root.T @ data @ root)
        is_known = precision > LEAST_PRECISION
        along = (vectors.T @ (root.T @ pull))[is_known, None]
        growth = 1.0 + SCALES**2 * precision[is_known, None]
        return np.asarray(0.5 * (SCALES**2 * along**2 / growth - np.log(growth)).sum(axis=0))

    def _covariance(self, variance: float, share: float) -> NDArray[np.float64]:
        own = (1.0 - share) * np.eye(len(self._relation))
        return variance * (own + share * self._relation + MEAN_SHARE)

    def _set(self, variance: float, share: float) -> None:
        self.scale, self.explained = float(np.sqrt(variance)), share
        self.precision = np.asarray(np.linalg.inv(self._covariance(variance, share)), dtype=np.float64)
