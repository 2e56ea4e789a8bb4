"""What a strategy is given, what it suggests and what it concludes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection.outcomes import MISSING, NoiseModel, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SelectionProblem:
    """One selection problem, without any verdict.

    Parameters
    ----------
    is_askable
        Which comparisons may be asked for, bool, shape (n_queries, n_candidates).
    weak_outcomes
        What each weak judge says, int8 with values of ``Outcome`` or ``MISSING``, shape
        (n_queries, n_candidates + 1, n_judges); the last entry is the baseline, a draw with itself.
        ``None`` when there are no weak judges.
    weak_scores
        Score of each candidate's response minus the baseline's per weak judge, in nats per token, shape
        (n_queries, n_candidates, n_judges); optional.
    log_length_ratio
        log(length of the candidate's response / length of the baseline's), shape (n_queries, n_candidates);
        optional.
    noise
        The noise model of the paper's posterior.
    predictions
        Labelled studies: code of each entry's label from 0 up, -1 where it gave none, whole numbers of shape
        (n_queries, n_candidates + 1), the baseline last; optional.

    Raises
    ------
    InvalidValueError
        When shapes, types or values do not fit; the message names them.
    """

    is_askable: NDArray[np.bool_]
    weak_outcomes: NDArray[np.int8] | None = None
    weak_scores: NDArray[np.float64] | None = None
    log_length_ratio: NDArray[np.float64] | None = None
    noise: NoiseModel = field(default_factory=NoiseModel)
    predictions: NDArray[np.integer] | None = None

    def __post_init__(self) -> None:
        askable = np.asarray(self.is_askable)
        if askable.ndim != 2 or askable.dtype != np.bool_:
            raise InvalidValueError(
                f"is_askable: {askable.dtype} of shape {askable.shape}, "
                "must be bool of shape (n_queries, n_candidates)"
            )
        if askable.shape[1] < 1:
            raise InvalidValueError("n_candidates: 0, must be at least 1 beside the baseline")
        n_queries, n_candidates = askable.shape
        self._check("weak_outcomes", self.weak_outcomes, (n_queries, n_candidates + 1, None))
        self._check("weak_scores", self.weak_scores, (n_queries, n_candidates, None))
        self._check("log_length_ratio", self.log_length_ratio, (n_queries, n_candidates))
        self._check("predictions", self.predictions, (n_queries, n_candidates + 1))
        self._check_weak_values()

    @staticmethod
    def _check(name: str, array: NDArray[np.generic] | None, expected: tuple[int | None, ...]) -> None:
        if array is None:
            return
        shape = array.shape
        fits = len(shape) == len(expected) and all(
            e in (None, s) for s, e in zip(shape, expected, strict=True)
        )
        if not fits:
            wanted = ", ".join("any" if e is None else str(e) for e in expected)
            raise InvalidValueError(f"{name}: shape {shape}, must be ({wanted})")

    def _check_weak_values(self) -> None:
        weak = self.weak_outcomes
        if weak is None:
            return
        if weak.dtype != np.int8:
            raise InvalidValueError(f"weak_outcomes: type {weak.dtype}, must be int8")
        if weak.size and (weak.min() < MISSING or weak.max() > Outcome.WIN):
            raise InvalidValueError(
                f"weak_outcomes: values from {weak.min()} to {weak.max()}, must be -1 (missing), 0, 1 or 2"
            )

    @property
    def n_queries(self) -> int:
        """Number of queries in the pool."""
        return int(self.is_askable.shape[0])

    @property
    def n_candidates(self) -> int:
        """Number of candidates, the baseline not counted."""
        return int(self.is_askable.shape[1])

    @property
    def n_entries(self) -> int:
        """Candidates and the baseline, which is the last entry."""
        return self.n_candidates + 1


@dataclass(frozen=True)
class Suggestion:
    """A comparison worth asking for.

    Attributes
    ----------
    query, candidate
        Indices of the comparison.
    score
        How much the strategy wants it; larger is better, comparable within one strategy only.
    expected_entropy
        Entropy of the posterior expected after asking, in nats; NaN when the strategy does not compute it.
    reason
        One short plain sentence for the lead.
    """

    query: int
    candidate: int
    score: float
    expected_entropy: float
    reason: str


@dataclass(frozen=True)
class Estimate:
    """What the verdicts so far say about every entry; arrays have shape (n_entries,), the baseline last.

    Attributes
    ----------
    best
        Index of the recommended entry; ``n_candidates`` means: keep the baseline.
    p_best
        Probability that an entry has the highest win rate on the whole pool; sums to 1.
    p_near_best
        Probability that an entry's win rate is within ``delta`` of the highest.
    win_rate, win_rate_low, win_rate_high
        Model-based win rate on the whole pool with its 90 % interval; 0.5 for the baseline by definition.
    raw_win_rate
        (wins + draws / 2) / verdicts; NaN where nothing was judged; 0.5 for the baseline.
    n_verdicts
        Comparisons judged per candidate; 0 for the baseline.
    log_posterior
        Log probability that each entry is the best, by the strategy's own posterior.
    entropy
        Entropy of that posterior, in nats.
    method
        Plain words: which estimate is recommended and why.
    """

    best: int
    p_best: NDArray[np.float64]
    p_near_best: NDArray[np.float64]
    win_rate: NDArray[np.float64]
    win_rate_low: NDArray[np.float64]
    win_rate_high: NDArray[np.float64]
    raw_win_rate: NDArray[np.float64]
    n_verdicts: NDArray[np.int64]
    log_posterior: NDArray[np.float64]
    entropy: float
    method: str
