"""Seeded synthetic worlds: tables whose truth is known, most of them wrong for every model we fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.simulation.tables import FloatArray, Int8Array, OutcomeTable

World = Callable[[np.random.Generator, int, int], Int8Array]
# From worse than chance to good, as k-gram orders are on real tables.
JUDGE_ACCURACIES = (0.25, 0.45, 0.6, 0.7)
N_TOPICS = 12


def _ordered_outcomes(rng: np.random.Generator, latent: FloatArray, draw_width: float) -> Int8Array:
    """Draw outcomes from an ordered logistic law with cut-points at -draw_width and +draw_width."""
    noisy = latent + rng.logistic(size=latent.shape)
    return ((noisy > -draw_width).astype(np.int8) + (noisy > draw_width)).astype(np.int8)


def _ability_ease(rng: np.random.Generator, n: int, m: int, shift: float = 0.0) -> FloatArray:
    return np.asarray(rng.normal(shift, 1.0, m)[None, :] + rng.normal(0.0, 1.2, n)[:, None], dtype=np.float64)


def _item_response(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    return _ordered_outcomes(rng, _ability_ease(rng, n, m), 0.3)


def _dependent_queries(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    """Each query repeats its topic's outcome for a candidate in nine cases of ten."""
    topics = _ordered_outcomes(rng, _ability_ease(rng, N_TOPICS, m), 0.3)
    topic = rng.integers(N_TOPICS, size=n)
    own = _ordered_outcomes(rng, _ability_ease(rng, n, m), 0.3)
    return np.where(rng.random((n, m)) < 0.9, topics[topic], own).astype(np.int8)


def _draw_heavy(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    return _ordered_outcomes(rng, _ability_ease(rng, n, m), 2.6)


def _adversarial_ease(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    """The queries that look most informative (outcomes near one half) rank the candidates the wrong way."""
    ability = rng.normal(0.0, 1.0, m)
    misleading = rng.random(n) < 0.3
    plain = 2.5 * np.sign(rng.normal(size=n))[:, None] + 1.2 * ability[None, :]
    latent = np.where(misleading[:, None], -0.8 * ability[None, :], plain)
    return _ordered_outcomes(rng, latent, 0.2)


def _near_duplicates(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    """Candidates come in threes that agree on all but one query in twenty-five."""
    families = _ordered_outcomes(rng, _ability_ease(rng, n, -(-m // 3)), 0.3)
    copies = np.repeat(families, 3, axis=1)[:, :m]
    changed = rng.random((n, m)) < 0.04
    return np.where(changed, rng.integers(0, 3, size=(n, m)), copies).astype(np.int8)


def _baseline_beats_all(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    return _ordered_outcomes(rng, _ability_ease(rng, n, m, shift=-3.0), 0.2)


def _never_win(rng: np.random.Generator, n: int, m: int) -> Int8Array:
    """Two thirds of the candidates never win: they lose, or draw once in a while."""
    outcomes = _ordered_outcomes(rng, _ability_ease(rng, n, m), 0.3)
    hopeless = np.arange(m) >= m - (2 * m) // 3
    losses = (rng.random((n, m)) < 0.1).astype(np.int8)
    return np.where(hopeless[None, :], losses, outcomes).astype(np.int8)


# name -> (law, default number of queries, default number of candidates)
WORLDS: dict[str, tuple[World, int, int]] = {
    "item-response": (_item_response, 200, 20),
    "dependent-queries": (_dependent_queries, 200, 20),
    "draw-heavy": (_draw_heavy, 200, 20),
    "adversarial-ease": (_adversarial_ease, 200, 20),
    "near-duplicates": (_near_duplicates, 200, 21),
    "baseline-beats-all": (_baseline_beats_all, 200, 20),
    "few-queries": (_item_response, 13, 58),
    "never-win": (_never_win, 100, 35),
}


def synthetic_table(
    world: str, seed: int, n_queries: int | None = None, n_candidates: int | None = None
) -> OutcomeTable:
    """Make one synthetic table, weak outcomes included.

    Parameters
    ----------
    world
        A key of ``WORLDS``.
    seed
        Same seed, same table.
    n_queries, n_candidates
        Sizes; each world has its own defaults.

    Raises
    ------
    InvalidValueError
        For an unknown world.
    """
    if world not in WORLDS:
        raise InvalidValueError(f"world {world!r}; allowed are {', '.join(WORLDS)}")
    law, default_n, default_m = WORLDS[world]
    n, m = n_queries or default_n, n_candidates or default_m
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(list(WORLDS).index(world),)))
    outcomes = law(rng, n, m)
    return OutcomeTable(
        name=f"synthetic-{world}",
        judge="",
        query_ids=tuple(f"q{i:04d}" for i in range(n)),
        candidates=tuple(f"c{j:03d}" for j in range(m)),
        baseline="baseline",
        outcomes=outcomes,
        categories=tuple(f"topic-{1 + i % 3}" for i in range(n)),
        weak_outcomes=noisy_judges(rng, outcomes, JUDGE_ACCURACIES),
    )


def noisy_judges(rng: np.random.Generator, outcomes: Int8Array, accuracies: tuple[float, ...]) -> Int8Array:
    """Return weak outcomes that equal the true ones with the given probabilities.

    Parameters
    ----------
    rng
        Source of randomness.
    outcomes
        int8, shape (n_queries, n_candidates).
    accuracies
        One probability per judge; otherwise the judge names one of the two wrong outcomes.

    Returns
    -------
    int8, shape (n_queries, n_candidates + 1, n_judges); the baseline, last, always draws with itself.
    """
    n, m = outcomes.shape
    weak = np.ones((n, m + 1, len(accuracies)), dtype=np.int8)
    for judge, accuracy in enumerate(accuracies):
        wrong = (outcomes + rng.integers(1, 3, size=(n, m))) % 3
        weak[:, :m, judge] = np.where(rng.random((n, m)) < accuracy, outcomes, wrong)
    return weak
