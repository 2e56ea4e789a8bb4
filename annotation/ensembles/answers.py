"""Labels and the candidates' answers as one table of option codes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.information import check_choice
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    IntArray = NDArray[np.integer]

NO_ANSWER = "-"
"""Name of the class of answers that name no option; never right."""

MISSING_POLICIES = ("no_answer", "drop")
MIN_LABELS = 20
"""Fewest labels an ensemble is built from: below, no estimate here means anything."""


@dataclass(frozen=True)
class AnswerTable:
    """What every candidate answered on labelled queries.

    Attributes
    ----------
    options
        Names of the options; code i is ``options[i]``, and ``len(options)`` codes an answer that names none.
    candidates
        Names.
    labels
        Codes of the right options, shape (n_queries,), all below ``len(options)``.
    answers
        Codes, shape (n_queries, n_candidates).
    """

    options: tuple[str, ...]
    candidates: tuple[str, ...]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]

    @property
    def n_queries(self) -> int:
        """Number of labelled queries."""
        return len(self.labels)

    @property
    def n_options(self) -> int:
        """Number of options; also the code of no answer."""
        return len(self.options)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each candidate was right, shape (n_queries, n_candidates)."""
        return np.asarray(self.answers == self.labels[:, None])

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of right answers per candidate, shape (n_candidates,)."""
        return np.asarray(self.is_right.mean(axis=0), dtype=np.float64)

    def take(self, rows: IntArray) -> AnswerTable:
        """Return the table of some queries."""
        return AnswerTable(self.options, self.candidates, self.labels[rows], self.answers[rows])

    def pick(self, columns: Sequence[int] | IntArray) -> AnswerTable:
        """Return the table of some candidates."""
        names = tuple(self.candidates[int(column)] for column in columns)
        return AnswerTable(self.options, names, self.labels, self.answers[:, np.asarray(columns, dtype=int)])

    def data_hash(self) -> str:
        """Return a short hash of options, candidates, labels and answers."""
        digest = hashlib.sha256(repr((self.options, self.candidates)).encode())
        digest.update(self.labels.astype("<i4").tobytes())
        digest.update(np.ascontiguousarray(self.answers, dtype="<i4").tobytes())
        return digest.hexdigest()[:16]


def encode_answers(
    labels: IntArray,
    predictions: IntArray,
    *,
    classes: Sequence[str],
    candidates: Sequence[str],
    no_answer: str = NO_ANSWER,
    missing: str = "no_answer",
) -> AnswerTable:
    """Bring label and prediction codes into an `AnswerTable`.

    Parameters
    ----------
    labels
        Indices into ``classes``, shape (n_queries,); -1 without a label, which leaves the query out.
    predictions
        Indices into ``classes``, shape (n_queries, n_candidates); -1 where missing.
    classes
        Names of all labels, true or predicted.
    candidates
        Names of the columns.
    no_answer
        The class that names no option: informative, but never right and never predicted.
    missing
        "no_answer": a missing prediction counts as no answer, so as wrong. "drop": queries on which any
        candidate is missing are left out.

    Raises
    ------
    InvalidValueError
        For shapes that do not fit, a label that is the class ``no_answer``, fewer than two candidates or
        options, an unknown policy, or (with "drop") no query left; the message names the emptiest candidate.
    """
    check_choice("missing", missing, MISSING_POLICIES)
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if predictions.shape != (len(labels), len(candidates)):
        raise InvalidValueError(
            f"predictions of shape {predictions.shape}, must be {(len(labels), len(candidates))}"
        )
    if len(candidates) < 2:
        raise InvalidValueError(f"{len(candidates)} candidate: an ensemble needs at least two")
    names = tuple(name for name in classes if name != no_answer)
    codes = np.array([names.index(c) if c != no_answer else len(names) for c in classes] + [len(names)])
    rows = labels >= 0
    if missing == "drop":
        rows &= _complete_rows(predictions, candidates)
    table = AnswerTable(names, tuple(candidates), codes[labels[rows]], codes[predictions[rows]])
    if (table.labels == len(names)).any():
        raise InvalidValueError(f"label {no_answer!r}: a right answer must name an option")
    if len(names) < 2:
        raise InvalidValueError(f"options {', '.join(names) or 'none'}: must be at least two different ones")
    return table


def _complete_rows(predictions: IntArray, candidates: Sequence[str]) -> NDArray[np.bool_]:
    is_missing = predictions < 0
    complete = ~is_missing.any(axis=1)
    if not complete.any():
        worst = int(is_missing.sum(axis=0).argmax())
        raise InvalidValueError(
            f"no query has an answer of every candidate; {candidates[worst]!r} lacks "
            f"{is_missing[:, worst].sum()} of {len(predictions)}: leave it out, or count missing answers "
            "as wrong (missing=no_answer)"
        )
    return np.asarray(complete)


def check_labels(table: AnswerTable) -> None:
    """Refuse labels from which nothing can be learnt.

    Raises
    ------
    InvalidValueError
        For fewer than `MIN_LABELS` labels or a single class of them.
    """
    if table.n_queries < MIN_LABELS:
        raise InvalidValueError(f"{table.n_queries} labels: an ensemble needs at least {MIN_LABELS}")
    if len(np.unique(table.labels)) < 2:
        only = table.options[int(table.labels[0])]
        raise InvalidValueError(
            f"all {table.n_queries} labels are {only!r}: an ensemble needs two classes to tell apart"
        )
