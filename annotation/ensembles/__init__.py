"""Ensembles: members by mutual information, rules by cross-validation, the law of errors and its floor.

Build with `build_ensemble` (labels) or `build_pairwise_ensemble` (verdicts); apply with `read_ensemble`.
"""

from annotation.ensembles.answers import AnswerTable, encode_answers
from annotation.ensembles.budget import Budget
from annotation.ensembles.building import BuildOptions, EnsembleResult, Validation, build_ensemble
from annotation.ensembles.error_law import ErrorLaw, fit_error_law
from annotation.ensembles.estimators import choose_by_law
from annotation.ensembles.fitted import FittedEnsemble, read_ensemble
from annotation.ensembles.floors import Floor, error_floor, estimate_floor
from annotation.ensembles.information import (
    Information,
    bootstrap_information,
    conditional_mutual_information,
    entropy,
    mutual_information,
)
from annotation.ensembles.pairwise import PairwiseResult, build_pairwise_ensemble
from annotation.ensembles.terms import Step
from annotation.ensembles.verdict_law import law_of_verdicts

__all__ = [
    "AnswerTable",
    "Budget",
    "BuildOptions",
    "EnsembleResult",
    "ErrorLaw",
    "FittedEnsemble",
    "Floor",
    "Information",
    "PairwiseResult",
    "Step",
    "Validation",
    "bootstrap_information",
    "build_ensemble",
    "build_pairwise_ensemble",
    "choose_by_law",
    "conditional_mutual_information",
    "encode_answers",
    "entropy",
    "error_floor",
    "estimate_floor",
    "fit_error_law",
    "law_of_verdicts",
    "mutual_information",
    "read_ensemble",
]
