"""The whole way from labels to a rule, so that validation can repeat all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.aggregation import RULES, FittedRule, Variant, fit_rule, log_losses, variants_of
from annotation.ensembles.budget import Budget
from annotation.ensembles.choosing import Trial, choose_aggregation
from annotation.ensembles.estimators import make_estimator
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.greedy import DOUBTS, choose_members, criteria_of_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable
    from annotation.ensembles.choosing import Tried

    FloatArray = NDArray[np.float64]

Key = tuple[str, int]
"""An objective and a size."""

Line = tuple[str, float]
"""An objective and its doubt, see `greedy.choose_members`."""

Sets = dict[Line, list[tuple[int, ...]]]

N_FOLDS = 5


@dataclass(frozen=True)
class Procedure:
    """Settings of the way from labels to rules.

    Attributes
    ----------
    objectives
        Names from `greedy.OBJECTIVES`.
    budget
        Size, money, prices.
    estimator
        Name from `estimators.ESTIMATOR_NAMES`.
    rule
        "auto" chooses by cross-validation; else a name from `aggregation.RULES`.
    seed
        Of folds and random choices.
    """

    objectives: tuple[str, ...] = ("mi",)
    budget: Budget = field(default_factory=Budget)
    estimator: str = "auto"
    rule: str = "auto"
    seed: int = 0

    @property
    def lines(self) -> list[Line]:
        """Every objective with the doubts that cross-validation chooses among."""
        has_money = self.budget.money is not None
        return [
            (objective, doubt)
            for objective in self.objectives
            for doubt in (DOUBTS if objective == "mi" and not has_money else DOUBTS[:1])
        ]


@dataclass(frozen=True)
class Decision:
    """What a procedure decided for one objective and size.

    Attributes
    ----------
    chosen
        Members in the order of joining.
    rule
        Name of the rule to use.
    fits
        Every rule by name: the members it needs and its numbers.
    expected
        Accuracy of every rule in cross-validation inside the labels.
    """

    chosen: tuple[int, ...]
    rule: str
    fits: Mapping[str, tuple[tuple[int, ...], FittedRule]]
    expected: Mapping[str, float]

    @property
    def members(self) -> tuple[int, ...]:
        """Members that the rule to use asks."""
        return self.fits[self.rule][0]

    def predict(self, answers: NDArray[np.int64], rule: str = "") -> NDArray[np.int64]:
        """Return option codes from all candidates' answers, by the chosen rule or a named one."""
        members, fitted = self.fits[rule or self.rule]
        return fitted.predict(answers[:, list(members)])


def best_single(evidence: Evidence, budget: Budget) -> int:
    """Return the most accurate affordable candidate, ties by position."""
    return best_single_of(evidence.table, budget)


def best_single_of(table: AnswerTable, budget: Budget) -> int:
    """Return the most accurate affordable candidate on labels, ties by position."""
    can = budget.affordable((), len(table.candidates))
    return int(np.argmax(np.where(can, table.accuracy, -np.inf)))


def choose_sets(evidence: Evidence, procedure: Procedure) -> Sets:
    """Choose the members of every size for every objective."""
    estimator = make_estimator(evidence, procedure.budget.size, procedure.estimator)
    criteria = criteria_of_labels(evidence)
    rng = np.random.default_rng([procedure.seed, 29])
    return {
        (objective, doubt): choose_members(objective, estimator, criteria, procedure.budget, rng, doubt=doubt)
        for objective, doubt in procedure.lines
    }


def run_procedure(table: AnswerTable, procedure: Procedure) -> dict[Key, Decision]:
    """Choose members and rules from labels.

    Parameters
    ----------
    table
        Labels and answers.
    procedure
        Settings.

    Returns
    -------
    One decision per objective and size; a size that money does not reach has the decision of the largest
    reached.

    Notes
    -----
    `choose_doubt` decides how far accuracy comes before information, and `choose_aggregation` decides
    on the rule, both from the procedure repeated in `N_FOLDS` folds of the labels, members chosen anew in
    each: judging rules on members that the same labels chose flatters the flexible ones.
    """
    evidence = Evidence(table, procedure.seed)
    sets = choose_sets(evidence, procedure)
    single = best_single(evidence, procedure.budget)
    names = RULES if procedure.rule == "auto" else (procedure.rule,)
    trials = cross_validate(table, procedure, names)
    decisions = {}
    for objective in procedure.objectives:
        line = choose_doubt(objective, procedure, trials)
        for size in range(1, procedure.budget.size + 1):
            chosen = set_of_size(sets[line], size)
            decisions[objective, size] = _decide(evidence, trials[line][size], chosen, single)
    return decisions


def choose_doubt(objective: str, procedure: Procedure, trials: Trials) -> Line:
    """Return the objective with the doubt whose members say most about held-out labels, over all sizes.

    Notes
    -----
    Judged by the smallest log loss of a "pooled" variant, which is what the objective maximises; where the
    procedure names another rule, by that rule's errors.
    """

    def loss(line: Line) -> float:
        return sum(trial.best_loss() for trial in trials[line].values())

    return min((line for line in procedure.lines if line[0] == objective), key=loss)


def _decide(evidence: Evidence, trial: Trial, chosen: tuple[int, ...], single: int) -> Decision:
    variant_of, rule, expected = choose_aggregation(trial)
    fits = {
        name: (members, fit_rule(evidence, members, variant))
        for name, variant in variant_of.items()
        for members in [(single,) if name == "single" else chosen]
    }
    return Decision(chosen, rule, fits, expected)


def set_of_size(sets: Sequence[tuple[int, ...]], size: int) -> tuple[int, ...]:
    """Return the set of a size, or the largest there is."""
    return sets[min(size, len(sets)) - 1]


Trials = dict[Line, dict[int, Trial]]


def cross_validate(table: AnswerTable, procedure: Procedure, rules: Sequence[str]) -> Trials:
    """Repeat the choice of members in folds of the labels and try every rule on what was held out."""
    variants = [variant for rule in rules for variant in variants_of(rule)]
    n = table.n_queries
    trials = {
        line: {
            size: Trial(variants, [np.zeros(n) for _ in variants], [np.zeros(n) for _ in variants])
            for size in range(1, procedure.budget.size + 1)
        }
        for line in procedure.lines
    }
    fold = np.random.default_rng([procedure.seed, 41]).permutation(n) % N_FOLDS
    for k in range(N_FOLDS):
        inside = np.flatnonzero(fold == k)
        held_out = table.take(inside)
        evidence = Evidence(table.take(np.flatnonzero(fold != k)), procedure.seed)
        sets = choose_sets(evidence, procedure)
        single = best_single(evidence, procedure.budget)
        # Objectives, doubts and sizes often agree on a set; each is tried once.
        tried: dict[tuple[int, ...], Tried] = {}
        for line, by_size in trials.items():
            for size, trial in by_size.items():
                chosen = set_of_size(sets[line], size)
                if chosen not in tried:
                    tried[chosen] = _try_variants(variants, evidence, chosen, single, held_out)
                trial.record(tried[chosen], inside)
    return trials


def _try_variants(
    variants: Sequence[Variant],
    evidence: Evidence,
    chosen: tuple[int, ...],
    single: int,
    held_out: AnswerTable,
) -> Tried:
    found = []
    for variant in variants:
        members = [single] if variant[0] == "single" else list(chosen)
        answers = held_out.answers[:, members]
        fitted = fit_rule(evidence, members, variant)
        right = (fitted.predict(answers) == held_out.labels).astype(np.float64)
        is_pooled = variant[0] == "pooled"
        loss = log_losses(fitted, answers, held_out.labels) if is_pooled else np.zeros(len(right))
        found.append((right, loss))
    return found
