"""Lengths of responses, by which people and judging models are known to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def text_lengths(texts: Sequence[Sequence[str | None]]) -> NDArray[np.float64]:
    """Return the characters of each text, same shape, NaN where it is missing.

    Parameters
    ----------
    texts
        ``texts[i][j]`` is the response of entry j to query i; None where it is missing.
    """
    return np.array([[np.nan if text is None else len(text) for text in row] for row in texts], np.float64)


def log_length_ratio(lengths: ArrayLike) -> NDArray[np.float64]:
    """Return log(length of each candidate's response / length of the baseline's).

    Parameters
    ----------
    lengths
        Characters of each response, shape (n_queries, n_entries), the baseline last; NaN where it is missing.

    Returns
    -------
    ndarray of float64, shape (n_queries, n_entries - 1)
        NaN where either response is missing.

    Raises
    ------
    InvalidValueError
        For an array of another shape.
    """
    lengths = np.asarray(lengths, dtype=np.float64)
    if lengths.ndim != 2 or lengths.shape[1] < 1:
        raise InvalidValueError(f"lengths: shape {lengths.shape}, must be (n_queries, n_entries)")
    # One character more on both sides keeps the ratio finite for empty responses.
    log_lengths = np.log1p(lengths)
    return np.asarray(log_lengths[:, :-1] - log_lengths[:, -1:])
