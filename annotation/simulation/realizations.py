"""Which queries a realization draws, and its seeds: the same for every strategy."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.simulation.tables import IntArray

DEFAULT_POOL = 400
EVERY_VERDICT_UP_TO = 500
DENSE_START = 100
GRID_RATIO = 1.01


@dataclasses.dataclass(frozen=True, eq=False)
class Realization:
    """One draw of a sub-pool.

    Attributes
    ----------
    index
        Its number.
    queries
        Sorted indexes into the table, shape (pool,).
    candidates
        The order in which the strategy meets the candidates, shape (n_candidates,): ties often go to the
        first, and names in alphabetical order must not decide a benchmark.
    seed
        The strategy's.
    """

    index: int
    queries: IntArray
    candidates: IntArray
    seed: int


def draw_realization(seed: int, index: int, pool: int, shape: tuple[int, int]) -> Realization:
    """Draw the sub-pool of one realization without replacement, and an order of the candidates.

    Parameters
    ----------
    seed
        The seed of the whole replay.
    index
        Number of the realization; its draw depends on (seed, index) only, so more realizations never
        change earlier ones, nor does the number of processes.
    pool
        Number of queries in the sub-pool.
    shape
        (n_queries, n_candidates) of the table.

    Raises
    ------
    InvalidValueError
        When ``pool`` is not between 1 and ``n_queries``, or ``index`` is negative.
    """
    n_queries, n_candidates = shape
    if not 1 <= pool <= n_queries:
        raise InvalidValueError(
            f"a pool of {pool} queries; allowed are 1 to {n_queries}, the size of the table"
        )
    if index < 0:
        raise InvalidValueError(f"realization {index}; allowed are 0, 1, 2, ...")
    draw, own, order = np.random.SeedSequence(seed, spawn_key=(index,)).spawn(3)
    queries = np.sort(np.random.default_rng(draw).choice(n_queries, size=pool, replace=False))
    candidates = np.random.default_rng(order).permutation(n_candidates)
    return Realization(
        index, queries.astype(np.int64), candidates.astype(np.int64), int(own.generate_state(1)[0])
    )


def checkpoint_grid(budget: int, every: int = 0) -> IntArray:
    """Return the numbers of verdicts after which the answer is recorded.

    Parameters
    ----------
    budget
        Verdicts that may be spent; always the last checkpoint.
    every
        Step between checkpoints; 0 chooses: every verdict for budgets up to 500, beyond that every verdict
        up to 100 and then steps of one per cent, so a threshold is read to one per cent at any size.

    Raises
    ------
    InvalidValueError
        When ``budget`` is below 1 or ``every`` is negative.
    """
    if budget < 1:
        raise InvalidValueError(f"a budget of {budget} verdicts; allowed are 1 and more")
    if every < 0:
        raise InvalidValueError(f"a checkpoint every {every} verdicts; allowed are 0 (automatic) and more")
    if every == 0 and budget > EVERY_VERDICT_UP_TO:
        points = [*range(1, DENSE_START)]
        point = float(DENSE_START)
        while point < budget:
            points.append(int(point))
            point = max(point + 1, point * GRID_RATIO)
    else:
        points = [*range(max(every, 1), budget, max(every, 1))]
    return np.asarray([*points, budget], dtype=np.int64)
