"""Candidates more alike than ability and ease explain: verdicts on near copies must not count twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.ordered_logit import OrderedLogit

SHARES = np.array([0.3, 0.6, 0.9])
"""Shares of common outcomes that two near copies may have, equally likely beforehand."""

CHANCE = 0.02
"""Prior probability that two candidates are near copies: about one such pair among ten candidates."""

MOSTLY = 0.5
"""Share of outcomes in common from which two candidates are called near copies."""

ENOUGH_JOINT = 10
"""Queries on which both were judged, below which nobody is called a near copy: fewer agree by chance."""

LEAST_P = 1e-6
"""Least predicted probability of an outcome; what is rarer says no more."""


def predict_left_out(
    told: NDArray[np.bool_],
    counts: NDArray[np.float64],
    posterior: NDArray[np.float64],
    law: OrderedLogit,
) -> NDArray[np.float64]:
    """Return the probability of each told outcome given the query's other verdicts, 1 where none is told.

    The other verdicts count as they do in the posterior.

    Parameters
    ----------
    told
        Whether an outcome was told, shape (n_queries, 3, n_candidates).
    counts
        How much each verdict counts in the posterior, shape (n_queries, n_candidates).
    posterior
        Of the nodes, all verdicts of the query taken in, shape (n_queries, n_nodes).
    law
        At each candidate and node, shape (n_candidates, n_nodes).

    Returns
    -------
    ndarray
        Shape (n_queries, n_candidates).
    """
    predicted = np.ones(counts.shape)
    query, outcome, candidate = np.nonzero(told)
    log_p = law.log_p[outcome, candidate]
    others = posterior[query] * np.exp(-counts[query, candidate, None] * log_p)
    predicted[query, candidate] = (others * np.exp(log_p)).sum(axis=1) / others.sum(axis=1)
    return np.clip(predicted, LEAST_P, 1.0)


def shared_outcomes(told: NDArray[np.bool_], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected share of queries on which two candidates' outcomes are one and the same draw.

    Parameters
    ----------
    told
        As in :func:`predict_left_out`.
    predicted
        From :func:`predict_left_out`.

    Returns
    -------
    ndarray
        Symmetric, zeros on the diagonal, between 0 and 1, shape (n_candidates, n_candidates).

    Notes
    -----
    Two candidates are independent given the ease (share 0), or in a share c of the queries one's outcome is
    the other's. Where both were judged, equal outcomes are then 1 - c + c / p times as likely as under
    independence, p being the predicted probability of the one given all others (its near copy among them,
    which makes agreement a little less telling than it is), and unequal ones 1 - c times. Each of the two is
    predicted in turn and the logarithms are averaged: a heuristic that treats both alike.

    References
    ----------
    Yen, "Effects of local item dependence on the fit and equating performance of the three-parameter
    logistic model", Applied Psychological Measurement 1984; the mixture is ours.
    """
    is_told = np.asarray(told.any(axis=1))
    rows = is_told.sum(axis=1) > 1
    # One row per query and outcome: a product of two columns counts the queries on which they are equal.
    outcomes = told[rows].reshape(-1, told.shape[2]).astype(np.float64)
    surprise = np.repeat(1.0 / predicted[rows], 3, axis=0)
    judged = is_told[rows].astype(np.float64)
    unequal = judged.T @ judged - outcomes.T @ outcomes
    log_ratio = [np.zeros_like(unequal)]
    for share in SHARES:
        equal = outcomes.T @ (outcomes * np.log1p(share * (surprise - 1.0)))
        log_ratio.append(0.5 * (equal + equal.T) + unequal * np.log1p(-share))
    prior = np.array([1.0 - CHANCE, *np.full(len(SHARES), CHANCE / len(SHARES))])
    chance = prior[:, None, None] * np.exp(log_ratio - np.max(log_ratio, axis=0))
    shares = np.einsum("c,cjl->jl", SHARES, chance[1:]) / chance.sum(axis=0)
    np.fill_diagonal(shares, 0.0)
    return np.asarray(shares)


def count_verdicts(is_told: NDArray[np.bool_], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each verdict counts: 1 / (1 + shares in common with others judged on the query).

    Shape (n_queries, n_candidates), 0 where nothing is told.

    Parameters
    ----------
    is_told
        Shape (n_queries, n_candidates).
    shares
        From :func:`shared_outcomes`.

    Notes
    -----
    Weights of a composite likelihood: of k copies that share every outcome, each judged on a query counts
    1 / k, together one. That is right for what they tell of the query; what each tells of its own ability is
    discounted with it, so the intervals of near copies are rather too wide. Pairs of which little is known
    have a small share each (0.012 beforehand), which with fifty candidates judged on one query discounts each
    verdict by more than a third until the verdicts tell them apart.

    References
    ----------
    Varin, Reid and Firth, "An overview of composite likelihood methods", Statistica Sinica 2011.
    """
    return is_told / (1.0 + is_told @ shares)


def near_copy_pairs(
    shares: NDArray[np.float64], is_judged: NDArray[np.bool_]
) -> list[tuple[int, int, float]]:
    """Return (first, second, share of outcomes in common) of each two near copies, the closest first.

    Parameters
    ----------
    shares
        From :func:`shared_outcomes`.
    is_judged
        Comparisons with a verdict, shape (n_queries, n_candidates); who was hardly judged together is left
        out.
    """
    n_joint = is_judged.T.astype(np.int64) @ is_judged
    found = np.argwhere(np.triu((shares > MOSTLY) & (n_joint >= ENOUGH_JOINT), 1))
    return sorted(((int(i), int(j), float(shares[i, j])) for i, j in found), key=lambda pair: -pair[2])
