"""Complete outcome tables: what replay asks instead of people."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from annotation.exceptions import InvalidValueError

Int8Array: TypeAlias = npt.NDArray[np.int8]
IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

MISSING = -1
PER_CANDIDATE = ("outcomes", "weak_outcomes", "weak_scores", "log_length_ratio", "choices")
PER_QUERY = ("outcomes", "weak_outcomes", "weak_scores", "log_length_ratio", "labels", "choices")


@dataclasses.dataclass(frozen=True, eq=False)
class OutcomeTable:
    """Every known outcome of a study against one baseline, with what strategies may see beforehand.

    Parameters
    ----------
    name, judge
        Where the outcomes come from; ``judge`` is empty when there is only one.
    query_ids, candidates, baseline
        Names along the axes; the baseline is not among the candidates.
    outcomes
        int8, shape (n_queries, n_candidates): LOSS 0, DRAW 1, WIN 2, missing -1.
    weak_outcomes
        int8, shape (n_queries, n_candidates + 1, n_judges), the baseline as the last entry; or None.
    weak_scores
        float, shape (n_queries, n_candidates, n_judges): candidate's score minus the baseline's, in nats per
        token, NaN where missing; or None.
    log_length_ratio
        float, shape (n_queries, n_candidates): log of (candidate's length / baseline's length); or None.
    categories
        One word per query, or empty.
    labels, choices
        Labelled tables only: the right option per query, shape (n_queries,), and each entry's choice,
        shape (n_queries, n_candidates + 1), as option codes; -1 = no usable choice.

    Raises
    ------
    InvalidValueError
        When shapes disagree or an outcome is not one of -1, 0, 1, 2.
    """

    name: str
    judge: str
    query_ids: tuple[str, ...]
    candidates: tuple[str, ...]
    baseline: str
    outcomes: Int8Array
    weak_outcomes: Int8Array | None = None
    weak_scores: FloatArray | None = None
    log_length_ratio: FloatArray | None = None
    categories: tuple[str, ...] = ()
    labels: IntArray | None = None
    choices: IntArray | None = None

    def __post_init__(self) -> None:
        """Refuse shapes that disagree, and freeze the arrays."""
        shape = (len(self.query_ids), len(self.candidates))
        if self.outcomes.shape != shape:
            raise InvalidValueError(
                f"outcomes of shape {self.outcomes.shape} for {shape[0]} queries and {shape[1]} candidates; "
                f"expected {shape}"
            )
        if shape[1] == 0 or shape[0] == 0:
            raise InvalidValueError(
                f"a table of shape {shape}: expected at least one query and one candidate"
            )
        if self.outcomes.min() < MISSING or self.outcomes.max() > 2:
            raise InvalidValueError(
                f"outcomes between {self.outcomes.min()} and {self.outcomes.max()}; allowed are -1, 0, 1, 2"
            )
        if self.weak_outcomes is not None and self.weak_outcomes.shape[:2] != (shape[0], shape[1] + 1):
            raise InvalidValueError(
                f"weak outcomes of shape {self.weak_outcomes.shape}; "
                f"expected ({shape[0]}, {shape[1] + 1}, n_judges)"
            )
        for array in self._per_query():
            array.flags.writeable = False

    def _per_query(self) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
        arrays = (getattr(self, name) for name in PER_QUERY)
        return [array for array in arrays if array is not None]

    @property
    def n_queries(self) -> int:
        """Number of queries."""
        return len(self.query_ids)

    @property
    def n_candidates(self) -> int:
        """Number of candidates, the baseline not counted."""
        return len(self.candidates)

    @property
    def is_labelled(self) -> bool:
        """Whether one human action gives a query's label and so resolves every candidate."""
        return self.labels is not None

    def take(self, queries: IntArray) -> OutcomeTable:
        """Return the table of the given queries only.

        Parameters
        ----------
        queries
            Indexes, shape (n,).
        """
        rows = [int(i) for i in queries]
        return dataclasses.replace(
            self,
            query_ids=tuple(self.query_ids[i] for i in rows),
            categories=tuple(self.categories[i] for i in rows) if self.categories else (),
            **{name: getattr(self, name)[rows] for name in PER_QUERY if getattr(self, name) is not None},
        )

    def reorder(self, candidates: IntArray) -> OutcomeTable:
        """Return the table with its candidates in another order; the baseline stays last.

        Parameters
        ----------
        candidates
            A permutation of the candidates' indexes, shape (n_candidates,).
        """
        entries = np.append(candidates, self.n_candidates)
        changed = {
            name: array[:, entries if array.shape[1] > self.n_candidates else candidates]
            for name in PER_CANDIDATE
            if (array := getattr(self, name)) is not None
        }
        names = tuple(self.candidates[int(j)] for j in candidates)
        return dataclasses.replace(self, candidates=names, **changed)

    def digest(self) -> str:
        """Return a short hash of names and outcomes: the identity of the data in reports and caches."""
        names = "\n".join((self.judge, self.baseline, *self.query_ids, *self.candidates))
        digest = hashlib.sha256(names.encode())
        for array in (self.outcomes, self.labels, self.choices):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]


def pool_win_rates(outcomes: Int8Array) -> FloatArray:
    """Return the win rate of every entry over its known outcomes, the baseline's 0.5 as the last.

    Parameters
    ----------
    outcomes
        int8, shape (n_queries, n_candidates), missing = -1.

    Returns
    -------
    float, shape (n_candidates + 1,): (wins + draws / 2) / comparisons; NaN for a candidate without outcomes.
    Source: algorithms.md sections 3 and 6.
    """
    known = outcomes >= 0
    counts = known.sum(axis=0)
    points = np.where(known, outcomes, 0).sum(axis=0) / 2.0
    rates = np.full(outcomes.shape[1] + 1, np.nan)
    rates[-1] = 0.5
    np.divide(points, counts, out=rates[:-1], where=counts > 0)
    return rates


def gaps_to_best(outcomes: Int8Array) -> FloatArray:
    """Return how far each entry's pool win rate lies below the best one.

    Parameters
    ----------
    outcomes
        int8, shape (n_queries, n_candidates), missing = -1.

    Returns
    -------
    float, shape (n_candidates + 1,), in [0, 1]; ties with the best are 0, and an entry without any outcome,
    whose win rate nobody can know, gets 1.
    """
    rates = pool_win_rates(outcomes)
    return np.where(np.isnan(rates), 1.0, np.nanmax(rates) - rates)
