"""Scores and weak outcomes of every response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotation.exceptions import InvalidValueError
from annotation.weak_judges.encoding import TokenStream, encode_texts
from annotation.weak_judges.kgrams import KGramCounter
from annotation.weak_judges.settings import KGramSettings

LOSS, DRAW, WIN, MISSING = 0, 1, 2, -1
# Share of the whole time that encoding takes, for the progress bar only.
_ENCODING_SHARE = 0.5
_N_THREADS = 2

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class WeakJudgement:
    """What the weak judges say about every response of a study.

    Attributes
    ----------
    scores
        float64 (n_queries, n_entries, n_judges): mean log-likelihood per token, in nats; NaN where the
        response is missing.
    outcomes
        int8, same shape: see `weak_outcomes`.
    n_tokens
        Tokens scored, end marks not counted.
    settings
        The settings that made them; judge l is the order ``settings.orders[l]``.
    """

    scores: NDArray[np.float64]
    outcomes: NDArray[np.int8]
    n_tokens: int
    settings: KGramSettings


def judge_responses(
    texts: Sequence[Sequence[str | None]],
    settings: KGramSettings | None = None,
    progress: Progress | None = None,
) -> WeakJudgement:
    """Score every response with one k-gram model per order, and compare each with the baseline's.

    The score of a response of L tokens is the mean of L + 1 log-probabilities: of each token and of the end
    mark, each given the k - 1 tokens before it, with k - 1 start marks before the first (order 1 has no
    context). Probabilities are counts over the corpus, c(context, token) / c(context), as of ``nltk.lm.MLE``;
    with smoothing (c(context, token) + lambda) / (c(context) + lambda V), as of ``nltk.lm.Lidstone``, where V
    counts the distinct tokens of the corpus (of the whole study when own responses are left out), the end
    mark, and one more for any unseen token. An empty response is its end mark alone.

    Source: LLM Selector (arXiv 2510.09418), weak judges.

    Parameters
    ----------
    texts
        ``texts[i][j]`` is the response of entry j to query i, the baseline last; None where it is missing.
    settings
        Orders, corpus, smoothing; the defaults of `KGramSettings` when None.
    progress
        Called with the fraction done, from 0 to 1, never falling, and words for a person.

    Returns
    -------
    WeakJudgement

    Raises
    ------
    InvalidValueError
        Rows of different length, or fewer than two entries.
    """
    settings = settings or KGramSettings()
    report = progress or _say_nothing
    n_entries = _check_table(texts)
    stream = encode_texts(texts, lambda fraction: report(_ENCODING_SHARE * fraction, "Reading the responses"))
    by_document = _document_scores(stream, settings, report)
    scores = np.full((len(texts), n_entries, len(settings.orders)), np.nan)
    scores[stream.query, stream.entry] = by_document
    outcomes = weak_outcomes(scores, _identical_to_baseline(texts), settings.tie_tolerance)
    report(1.0, "Weak judges are done")
    return WeakJudgement(scores, outcomes, len(stream.tokens) - 1 - stream.n_documents, settings)


def weak_outcomes(
    scores: ArrayLike, is_identical: ArrayLike | None = None, tie_tolerance: float = 1e-9
) -> NDArray[np.int8]:
    """Outcomes that the scores imply, from each entry's side against the last entry, the baseline.

    Parameters
    ----------
    scores
        float (n_queries, n_entries, n_judges), NaN where the response is missing.
    is_identical
        bool (n_queries, n_entries): the text equals the baseline's, which is a draw whatever the scores.
    tie_tolerance
        Scores this close are a draw.

    Returns
    -------
    ndarray of int8, same shape
        LOSS = 0, DRAW = 1, WIN = 2; missing = -1 where the entry's or the baseline's response is missing.
        The baseline's own column is DRAW everywhere.

    Raises
    ------
    InvalidValueError
        Arrays of the wrong shape, or a negative tolerance.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 3 or scores.shape[1] < 1:
        raise InvalidValueError(
            f"scores must have shape (n_queries, n_entries, n_judges), got {scores.shape}"
        )
    if not tie_tolerance >= 0:
        raise InvalidValueError(f"tie_tolerance must be at least 0, got {tie_tolerance!r}")
    lead = scores - scores[:, -1:, :]
    outcomes = np.full(scores.shape, DRAW, np.int8)
    outcomes[lead > tie_tolerance] = WIN
    outcomes[lead < -tie_tolerance] = LOSS
    if is_identical is not None:
        is_identical = np.asarray(is_identical, dtype=np.bool_)
        if is_identical.shape != scores.shape[:2]:
            raise InvalidValueError(
                f"is_identical must have shape {scores.shape[:2]}, got {is_identical.shape}"
            )
        outcomes[is_identical] = DRAW
    outcomes[np.isnan(lead)] = MISSING
    outcomes[:, -1] = DRAW
    return outcomes


def _check_table(texts: Sequence[Sequence[str | None]]) -> int:
    widths = sorted({len(row) for row in texts})
    if len(widths) > 1:
        raise InvalidValueError(f"every query needs the same number of entries, got rows of {widths}")
    if not widths or widths[0] < 2:
        raise InvalidValueError(
            f"texts needs a query and at least a candidate and the baseline, got rows of {widths}"
        )
    return widths[0]


def _document_scores(stream: TokenStream, settings: KGramSettings, report: Progress) -> NDArray[np.float64]:
    """Shape (n_documents, n_judges)."""
    highest = settings.orders[-1]

    def report_order(order: int, fraction: float) -> None:
        done = (order - 1 + fraction) / highest
        report(_ENCODING_SHARE + (1 - _ENCODING_SHARE) * done, f"Counting runs of {order} tokens")

    counter = KGramCounter(stream, settings, n_threads=_N_THREADS)
    sums = [
        total
        for order, total in enumerate(counter.sums(highest, report_order), 1)
        if order in settings.orders
    ]
    return np.stack(sums, axis=1) / stream.lengths[:, np.newaxis]


def _identical_to_baseline(texts: Sequence[Sequence[str | None]]) -> NDArray[np.bool_]:
    return np.array([[text is not None and text == row[-1] for text in row] for row in texts])


def _say_nothing(_fraction: float, _words: str) -> None:
    """Progress when nobody listens."""
