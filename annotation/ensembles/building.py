"""From labels to everything that is shown of an ensemble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.ensembles.aggregation import RULES
from annotation.ensembles.answers import MIN_LABELS, check_labels
from annotation.ensembles.budget import Budget
from annotation.ensembles.estimators import make_estimator
from annotation.ensembles.evidence import Evidence
from annotation.ensembles.fitted import FittedEnsemble
from annotation.ensembles.floors import Floor, estimate_floor
from annotation.ensembles.greedy import criteria_of_labels
from annotation.ensembles.information import check_choice
from annotation.ensembles.procedure import (
    Decision,
    Key,
    Procedure,
    best_single_of,
    run_procedure,
)
from annotation.ensembles.terms import Step, explain_steps, recommended_size
from annotation.ensembles.validation import Estimate, HeldOut, verdict_sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.answers import AnswerTable

Progress = Callable[[float, str], None]
N_OUTER = 5
LEAST_VALIDATED = MIN_LABELS * N_OUTER // (N_OUTER - 1)
"""Labels that leave `MIN_LABELS` to build from when a fold is held out."""

ENOUGH_LABELS = 200
"""Labels from which on the gain's interval is usually narrower than the gains that real tables show."""


@dataclass(frozen=True)
class BuildOptions:
    """What to build.

    Attributes
    ----------
    objective, budget, estimator, rule, seed
        See `Procedure`.
    stop_early
        Whether to leave out members from the first on whose gain is not above its noise.
    n_validations
        Times that five-fold nested cross-validation is repeated; 0 for none.
    """

    objective: str = "mi"
    budget: Budget = field(default_factory=Budget)
    estimator: str = "auto"
    rule: str = "auto"
    seed: int = 0
    stop_early: bool = True
    n_validations: int = 2

    def procedure(self, *objectives: str) -> Procedure:
        """Return the way from labels to rules for some objectives."""
        return Procedure(objectives, self.budget, self.estimator, self.rule, self.seed)


@dataclass(frozen=True)
class Validation:
    """Held-out accuracy by nested cross-validation, members and rule chosen anew in every fold.

    Attributes
    ----------
    by_size
        Accuracy of the ensemble by size.
    top_k_by_size
        Accuracy of the most accurate candidates, aggregated likewise, by size.
    single
        Accuracy of the best single candidate, chosen in every fold.
    gain_by_size
        Paired gain over the best single candidate, by size.
    gain_over_top_k_by_size
        Paired gain over the top k, by size.
    """

    by_size: dict[int, Estimate]
    top_k_by_size: dict[int, Estimate]
    single: Estimate
    gain_by_size: dict[int, Estimate]
    gain_over_top_k_by_size: dict[int, Estimate]


@dataclass(frozen=True)
class EnsembleResult:
    """All that is shown of an ensemble.

    Attributes
    ----------
    candidates
        Names in the table's order.
    steps
        Members by the objective up to the budget, with the three terms of each gain (nats).
    size
        Members after early stopping.
    members
        Indices of the candidates that the rule asks; one alone where no ensemble pays.
    rule, expected
        Name of the rule, and accuracy of every rule in cross-validation inside the labels.
    estimator
        Which estimator of information was used.
    floor
        Error floor of the chosen set, with interval.
    correlation
        Latent correlations of the errors of the chosen set, shape (n_steps, n_steps), in the order of steps.
    validation
        None when none was asked for.
    sentence
        Whether it pays, in words.
    n_labels, is_enough
        Labels used, and whether they reach `ENOUGH_LABELS`.
    ensemble
        The fitted ensemble.
    """

    candidates: tuple[str, ...]
    steps: tuple[Step, ...]
    size: int
    members: tuple[int, ...]
    rule: str
    expected: dict[str, float]
    estimator: str
    floor: Floor
    correlation: NDArray[np.float64]
    validation: Validation | None
    sentence: str
    n_labels: int
    is_enough: bool
    ensemble: FittedEnsemble


def build_ensemble(
    table: AnswerTable, options: BuildOptions, progress: Progress | None = None
) -> EnsembleResult:
    """Build, explain and validate an ensemble.

    Parameters
    ----------
    table
        Labels and answers.
    options
        What to build.
    progress
        Called with the fraction done and words.

    Raises
    ------
    InvalidValueError
        For too few labels, a single class, a budget that cannot be kept or an unknown option.
    TooLargeError
        For more sets than the exhaustive objective compares, or features beyond memory.
    """
    tell = progress or (lambda fraction, words: None)
    check_labels(table)
    options.budget.check(table.candidates)
    check_choice("rule", options.rule, ("auto", *RULES))
    tell(0.02, "choosing members and rule")
    evidence = Evidence(table, options.seed)
    procedure = options.procedure(options.objective)
    decisions = run_procedure(table, procedure)
    tell(0.25, "splitting gains")
    estimator = make_estimator(evidence, options.budget.size, options.estimator)
    chosen = decisions[options.objective, options.budget.size].chosen
    steps = explain_steps(chosen, estimator, criteria_of_labels(evidence), evidence.law)
    size = recommended_size(steps) if options.stop_early else len(steps)
    decision = decisions[options.objective, size]
    tell(0.3, "validating")
    validation = validate(table, options, lambda part: tell(0.3 + 0.6 * part, "validating"))
    tell(0.95, "estimating the error floor")
    return _result(evidence, options, steps, size, decision, validation, estimator.name)


def _result(
    evidence: Evidence,
    options: BuildOptions,
    steps: tuple[Step, ...],
    size: int,
    decision: Decision,
    validation: Validation | None,
    estimator: str,
) -> EnsembleResult:
    table = evidence.table
    order = [step.candidate for step in steps]
    wrong = (~table.is_right[:, order]).astype(np.float64)
    return EnsembleResult(
        candidates=table.candidates,
        steps=steps,
        size=size,
        members=decision.members,
        rule=decision.rule,
        expected=dict(decision.expected),
        estimator=estimator,
        floor=estimate_floor(wrong, np.random.default_rng([options.seed, 53])),
        correlation=evidence.law.pick(order).correlation,
        validation=validation,
        sentence=_sentence(table, options, decision, size, validation),
        n_labels=table.n_queries,
        is_enough=table.n_queries >= ENOUGH_LABELS,
        ensemble=_fitted(table, options, decision),
    )


def _sentence(
    table: AnswerTable, options: BuildOptions, decision: Decision, size: int, validation: Validation | None
) -> str:
    best = table.candidates[best_single_of(table, options.budget)]
    if validation is None:
        if not options.n_validations:
            return "Not validated."
        return f"Not validated: that takes {LEAST_VALIDATED} labels, and there are {table.n_queries}."
    members = [table.candidates[j] for j in decision.members]
    return verdict_sentence(members, validation.gain_by_size[size], best)


def _fitted(table: AnswerTable, options: BuildOptions, decision: Decision) -> FittedEnsemble:
    members, rule = decision.fits[decision.rule]
    provenance: dict[str, Any] = {
        "objective": options.objective,
        "seed": options.seed,
        "n_labels": table.n_queries,
        "data_hash": table.data_hash(),
    }
    return FittedEnsemble(tuple(table.candidates[j] for j in members), table.options, rule, provenance)


def validate(table: AnswerTable, options: BuildOptions, tell: Callable[[float], None]) -> Validation | None:
    """Repeat the whole build in folds of the labels, and measure it on what each fold held out."""
    if not options.n_validations or table.n_queries < LEAST_VALIDATED:
        return None
    objectives = tuple(dict.fromkeys((options.objective, "accuracy")))
    single, held = HeldOut(), dict[Key, HeldOut]()
    n_runs = options.n_validations * N_OUTER
    for repeat in range(options.n_validations):
        fold = np.random.default_rng([options.seed, 61, repeat]).permutation(table.n_queries) % N_OUTER
        for k in range(N_OUTER):
            inside = np.flatnonzero(fold == k)
            labelled, test = table.take(np.flatnonzero(fold != k)), table.take(inside)
            best = best_single_of(labelled, options.budget)
            single.add(test.answers[:, best] == test.labels, inside)
            procedure = replace(options.procedure(*objectives), seed=options.seed + repeat)
            for key, decision in run_procedure(labelled, procedure).items():
                right = decision.predict(test.answers) == test.labels
                held.setdefault(key, HeldOut()).add(right, inside)
            tell((repeat * N_OUTER + k + 1) / n_runs)
    return _validation(held, single, options)


def _validation(held: dict[Key, HeldOut], single: HeldOut, options: BuildOptions) -> Validation:
    sizes = range(1, options.budget.size + 1)
    mine = {size: held[options.objective, size] for size in sizes}
    top = {size: held["accuracy", size] for size in sizes}
    return Validation(
        by_size={size: mine[size].accuracy() for size in sizes},
        top_k_by_size={size: top[size].accuracy() for size in sizes},
        single=single.accuracy(),
        gain_by_size={size: mine[size].gain_over(single) for size in sizes},
        gain_over_top_k_by_size={size: mine[size].gain_over(top[size]) for size in sizes},
    )
