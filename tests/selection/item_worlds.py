"""Worlds that follow the item-response model, and what is drawn from a fitted one."""

import numpy as np

from annotation.selection import MISSING, SelectionProblem
from annotation.selection.item_response import LOG_WEIGHTS, NODES, fit_outcomes
from annotation.selection.ordered_logit import ordered_logit
from annotation.selection.win_rate_curve import GRID, WinRateCurve

FULL = np.ones((60, 8), dtype=np.bool_)
CURVE = WinRateCurve(1.0 / (1.0 + np.exp(-GRID)))
UNUSED = {
    "curve": CURVE,
    "chance": np.zeros(3),
    "n_unseen": np.array([30, 80, 0]),
    "by_parameter": np.zeros((3, 5)),
}


def draw_world(rng, n_queries=60, n_candidates=8, cut=0.5, ease_scale=1.0):
    ability, ease = rng.normal(0, 1.5, n_candidates), rng.normal(0, ease_scale, n_queries)
    latent = ability + ease[:, None] + rng.logistic(size=(n_queries, n_candidates))
    return ((latent > -cut).astype(np.int8) + (latent > cut)).astype(np.int8), ability, ease


def half_told(rng, n_queries, n_candidates, share=0.6):
    table, _, _ = draw_world(rng, n_queries, n_candidates)
    told = np.where(rng.random(table.shape) < share, table, MISSING).astype(np.int8)
    problem = SelectionProblem(np.ones(table.shape, dtype=np.bool_))
    return fit_outcomes(problem, told), told, problem


def sample_worlds(model, told, rng, n):
    """Sample parameters, then each query's ease given them, then every outcome: (n, queries, candidates)."""
    root = np.linalg.cholesky(model.covariance)
    indicator = np.stack([told == v for v in range(3)], axis=1) * model.counts[:, None]
    worlds = []
    for _ in range(n):
        moved = model.parameters + root @ rng.standard_normal(len(root))
        eta = moved[:-2, None] + np.exp(moved[-2]) * NODES
        law = ordered_logit(eta, np.exp(moved[-1]))
        joint = LOG_WEIGHTS + np.einsum("qvj,vjk->qk", indicator, law.log_p)
        chance = np.exp(joint - joint.max(axis=1, keepdims=True)).cumsum(axis=1)
        node = (rng.random((len(told), 1)) * chance[:, -1:] > chance).sum(axis=1)
        p = np.exp(law.log_p[:, :, node])
        u = rng.random(p.shape[1:])
        worlds.append(((u > p[0]).astype(int) + (u > p[0] + p[1])).T)
    return np.array(worlds)
