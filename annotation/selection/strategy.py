"""The one interface of all strategies: ask for comparisons, tell outcomes, estimate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from annotation.exceptions import ConflictError, InvalidValueError
from annotation.selection.outcomes import MISSING, Outcome
from annotation.selection.parameters import Parameter, ParameterValue, validate_against

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from annotation.selection.problem import Estimate, SelectionProblem, Suggestion

DELTA = Parameter(
    "delta",
    0.01,
    "An entry counts as near the best when its win rate is at most this much below the highest.",
    low=0.0,
    high=0.5,
)


class Strategy(ABC):
    """A rule that turns the verdicts so far into the next comparisons.

    One object serves web app, commands and simulation. It can be rebuilt from the problem, the seed,
    the parameters, the outcomes and the pending comparisons at any time.

    Parameters
    ----------
    problem
        The pool of comparisons and what is known about them beforehand.
    seed
        Seed of every random choice.
    **params
        Values for the declared ``parameters``; see ``validate_params``.

    Notes
    -----
    Subclasses implement ``_choose`` and ``_estimate``, and may keep incremental state in ``_observe``.
    """

    name: ClassVar[str]
    grain: ClassVar[Literal["query", "pair"]]
    label: ClassVar[str]
    description: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = (DELTA,)
    study_kinds: ClassVar[frozenset[str]] = frozenset({"pairwise"})
    """Kinds of study it fits: pairwise (a verdict per comparison), labelled (a label per query)."""
    uses_weak_judges: ClassVar[bool] = False
    """Whether weak outcomes change what is asked for; pages and reports say it to leads."""
    caveat: ClassVar[str] = ""
    """What leads must know before they rely on its numbers, in whole sentences; reports print it."""

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        self.problem = problem
        self.seed = int(seed)
        self.params: dict[str, ParameterValue] = validate_against(self.parameters, params, owner=self.name)
        shape = problem.is_askable.shape
        self.outcomes: NDArray[np.int8] = np.full(shape, MISSING, dtype=np.int8)
        self.is_pending: NDArray[np.bool_] = np.zeros(shape, dtype=np.bool_)
        self.n_told = 0

    @property
    def is_free(self) -> NDArray[np.bool_]:
        """Comparisons that may still be suggested, shape (n_queries, n_candidates)."""
        is_free: NDArray[np.bool_] = self.problem.is_askable & ~self.is_pending & (self.outcomes == MISSING)
        return is_free

    def ask(self, n: int = 1) -> list[Suggestion]:
        """Suggest up to ``n`` distinct comparisons, best first, and hold them as pending.

        Returns
        -------
        list of Suggestion
            Fewer than ``n`` when the pool ends; empty when nothing is free.

        Raises
        ------
        InvalidValueError
            When ``n`` is negative.
        """
        if n < 0:
            raise InvalidValueError(f"n: {n}, must be 0 or more")
        n = min(n, int(np.count_nonzero(self.is_free)))
        suggestions = self._choose(n) if n else []
        for suggestion in suggestions:
            self.is_pending[suggestion.query, suggestion.candidate] = True
        return suggestions

    def tell(self, query: int, candidate: int, outcome: int) -> None:
        """Record one outcome; see ``tell_many``."""
        self.tell_many([query], [candidate], [outcome])

    def tell_many(self, queries: ArrayLike, candidates: ArrayLike, outcomes: ArrayLike) -> None:
        """Record outcomes, asked for or not, in any order; equal ones again change nothing.

        A comparison that may not be asked for may be told all the same: a response identical to the
        baseline's is a draw that needs no verdict.

        Parameters
        ----------
        queries, candidates, outcomes
            Indices and values of ``Outcome``, each of shape (n,).

        Raises
        ------
        InvalidValueError
            For an index or outcome out of range; nothing is recorded.
        ConflictError
            When a comparison already has, or is given, two different outcomes; nothing is recorded.
        """
        rows, columns, values = (
            np.atleast_1d(np.asarray(a, dtype=np.int64)) for a in (queries, candidates, outcomes)
        )
        self._check_range("query", rows, self.problem.n_queries)
        self._check_range("candidate", columns, self.problem.n_candidates)
        self._check_range("outcome", values, len(Outcome))
        cells, first = np.unique(rows * self.problem.n_candidates + columns, return_index=True)
        merged = self.outcomes.copy() if len(rows) > 1 else self.outcomes
        known = merged[rows, columns]
        if len(cells) < len(rows):
            merged[rows, columns] = values
            known = np.where(known == MISSING, merged[rows, columns], known)
        clash = (known != MISSING) & (known != values)
        if clash.any():
            i = int(np.argmax(clash))
            raise ConflictError(
                f"comparison ({rows[i]}, {columns[i]}) already has outcome {known[i]}, was told {values[i]}"
            )
        fresh = np.sort(first[self.outcomes[rows[first], columns[first]] == MISSING])
        rows, columns, told = rows[fresh], columns[fresh], values[fresh].astype(np.int8)
        self.outcomes[rows, columns] = told
        self.is_pending[rows, columns] = False
        self.n_told += len(fresh)
        if len(fresh):
            self._observe(rows, columns, told)

    def release(self, query: int, candidate: int) -> None:
        """Give a pending comparison back to the pool; one that is not pending stays as it is.

        Raises
        ------
        InvalidValueError
            For an index out of range.
        """
        self._check_range("query", np.array([query]), self.problem.n_queries)
        self._check_range("candidate", np.array([candidate]), self.problem.n_candidates)
        self.is_pending[query, candidate] = False

    def estimate(self) -> Estimate:
        """Return what the outcomes so far say about every entry."""
        return self._estimate()

    def recommend(self) -> int:
        """Return ``estimate().best``, by a shorter way where the strategy has one."""
        return self._estimate().best

    @abstractmethod
    def _choose(self, n: int) -> list[Suggestion]:
        """Suggest ``n`` distinct free comparisons, ``1 <= n <= number of free ones``."""

    @abstractmethod
    def _estimate(self) -> Estimate: ...

    def _observe(  # noqa: B027 - most strategies keep no state of their own
        self, queries: NDArray[np.int64], candidates: NDArray[np.int64], outcomes: NDArray[np.int8]
    ) -> None:
        """Fold outcomes never told before, already in ``self.outcomes``, into the strategy's own state."""

    def _generator(self) -> np.random.Generator:
        """Return the generator of this moment: a function of the seed and of how much is told and pending."""
        return np.random.default_rng((self.seed, self.n_told, int(np.count_nonzero(self.is_pending))))

    @staticmethod
    def _check_range(name: str, values: NDArray[np.int64], end: int) -> None:
        bad = (values < 0) | (values >= end)
        if bad.any():
            raise InvalidValueError(f"{name}: {values[bad][0]}, must be from 0 to {end - 1}")
