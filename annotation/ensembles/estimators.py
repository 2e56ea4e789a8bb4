"""Which estimator of information holds for which size of problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.gains import CopulaGains, GainEstimator, PooledGains, TableGains
from annotation.ensembles.greedy import choose_members, criteria_of_law
from annotation.ensembles.information import check_choice
from annotation.ensembles.pooling import MAX_CELLS

if TYPE_CHECKING:
    from annotation.ensembles.answers import AnswerTable
    from annotation.ensembles.budget import Budget
    from annotation.ensembles.error_law import ErrorLaw
    from annotation.ensembles.evidence import Evidence

ESTIMATOR_NAMES = ("auto", "table", "pooled", "copula")
LABELS_PER_CELL = 5
"""A joint table is trusted from this many labels per cell on."""


def name_estimator(table: AnswerTable, size: int, wanted: str = "auto") -> str:
    """Return the estimator for sets of up to ``size`` members.

    Parameters
    ----------
    table
        Labels and answers.
    size
        Members of the largest set.
    wanted
        "auto" applies the rule; any other name is returned as it is.

    Notes
    -----
    The rule. "table" where the labels number at least `LABELS_PER_CELL` times the cells of the joint table,
    n_options * (n_options + 1) ** size. Else "pooled", as long as its features fit into memory
    (`pooling.MAX_CELLS`). Else "copula", which needs error rates and pairs only, but takes the truth
    as binary and symmetric.

    Raises
    ------
    InvalidValueError
        For an unknown name.
    """
    check_choice("estimator", wanted, ESTIMATOR_NAMES)
    if wanted != "auto":
        return wanted
    cells = table.n_options * float(table.n_options + 1) ** size
    if table.n_queries >= LABELS_PER_CELL * cells:
        return "table"
    n_features = float(table.n_queries) * table.n_options * table.answers.shape[1]
    return "pooled" if n_features <= MAX_CELLS else "copula"


def make_estimator(evidence: Evidence, size: int, wanted: str = "auto") -> GainEstimator:
    """Build the estimator that `name_estimator` names."""
    name = name_estimator(evidence.table, size, wanted)
    if name == "table":
        return TableGains(evidence)
    return PooledGains(evidence) if name == "pooled" else CopulaGains(evidence.law)


def choose_by_law(
    law: ErrorLaw, budget: Budget, objective: str = "mi", *, seed: int = 0
) -> list[tuple[int, ...]]:
    """Choose members under a law of errors, without labels.

    Parameters
    ----------
    law
        Of all candidates' errors, known or estimated.
    budget
        Members and money.
    objective
        Name from `greedy.OBJECTIVES`.
    seed
        Of random choice.

    Returns
    -------
    Candidate indices for every size from 1 up, see `greedy.choose_members`.

    Raises
    ------
    InvalidValueError
        For an unknown objective or a budget that cannot be kept.
    TooLargeError
        For more sets than the exhaustive objective compares.
    """
    budget.check([f"candidate {j}" for j in range(len(law.error))])
    rng = np.random.default_rng([seed, 83])
    return choose_members(objective, CopulaGains(law), criteria_of_law(law), budget, rng)
