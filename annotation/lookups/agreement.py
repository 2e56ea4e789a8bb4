"""How far annotators agree: Krippendorff's alpha with an interval, and pairs of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Level = Literal["nominal", "interval"]
N_RESAMPLES = 1000
COVERAGE = 0.9


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha; ``value`` is ``None`` where nothing can be compared or nothing varies.

    ``low`` and ``high`` are a 90 % bootstrap interval over units; ``n_units`` counts the units with two
    values or more.
    """

    value: float | None
    low: float | None
    high: float | None
    n_units: int


@dataclass(frozen=True)
class PairAgreement:
    """Two people on the comparisons that both judged."""

    first: str
    second: str
    n_shared: int
    n_same: int

    @property
    def share(self) -> float:
        """Share of the shared comparisons on which both gave the same outcome."""
        return self.n_same / self.n_shared


def krippendorff_alpha(values: ArrayLike, level: Level = "interval", *, seed: int = 0) -> Alpha:
    """Return Krippendorff's alpha of a table of values.

    Parameters
    ----------
    values
        Shape (n_units, n_annotators); NaN where an annotator gave no value.
    level
        ``nominal`` counts every difference alike, ``interval`` squares it: a win against a loss weighs four
        times a win against a draw.
    seed
        Of the bootstrap.

    Raises
    ------
    InvalidValueError
        When ``values`` is not a table, or for an unknown level.

    Notes
    -----
    Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): alpha = 1 - D_o / D_e from the
    coincidence matrix, units with one value left out. Units are resampled with replacement for the interval.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise InvalidValueError(f"values: shape {table.shape}, must be (n_units, n_annotators)")
    if level not in ("nominal", "interval"):
        raise InvalidValueError(f"level: {level!r}, must be nominal or interval")
    table = table[(~np.isnan(table)).sum(axis=1) >= 2]
    grades = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == grades).sum(axis=1).astype(np.float64)
    apart = grades[:, None] - grades[None, :]
    distance = (apart != 0).astype(np.float64) if level == "nominal" else apart**2
    value = float(_alphas(counts, np.ones((1, len(counts))), distance)[0])
    if not np.isfinite(value):
        return Alpha(None, None, None, len(counts))
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=N_RESAMPLES)
    resampled = _alphas(counts, weights.astype(np.float64), distance)
    # A resample without any variation is one in which everybody agreed.
    resampled = np.where(np.isfinite(resampled), resampled, 1.0)
    low, high = np.quantile(resampled, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Alpha(value, float(low), float(high), len(counts))


def _alphas(
    counts: NDArray[np.float64], weights: NDArray[np.float64], distance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return one alpha per row of ``weights``, shape (n_resamples, n_units); NaN where nothing varies.

    ``counts`` has shape (n_units, n_grades): how many annotators gave the unit that grade.
    """
    n_values = counts.sum(axis=1)
    within = np.einsum("ug,gh,uh->u", counts, distance, counts) / np.maximum(n_values - 1, 1)
    total = weights @ counts
    n = total.sum(axis=1)
    across = np.einsum("rg,gh,rh->r", total, distance, total)
    with np.errstate(invalid="ignore", divide="ignore"):
        alphas: NDArray[np.float64] = 1.0 - (n - 1) * (weights @ within) / across
    return np.where(across > 0, alphas, np.nan)


def verdict_alpha(
    verdicts: Iterable[tuple[Hashable, Hashable, int]], level: Level = "interval", *, seed: int = 0
) -> Alpha:
    """Return alpha of (comparison, annotator, outcome) triples."""
    rows = list(verdicts)
    units = {key: i for i, key in enumerate(dict.fromkeys(unit for unit, _, _ in rows))}
    people = {key: j for j, key in enumerate(dict.fromkeys(person for _, person, _ in rows))}
    table = np.full((len(units), len(people)), np.nan)
    for unit, person, outcome in rows:
        table[units[unit], people[person]] = outcome
    return krippendorff_alpha(table, level, seed=seed)


def pair_agreements(verdicts: Sequence[tuple[Hashable, str, int]]) -> list[PairAgreement]:
    """Return every pair of people who judged a comparison in common, by name, from triples as above."""
    by_unit: dict[Hashable, dict[str, int]] = defaultdict(dict)
    for unit, person, outcome in verdicts:
        by_unit[unit][person] = outcome
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for given in by_unit.values():
        for first, second in combinations(sorted(given), 2):
            found[first, second].append(given[first] == given[second])
    return [PairAgreement(*pair, len(same), sum(same)) for pair, same in sorted(found.items())]
