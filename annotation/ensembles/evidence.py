"""Everything that is computed once from one set of labels."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import ErrorLaw, fit_error_law
from annotation.ensembles.information import mutual_information
from annotation.ensembles.pooling import (
    N_FOLDS,
    STRENGTHS,
    Features,
    Likelihoods,
    cross_features,
    fit_likelihoods,
    fit_weights,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable

    FloatArray = NDArray[np.float64]

N_REFERENCE = 5
"""Most accurate candidates on which the smoothing of the likelihoods is judged."""


class Evidence:
    """Labels with the quantities that every objective and rule shares.

    Parameters
    ----------
    table
        Labels and answers.
    seed
        Draws the folds of the cross-fitted features.
    """

    def __init__(self, table: AnswerTable, seed: int = 0) -> None:
        self.table = table
        self.seed = seed
        rng = np.random.default_rng([seed, 17])
        self.fold = rng.permutation(table.n_queries) % N_FOLDS
        self._features: dict[float, Features] = {}
        self._likelihoods: dict[float, Likelihoods] = {}

    @cached_property
    def accuracy(self) -> FloatArray:
        """Share of right answers, shape (n_candidates,)."""
        return self.table.accuracy

    @cached_property
    def by_accuracy(self) -> list[int]:
        """Candidates from the most accurate down, ties by position."""
        return [int(j) for j in np.argsort(-self.accuracy, kind="stable")]

    @cached_property
    def relevance(self) -> FloatArray:
        """I(Y; X_j) of every candidate in nats (Miller-Madow), shape (n_candidates,)."""
        table = self.table
        return np.array([mutual_information(x, table.labels) for x in table.answers.T])

    @cached_property
    def law(self) -> ErrorLaw:
        """The Gaussian copula of all candidates' errors."""
        return fit_error_law((~self.table.is_right).astype(np.float64))

    def features(self, strength: float) -> Features:
        """Cross-fitted features at one smoothing."""
        if strength not in self._features:
            self._features[strength] = cross_features(self.table, strength, self.fold)
        return self._features[strength]

    def likelihoods(self, strength: float) -> Likelihoods:
        """Likelihoods from all labels at one smoothing."""
        if strength not in self._likelihoods:
            self._likelihoods[strength] = fit_likelihoods(self.table, strength)
        return self._likelihoods[strength]

    @cached_property
    def best_strength(self) -> float:
        """The smoothing whose features predict the labels best from the most accurate candidates."""
        reference = self.by_accuracy[:N_REFERENCE]

        def loss(strength: float) -> float:
            design = self.features(strength).design(reference)
            return float(fit_weights(design, self.table.labels, 3.0)[1].mean())

        return min(STRENGTHS, key=loss)
