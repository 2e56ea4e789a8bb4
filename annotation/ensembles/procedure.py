"""The whole way from labels to a rule, so that validation can repeat all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.aggregation import RULES, FittedRule, Variant, fit_rule, log_losses, variants_of
from annotation.ensembles.budget import Budget
from annotation.ensembles.estimators import make_estimator
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.greedy import choose_members, criteria_of_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable

    FloatArray = NDArray[np.float64]
    Sets = dict[str, list[tuple[int, ...]]]

Key = tuple[str, int]
"""An objective and a size."""

N_FOLDS = 5
CAUTION = 1.0
"""Standard errors by which a rule must beat a simpler one in cross-validation: the one-standard-error rule."""


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
        objective: choose_members(objective, estimator, criteria, procedure.budget, rng)
        for objective in procedure.objectives
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
    `choose_aggregation` decides on the rule from the procedure repeated in `N_FOLDS` folds of the labels,
    members chosen anew in each: judging rules on members that the same labels chose flatters the flexible
    ones.
    """
    evidence = Evidence(table, procedure.seed)
    sets = choose_sets(evidence, procedure)
    single = best_single(evidence, procedure.budget)
    names = RULES if procedure.rule == "auto" else (procedure.rule,)
    trials = cross_validate(table, procedure, names)
    decisions = {}
    for key, trial in trials.items():
        chosen = set_of_size(sets[key[0]], key[1])
        variant_of, rule, expected = choose_aggregation(trial)
        fits = {
            name: (members, fit_rule(evidence, members, variant))
            for name, variant in variant_of.items()
            for members in [(single,) if name == "single" else chosen]
        }
        decisions[key] = Decision(chosen, rule, fits, expected)
    return decisions


def set_of_size(sets: Sequence[tuple[int, ...]], size: int) -> tuple[int, ...]:
    """Return the set of a size, or the largest there is."""
    return sets[min(size, len(sets)) - 1]


@dataclass
class Trial:
    """Cross-validated results of every variant for one objective and size.

    Attributes
    ----------
    right
        Whether each query was answered rightly, by place in ``variants``, each shape (n_queries,).
    loss
        Log losses, of "pooled" variants only.
    variants
        The variants tried.
    """

    variants: list[Variant]
    right: list[FloatArray]
    loss: list[FloatArray]


def cross_validate(table: AnswerTable, procedure: Procedure, rules: Sequence[str]) -> dict[Key, Trial]:
    """Repeat the choice of members in folds of the labels and try every rule on what was held out."""
    variants = [variant for rule in rules for variant in variants_of(rule)]
    n = table.n_queries
    keys = [(o, size) for o in procedure.objectives for size in range(1, procedure.budget.size + 1)]
    trials = {
        key: Trial(variants, [np.zeros(n) for _ in variants], [np.zeros(n) for _ in variants]) for key in keys
    }
    fold = np.random.default_rng([procedure.seed, 41]).permutation(n) % N_FOLDS
    for k in range(N_FOLDS):
        inside = np.flatnonzero(fold == k)
        held_out = table.take(inside)
        evidence = Evidence(table.take(np.flatnonzero(fold != k)), procedure.seed)
        sets = choose_sets(evidence, procedure)
        single = best_single(evidence, procedure.budget)
        for key, trial in trials.items():
            chosen = set_of_size(sets[key[0]], key[1])
            _try_variants(trial, evidence, chosen, single, held_out, inside)
    return trials


def _try_variants(
    trial: Trial,
    evidence: Evidence,
    chosen: tuple[int, ...],
    single: int,
    held_out: AnswerTable,
    inside: NDArray[np.int64],
) -> None:
    for place, variant in enumerate(trial.variants):
        members = [single] if variant[0] == "single" else list(chosen)
        answers = held_out.answers[:, members]
        fitted = fit_rule(evidence, members, variant)
        trial.right[place][inside] = fitted.predict(answers) == held_out.labels
        if variant[0] == "pooled":
            trial.loss[place][inside] = log_losses(fitted, answers, held_out.labels)


def choose_aggregation(trial: Trial) -> tuple[dict[str, Variant], str, dict[str, float]]:
    """Choose a rule from cross-validated results.

    Returns
    -------
    The best variant of every rule, the name of the rule to use, and every rule's accuracy.

    Notes
    -----
    "pooled" settings are chosen by log loss. Among the rules for sets, "pooled" stands unless another beats
    it by `CAUTION` standard errors of their difference; the winner must in turn beat the best single
    candidate by as much, else that candidate stands alone. So an ensemble is used
    only where the labels speak for it.
    """
    place: dict[str, int] = {}
    for i, (name, _) in enumerate(trial.variants):
        if name not in place or trial.loss[i].mean() < trial.loss[place[name]].mean():
            place[name] = i
    right = {name: trial.right[i] for name, i in place.items()}
    expected = {name: float(hits.mean()) for name, hits in right.items()}
    current = next(iter(right))
    if "single" in right:
        challengers = [name for name in right if name not in ("single", "pooled")]
        current = "pooled" if "pooled" in right else current
        for name in sorted(challengers, key=lambda name: expected[name]):
            if beats(right[name], right[current]):
                current = name
        if not beats(right[current], right["single"]):
            current = "single"
    return {name: trial.variants[i] for name, i in place.items()}, current, expected


def beats(first: FloatArray, second: FloatArray) -> bool:
    """Return whether the first of two paired results is better by `CAUTION` standard errors."""
    difference = first - second
    return bool(difference.mean() > CAUTION * difference.std() / np.sqrt(len(difference)))
