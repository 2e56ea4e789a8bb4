"""Worlds with a known law, for the tests of ensembles."""

import numpy as np

from annotation.ensembles.answers import AnswerTable
from annotation.ensembles.error_law import ErrorLaw


def family_law(seed=0, *, error=(0.2, 0.3), within=0.8, across=0.1, n=12):
    """Two families of equal size, strongly correlated within."""
    rng = np.random.default_rng(seed)
    family = np.repeat([0, 1], n // 2)
    correlation = np.where(family[:, None] == family, within, across)
    np.fill_diagonal(correlation, 1.0)
    return ErrorLaw(rng.uniform(*error, n), correlation), family


def draw_table(law, n_queries, seed=0, n_options=2):
    """Labels at random, errors by the law, wrong options at random."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_options, size=n_queries)
    wrong = law.sample(n_queries, rng)
    shift = rng.integers(1, n_options, size=wrong.shape)
    answers = np.where(wrong, (labels[:, None] + shift) % n_options, labels[:, None])
    options = tuple("abcdefghijklmnopqrstuvwxyz"[:n_options])
    names = tuple(f"m{j}" for j in range(wrong.shape[1]))
    return AnswerTable(options, names, labels, answers)


def independent_law(*errors):
    return ErrorLaw(np.array(errors), np.eye(len(errors)))
