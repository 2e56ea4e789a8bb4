"""Entropies and mutual information of discrete variables from counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    IntArray = NDArray[np.integer]

Estimator = Literal["plug_in", "miller_madow", "dirichlet"]
ESTIMATORS: tuple[Estimator, ...] = ("plug_in", "miller_madow", "dirichlet")
ALPHA = 0.5
"""Pseudo-count per cell of the Dirichlet estimator (Jeffreys)."""

UNITS = {"nats": 1.0, "bits": 1.0 / np.log(2.0)}


@dataclass(frozen=True)
class Information:
    """An information with its bootstrap interval.

    Attributes
    ----------
    value, low, high
        The estimate and its interval.
    unit
        "nats" or "bits".
    n_queries
        Rows it rests on.
    """

    value: float
    low: float
    high: float
    unit: str
    n_queries: int


def entropy(
    counts: NDArray[np.number], estimator: Estimator = "miller_madow", *, unit: str = "nats"
) -> float:
    """Return the entropy of the distribution behind a table of counts.

    Parameters
    ----------
    counts
        Any shape; the Dirichlet estimator takes every cell, empty ones too, as possible.
    estimator
        "plug_in": of the observed frequencies. "miller_madow": plus (occupied cells - 1) / 2 n (Miller 1955).
        "dirichlet": of the frequencies with `ALPHA` added to each cell.
    unit
        "nats" or "bits".

    Raises
    ------
    InvalidValueError
        For no counts, an unknown estimator or an unknown unit.
    """
    check_choice("estimator", estimator, ESTIMATORS)
    check_choice("unit", unit, tuple(UNITS))
    cells: NDArray[np.float64] = np.asarray(counts, dtype=np.float64).ravel()
    n = cells.sum()
    if n <= 0:
        raise InvalidValueError("0 counts: an entropy needs at least one")
    if estimator == "dirichlet":
        cells = cells + ALPHA
    p = cells[cells > 0] / cells.sum()
    value = -float((p * np.log(p)).sum())
    if estimator == "miller_madow":
        value += (len(p) - 1) / (2.0 * n)
    return float(value * UNITS[unit])


def mutual_information(
    x: IntArray,
    y: IntArray,
    estimator: Estimator = "miller_madow",
    *,
    missing: str = "class",
    unit: str = "nats",
) -> float:
    """Return I(X; Y) = H(X) + H(Y) - H(X, Y), at least 0.

    Parameters
    ----------
    x
        Codes, shape (n,) or (n, k) for k variables taken jointly; -1 is missing.
    y
        Codes, shape (n,) or (n, k).
    estimator
        See `entropy`; "dirichlet" smooths the joint table and takes the margins from it.
    missing
        "class": a missing value is a class of its own. "pairwise": rows with one are left out.
    unit
        "nats" or "bits".

    Raises
    ------
    InvalidValueError
        For an unknown option, unequal lengths, or no row left.
    """
    first, second = _pack_rows((x, y), missing)
    table = _table(first, second)
    return max(_table_information(table, estimator), 0.0) * _unit(unit)


def conditional_mutual_information(
    x: IntArray,
    y: IntArray,
    given: IntArray,
    estimator: Estimator = "miller_madow",
    *,
    missing: str = "class",
    unit: str = "nats",
) -> float:
    """Return I(X; Y | Z) = sum over z of P(z) I(X; Y | Z = z), at least 0.

    Parameters are those of `mutual_information`, with ``given`` as Z. The Dirichlet estimator smooths the
    cells of the values of X and Y that occur at all, within each z.
    """
    first, second, third = _pack_rows((x, y, given), missing)
    shape = (int(first.max()) + 1, int(second.max()) + 1)
    total = 0.0
    for value in range(int(third.max()) + 1):
        rows = third == value
        total += rows.mean() * _table_information(_table(first[rows], second[rows], shape), estimator)
    return max(total, 0.0) * _unit(unit)


def bootstrap_information(
    measure: Callable[..., float],
    *variables: IntArray,
    rng: np.random.Generator,
    n_draws: int = 200,
    level: float = 0.95,
    unit: str = "nats",
    **options: str,
) -> Information:
    """Return a measure of this module with a bootstrap interval over rows.

    Parameters
    ----------
    measure
        `mutual_information` or `conditional_mutual_information`.
    variables
        Its arrays.
    rng
        Draws the rows.
    n_draws, level
        Number of draws, and coverage of the interval.
    unit, options
        Passed on.

    Notes
    -----
    The basic interval (2 estimate - quantiles), which undoes the upward bias that resampling adds to an
    information; cut at 0, and made to hold the estimate.
    """
    n = len(variables[0])
    value = measure(*variables, unit=unit, **options)
    draws = []
    for _ in range(n_draws):
        rows = rng.integers(n, size=n)
        draws.append(measure(*(v[rows] for v in variables), unit=unit, **options))
    low, high = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    ends = max(2 * value - float(high), 0.0), max(2 * value - float(low), 0.0)
    return Information(value, min(ends[0], value), max(ends[1], value), unit, n)


def joint_codes(columns: IntArray) -> NDArray[np.int64]:
    """Number the distinct rows of an (n, k) array from 0, shape (n,)."""
    table = np.atleast_2d(np.asarray(columns).T).T
    if not table.shape[1]:
        return np.zeros(len(table), dtype=np.int64)
    if table.shape[1] == 1:
        return _single_codes(table[:, 0])
    _, codes = np.unique(table, axis=0, return_inverse=True)
    return np.asarray(codes.ravel(), dtype=np.int64)


def _single_codes(column: IntArray) -> NDArray[np.int64]:
    """Number the distinct values of a column from 0 in their order; counting where they are small."""
    low, high = int(column.min(initial=0)), int(column.max(initial=0))
    if high - low > 4 * len(column):
        return np.asarray(np.unique(column, return_inverse=True)[1], dtype=np.int64)
    shifted = np.asarray(column, dtype=np.int64) - low
    place = np.cumsum(np.bincount(shifted, minlength=high - low + 1) > 0) - 1
    return np.asarray(place[shifted], dtype=np.int64)


def check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise InvalidValueError unless ``value`` is one of the allowed words."""
    if value not in allowed:
        raise InvalidValueError(f"{name}: {value!r}, must be one of {', '.join(allowed)}")


def _unit(unit: str) -> float:
    check_choice("unit", unit, tuple(UNITS))
    return float(UNITS[unit])


def _pack_rows(variables: tuple[IntArray, ...], missing: str) -> list[NDArray[np.int64]]:
    check_choice("missing", missing, ("class", "pairwise"))
    tables = [np.atleast_2d(np.asarray(v).T).T for v in variables]
    if len({len(t) for t in tables}) > 1:
        raise InvalidValueError(f"{[len(t) for t in tables]} rows: variables must have equally many")
    if missing == "pairwise":
        rows = np.all([(t >= 0).all(axis=1) for t in tables], axis=0)
        tables = [t[rows] for t in tables]
    if not len(tables[0]):
        raise InvalidValueError("0 rows: an information needs at least one")
    return [joint_codes(t) for t in tables]


def _table(
    first: NDArray[np.int64], second: NDArray[np.int64], shape: tuple[int, int] | None = None
) -> NDArray[np.float64]:
    rows, columns = shape or (int(first.max()) + 1, int(second.max()) + 1)
    flat = np.bincount(first * columns + second, minlength=rows * columns)
    return flat.reshape(rows, columns).astype(np.float64)


def _table_information(table: NDArray[np.float64], estimator: Estimator) -> float:
    if estimator == "dirichlet":
        table, estimator = table + ALPHA, "plug_in"
    margins = entropy(table.sum(axis=1), estimator) + entropy(table.sum(axis=0), estimator)
    return margins - entropy(table, estimator)
