"""Which comparison to ask for next, and which candidate is the best. Imports no framework."""

from annotation.selection.expected import expected_entropy, expected_pair_entropy
from annotation.selection.judge_weights import judge_agreements, measured_weights
from annotation.selection.outcomes import MISSING, NoiseModel, Outcome
from annotation.selection.parameters import Parameter
from annotation.selection.posterior import update_posterior
from annotation.selection.problem import Estimate, SelectionProblem, Suggestion
from annotation.selection.registry import (
    DEFAULT_STRATEGY,
    STRATEGIES,
    default_strategy,
    learns_from_judges,
    list_near_copies,
    make_strategy,
    strategies_for,
    validate_params,
)
from annotation.selection.strategy import Strategy

__all__ = [
    "DEFAULT_STRATEGY",
    "MISSING",
    "STRATEGIES",
    "Estimate",
    "NoiseModel",
    "Outcome",
    "Parameter",
    "SelectionProblem",
    "Strategy",
    "Suggestion",
    "default_strategy",
    "expected_entropy",
    "expected_pair_entropy",
    "judge_agreements",
    "learns_from_judges",
    "list_near_copies",
    "make_strategy",
    "measured_weights",
    "strategies_for",
    "update_posterior",
    "validate_params",
]
