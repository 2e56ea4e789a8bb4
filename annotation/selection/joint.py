"""Verdicts that serve an ensemble: strong candidates judged on the same queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_STRONG = 6
"""Candidates taken for likely members: about twice as many as small ensembles have."""


def strongest(win_rate: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the candidates of the highest expected win rates, shape (n_strong,).

    Parameters
    ----------
    win_rate
        Of the candidates, shape (n_candidates,).
    """
    return np.argsort(-win_rate, kind="stable")[:N_STRONG]


def complete_query(
    is_free: NDArray[np.bool_],
    is_asked: NDArray[np.bool_],
    strong: NDArray[np.int64],
    order: NDArray[np.int64],
) -> tuple[int, int] | None:
    """Return the comparison that brings one query nearest to all strong candidates being judged on it.

    Parameters
    ----------
    is_free
        Comparisons that may be asked for, shape (n_queries, n_candidates).
    is_asked
        Comparisons told or pending, of the same shape.
    strong
        Candidates, the strongest first.
    order
        Permutation of the queries that decides ties.

    Returns
    -------
    tuple or None
        Query and candidate; None when nothing is free.

    Notes
    -----
    The law of joint errors is estimated from queries on which several members were judged, so finishing
    queries that are begun is worth more than beginning new ones.
    """
    free = is_free[:, strong]
    progress = np.where(free.any(axis=1), is_asked[:, strong].sum(axis=1), -1)
    query = int(order[np.argmax(progress[order])])
    if progress[query] < 0:
        return None
    return query, int(strong[np.argmax(free[query])])
