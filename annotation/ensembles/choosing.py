"""Which rule the labels speak for, from cross-validated results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.aggregation import Variant

    FloatArray = NDArray[np.float64]
    Tried = list[tuple[FloatArray, FloatArray]]

CAUTION = 1.0
"""Standard errors by which a rule must beat a simpler one: the one-standard-error rule."""


@dataclass
class Trial:
    """Cross-validated results of every variant for one objective and size.

    Attributes
    ----------
    right
        Whether each query was answered rightly, by place in ``variants``, each shape (n_queries,).
    loss
        Log losses, of "pooled" variants only.
    variants
        The variants tried.
    """

    variants: list[Variant]
    right: list[FloatArray]
    loss: list[FloatArray]

    def record(self, found: Tried, rows: NDArray[np.int64]) -> None:
        """Enter what every variant did on the rows of a fold."""
        for place, (right, loss) in enumerate(found):
            self.right[place][rows], self.loss[place][rows] = right, loss

    def best_loss(self) -> float:
        """Return the smallest mean log loss of a "pooled" variant, or the smallest error rate without one."""
        losses = [
            float(loss.mean())
            for (name, _), loss in zip(self.variants, self.loss, strict=True)
            if name == "pooled"
        ]
        return min(losses) if losses else min(1.0 - float(right.mean()) for right in self.right)


def choose_aggregation(trial: Trial) -> tuple[dict[str, Variant], str, dict[str, float]]:
    """Choose a rule from cross-validated results.

    Returns
    -------
    The best variant of every rule, the name of the rule to use, and every rule's accuracy.

    Notes
    -----
    "pooled" settings are chosen by log loss. Among the rules for sets, "pooled" stands unless another beats
    it by `CAUTION` standard errors of their difference; the winner must in turn beat the best single
    candidate by as much, else that candidate stands alone. So an ensemble is used
    only where the labels speak for it.
    """
    place: dict[str, int] = {}
    for i, (name, _) in enumerate(trial.variants):
        if name not in place or trial.loss[i].mean() < trial.loss[place[name]].mean():
            place[name] = i
    right = {name: trial.right[i] for name, i in place.items()}
    expected = {name: float(hits.mean()) for name, hits in right.items()}
    current = next(iter(right))
    if "single" in right:
        challengers = [name for name in right if name not in ("single", "pooled")]
        current = "pooled" if "pooled" in right else current
        for name in sorted(challengers, key=lambda name: expected[name]):
            if beats(right[name], right[current]):
                current = name
        if not beats(right[current], right["single"]):
            current = "single"
    return {name: trial.variants[i] for name, i in place.items()}, current, expected


def beats(first: FloatArray, second: FloatArray) -> bool:
    """Return whether the first of two paired results is better by `CAUTION` standard errors."""
    difference = first - second
    return bool(difference.mean() > CAUTION * difference.std() / np.sqrt(len(difference)))
