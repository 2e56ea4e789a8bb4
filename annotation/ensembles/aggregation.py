"""Rules that turn the members' answers into one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import fit_error_law
from annotation.ensembles.information import check_choice
from annotation.ensembles.pooling import fit_weights, log_prior, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles.evidence import Evidence

    FloatArray = NDArray[np.float64]

RULES = ("single", "majority", "weighted", "map", "pooled")
RULE_DESCRIPTIONS = {
    "single": "The most accurate candidate alone.",
    "majority": "The option named most often; ties go to the more accurate voters.",
    "weighted": "Every vote counts by its log-odds of being right, and the options' frequencies count too.",
    "map": "The likeliest option under the joint law of the members' errors (smoothed counts and copula).",
    "pooled": "The likeliest option under a regularised conditional logit of the members' likelihoods.",
}
PATTERN_STRENGTH = 20.0
"""Pseudo-queries of the copula behind the counts of joint error patterns."""

TIE = 1e-6
"""Scale of the options' log frequencies where a rule leaves a tie."""


@dataclass(frozen=True)
class FittedRule:
    """A rule with its numbers.

    Attributes
    ----------
    name
        One of `RULES`.
    bias
        Score of every option before any answer, shape (n_options,).
    weights
        Score of an option for each member naming it, shape (n_members,); None where another kind applies.
    likelihoods
        Score of option y for answer x, shape (n_members, n_options, n_options + 1), or None.
    patterns
        Log probability of every error pattern, shape (2 ** n_members,), lowest bit first member; or None.
    """

    name: str
    bias: FloatArray
    weights: FloatArray | None = None
    likelihoods: FloatArray | None = None
    patterns: FloatArray | None = None

    def scores(self, answers: NDArray[np.int64]) -> FloatArray:
        """Return the score of every option.

        Parameters
        ----------
        answers
            Option codes of the members, shape (n_queries, n_members); n_options stands for no answer.

        Returns
        -------
        Shape (n_queries, n_options). For "pooled" these are log probabilities up to a constant per query.
        """
        k = len(self.bias)
        scores = np.repeat(self.bias[None, :], len(answers), axis=0)
        if self.patterns is not None:
            return scores + self._pattern_scores(answers, k)
        for j, column in enumerate(answers.T):
            if self.weights is not None:
                rows = np.flatnonzero(column < k)
                scores[rows, column[rows]] += self.weights[j]
            elif self.likelihoods is not None:
                scores += self.likelihoods[j][:, column].T
        return scores

    def _pattern_scores(self, answers: NDArray[np.int64], k: int) -> FloatArray:
        is_wrong = answers[:, None, :] != np.arange(k)[None, :, None]
        index = is_wrong @ (1 << np.arange(answers.shape[1]))
        named_wrong = (is_wrong & (answers[:, None, :] < k)).sum(axis=2)
        table = np.asarray(self.patterns)
        return np.asarray(table[index] - named_wrong * np.log(max(k - 1, 1)))

    def predict(self, answers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the option of the highest score, shape (n_queries,)."""
        return np.asarray(self.scores(answers).argmax(axis=1), dtype=np.int64)


Variant = tuple[str, Mapping[str, float]]
"""A rule with its settings."""


def variants_of(rule: str) -> list[Variant]:
    """Return the settings that cross-validation chooses among: several for "pooled", one for the others."""
    check_choice("rule", rule, RULES)
    if rule != "pooled":
        return [(rule, {})]
    return [(rule, {"strength": s, "penalty": p}) for s in (np.inf, 20.0) for p in (1.0, 10.0)]


def fit_rule(evidence: Evidence, members: Sequence[int], variant: Variant) -> FittedRule:
    """Fit a rule to labels.

    Parameters
    ----------
    evidence
        Labels and what was computed from them.
    members
        Candidate indices; for "single" the first is taken.
    variant
        From `variants_of`.
    """
    rule, settings = variant
    chosen = list(members)
    prior = log_prior(evidence.table.labels, evidence.table.n_options)
    accuracy = evidence.accuracy[chosen]
    if rule == "single":
        return FittedRule(rule, TIE * prior, weights=np.ones(1))
    if rule == "majority":
        return FittedRule(rule, TIE * prior, weights=1.0 + accuracy / (len(chosen) + 1.0))
    if rule == "weighted":
        return FittedRule(rule, prior, weights=_log_odds(accuracy, evidence))
    if rule == "map":
        return FittedRule(rule, prior, patterns=_pattern_logs(evidence, chosen))
    return _fit_pool(evidence, chosen, settings, prior)


def _log_odds(accuracy: FloatArray, evidence: Evidence) -> FloatArray:
    n, k = evidence.table.n_queries, evidence.table.n_options
    right = (accuracy * n + 1.0) / (n + 2.0)
    return np.asarray(np.log(right * (k - 1) / (1.0 - right)))


def _pattern_logs(evidence: Evidence, members: list[int]) -> FloatArray:
    wrong = ~evidence.table.is_right[:, members]
    law = fit_error_law(wrong.astype(np.float64)).pattern_probabilities(1024)
    counts = np.bincount(wrong @ (1 << np.arange(len(members))), minlength=len(law))
    return np.asarray(np.log((counts + PATTERN_STRENGTH * law + 1e-9) / (len(wrong) + PATTERN_STRENGTH)))


def _fit_pool(
    evidence: Evidence, members: list[int], settings: Mapping[str, float], prior: FloatArray
) -> FittedRule:
    strength = settings["strength"]
    design = evidence.features(strength).design(members)
    weights, _ = fit_weights(design, evidence.table.labels, settings["penalty"])
    found = evidence.likelihoods(strength)
    if found.confusion is None:
        gap = found.symmetric[members, 0] - found.symmetric[members, 1]
        return FittedRule("pooled", weights[0] * prior, weights=weights[1:] * gap)
    logs = found.confusion[members]
    centred = logs - logs.mean(axis=1, keepdims=True)
    return FittedRule("pooled", weights[0] * prior, likelihoods=weights[1:, None, None] * centred)


def log_losses(rule: FittedRule, answers: NDArray[np.int64], labels: NDArray[np.int64]) -> FloatArray:
    """Return -log P(label) of a "pooled" rule per query, shape (n_queries,)."""
    p = probabilities(rule.scores(answers)[:, :, None], np.ones(1))
    return np.asarray(-np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-300)))
