"""Held-out accuracy with intervals that know which queries and which repeats belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float | list[float]]:
        """Return it for JSON, accuracies as fractions."""
        return {"value": self.value, "interval": [self.low, self.high]}


def clustered_mean(values: FloatArray, queries: NDArray[np.int64], repeats: NDArray[np.int64]) -> Estimate:
    """Return the mean of held-out results with a two-way clustered 95 % interval.

    Parameters
    ----------
    values
        Results, or paired differences of results, shape (n,).
    queries, repeats
        Which query and which repeat each belongs to, shape (n,).

    Notes
    -----
    Results on one query are alike in all repeats, and results of one repeat share members and rule. The
    variance adds the two clusterings and takes off what both count (Cameron, Gelbach and Miller 2011); a
    Student quantile for the smaller number of clusters. Repeats count as a clustering from 5 on: with fewer
    their spread cannot be estimated, and the interval speaks of the queries only.
    """
    from scipy.special import stdtrit

    mean = float(values.mean())
    centred, n = values - mean, len(values)
    by_query = np.bincount(queries, centred)
    n_queries = len(np.unique(queries))
    variance, degrees = float(by_query @ by_query), n_queries - 1
    n_repeats = len(np.unique(repeats))
    if n_repeats >= 5:
        by_repeat = np.bincount(repeats, centred)
        between = float(by_repeat @ by_repeat)
        # What both count; never less than the larger of the two clusterings is left.
        variance = max(variance + between - float(centred @ centred), variance, between)
        degrees = min(degrees, n_repeats - 1)
    half = float(stdtrit(max(degrees, 1), 0.975)) * float(np.sqrt(variance)) / n
    return Estimate(mean, mean - half, mean + half)


@dataclass
class HeldOut:
    """Collects results of one method query by query.

    Attributes
    ----------
    right
        Whether the answer was right, one array per repeat.
    queries
        Which query each belongs to, likewise.
    """

    right: list[FloatArray] = field(default_factory=list)
    queries: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, right: NDArray[np.bool_], queries: NDArray[np.int64]) -> None:
        """Append a repeat."""
        self.right.append(right.astype(np.float64))
        self.queries.append(queries)

    def _clusters(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        sizes = [len(rows) for rows in self.queries]
        return np.concatenate(self.queries), np.repeat(np.arange(len(sizes)), sizes)

    def accuracy(self) -> Estimate:
        """Return the mean accuracy, kept within 0 and 1."""
        found = clustered_mean(np.concatenate(self.right), *self._clusters())
        return Estimate(found.value, max(found.low, 0.0), min(found.high, 1.0))

    def gain_over(self, other: HeldOut) -> Estimate:
        """Return the mean paired difference to a method tried on the same queries and repeats."""
        difference = np.concatenate(self.right) - np.concatenate(other.right)
        return clustered_mean(difference, *self._clusters())


def points_words(gain: Estimate, *, sign: int = 1) -> str:
    """Return a difference of accuracies in points with its interval; with ``sign`` -1 as a loss."""
    ends = sorted(sign * 100 * end for end in (gain.low, gain.high))
    value, low, high = (
        f"{number:.1f}".replace("-0.0", "0.0").replace("-", "−")
        for number in (sign * 100 * gain.value, *ends)
    )
    return f"{value} points [{low}, {high}]"


def verdict_sentence(members: Sequence[str], gain: Estimate, best: str) -> str:
    """Say in one sentence whether the ensemble pays.

    Parameters
    ----------
    members
        Names of the members asked; one alone need not be the best single candidate.
    gain
        Accuracy gained over the best single candidate, as a fraction.
    best
        Its name.
    """
    if list(members) == [best]:
        return f"No ensemble beats {best} here: asking it alone is what the labels support."
    change = f"gains {points_words(gain)}" if gain.value >= 0.0 else f"loses {points_words(gain, sign=-1)}"
    alone = len(members) == 1
    if gain.low > 0.0:
        return f"{members[0] if alone else f'An ensemble of {len(members)}'} {change} over {best}."
    if gain.high <= 0.0:
        whole = f"asked alone, {members[0]}" if alone else f"the one of {len(members)}"
        return f"No ensemble beats {best} here: {whole} {change}."
    who = f"{members[0]} alone" if alone else f"an ensemble of {len(members)}"
    return f"It is not certain that {who} beats {best}: it {change}."
