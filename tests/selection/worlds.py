"""Small made-up outcome tables that strategies are replayed on."""

import numpy as np

from annotation.selection import Outcome, SelectionProblem


def make_table(n_queries=30, n_candidates=5, *, seed=0):
    """Outcomes of candidates of rising ability; the last one is the best. Shape (n_queries, n_candidates)."""
    rng = np.random.default_rng(seed)
    ability = np.linspace(-1.5, 1.5, n_candidates)
    logit = ability + rng.normal(0, 0.7, (n_queries, 1))
    draw = rng.random((n_queries, n_candidates)) < 0.15
    win = rng.random((n_queries, n_candidates)) < 1 / (1 + np.exp(-logit))
    return np.where(draw, Outcome.DRAW, np.where(win, Outcome.WIN, Outcome.LOSS)).astype(np.int8)


def make_problem(table, *, seed=0, n_judges=3, is_askable=None):
    """A problem whose weak judges repeat the table with errors."""
    rng = np.random.default_rng(seed + 1)
    n_queries, n_candidates = table.shape
    noisy = np.where(
        rng.random((n_queries, n_candidates, n_judges)) < 0.6,
        table[:, :, None],
        rng.integers(0, 3, (n_queries, n_candidates, n_judges)),
    )
    weak = np.full((n_queries, n_candidates + 1, n_judges), Outcome.DRAW, dtype=np.int8)
    weak[:, :-1] = noisy
    askable = np.ones(table.shape, dtype=np.bool_) if is_askable is None else is_askable
    return SelectionProblem(askable, weak_outcomes=weak)


def win_rates(table):
    """True win rates, the baseline last."""
    return np.append(table.mean(axis=0) / 2.0, 0.5)


def play(strategy, table, budget=None, batch=1):
    """Ask and tell until the budget or the pool ends; returns the comparisons in order."""
    path = []
    budget = table.size if budget is None else budget
    while len(path) < budget:
        suggestions = strategy.ask(min(batch, budget - len(path)))
        if not suggestions:
            break
        for s in suggestions:
            strategy.tell(s.query, s.candidate, table[s.query, s.candidate])
            path.append((s.query, s.candidate))
    return path
