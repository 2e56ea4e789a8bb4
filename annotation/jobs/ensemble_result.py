"""Results of the ensembles room as plain values: what ``EnsembleRun.result`` holds and views read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.ensembles.building import ENOUGH_LABELS
from annotation.ensembles.pairwise import MIN_JOINT
from annotation.ensembles.procedure import best_single_of
from annotation.lookups.ensemble_view import RESULT_VERSION
from annotation.rendering.numbers import percent, plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.ensembles import (
        AnswerTable,
        Budget,
        EnsembleResult,
        Floor,
        PairwiseResult,
        Step,
        Validation,
    )
    from annotation.ensembles.validation import Estimate

HELD_OUT = "Held-out accuracy"
UNDER_LAW = "Accuracy under the law of errors"


def labelled_result(result: EnsembleResult, table: AnswerTable, budget: Budget) -> dict[str, Any]:
    """Return what was found from labels."""
    names = result.candidates
    members = [names[j] for j in result.members]
    order = [step.candidate for step in result.steps]
    checked = result.validation
    return {
        "version": RESULT_VERSION,
        "sentence": result.sentence,
        "evidence": _labelled_evidence(result),
        "is_enough": result.is_enough,
        "accuracy_label": HELD_OUT,
        "members": members,
        "size": result.size,
        "rule": result.rule,
        "rules": {name: _finite(value) for name, value in result.expected.items()},
        "estimator": result.estimator,
        "steps": _steps(result.steps, names, members),
        "sizes": _validated_sizes(checked, len(order)),
        "best_single": {
            "candidate": names[best_single_of(table, budget)],
            "accuracy": _interval(checked.single) if checked else None,
        },
        "floor": _floor(result.floor),
        "correlation": _matrix(result.correlation, [names[j] for j in order]),
        "joint": None,
    }


def pairwise_result(result: PairwiseResult, share_known: float) -> dict[str, Any]:
    """Return what was found from verdicts, of which ``share_known`` of all comparisons are known."""
    names = result.candidates
    order = [step.candidate for step in result.steps]
    named = [names[j] for j in order]
    members = [names[j] for j in result.members]
    return {
        "version": RESULT_VERSION,
        "sentence": result.sentence,
        "evidence": _pairwise_evidence(result, share_known),
        "is_enough": result.is_enough,
        "accuracy_label": UNDER_LAW,
        "members": members,
        "size": result.size,
        "rule": "law",
        "rules": {},
        "estimator": "copula",
        "steps": _steps(result.steps, names, members),
        "sizes": [
            {
                "size": size,
                "accuracy": _interval(figures.accuracy),
                "top_k": _interval(figures.top_k),
                "gain": _interval(figures.gain),
                "gain_over_top_k": _interval(figures.gain_over_top_k),
            }
            for size, figures in enumerate(result.by_size, start=1)
        ],
        "best_single": {"candidate": names[result.best], "accuracy": _interval(result.single)},
        "floor": _floor(result.floor),
        "correlation": _matrix(result.law.pick(order).correlation, named),
        "joint": {
            "counts": _matrix(result.n_joint[np.ix_(order, order)], named),
            "n_queries": result.n_jointly_judged,
            "least": result.least_joint,
            "n_needed": MIN_JOINT,
        },
    }


def _labelled_evidence(result: EnsembleResult) -> str:
    labels = plural(result.n_labels, "label")
    if result.is_enough:
        return f"Built from {labels}."
    return (
        f"Built from {labels}. From {ENOUGH_LABELS} on the intervals are usually narrower than the gains: "
        f"{ENOUGH_LABELS - result.n_labels} more would help."
    )


def _pairwise_evidence(result: PairwiseResult, share_known: float) -> str:
    left_out = ""
    if result.n_left_out:
        lose = plural(result.n_left_out, "candidate loses", "candidates lose")
        left_out = f" {lose} half of the comparisons or more and cannot be a member."
    judged = plural(result.n_jointly_judged, "query is", "queries are")
    return (
        f"{judged} judged for at least two candidates; each two of the candidates in question share at least "
        f"{result.least_joint}, and {MIN_JOINT} are needed. {percent(share_known)} of all comparisons are "
        "known, the item-response model predicted the rest. No ensemble was tried out: these accuracies are "
        f"what the law of errors says, an error being a lost comparison.{left_out}"
    )


def _steps(steps: Sequence[Step], names: Sequence[str], members: Sequence[str]) -> list[dict[str, Any]]:
    terms = ("relevance", "redundancy", "complementarity", "gain", "noise", "information")
    return [
        {
            "candidate": names[step.candidate],
            **{term: _finite(getattr(step, term)) for term in terms},
            "is_above_noise": bool(step.is_above_noise),
            "is_member": names[step.candidate] in members,
        }
        for step in steps
    ]


def _validated_sizes(checked: Validation | None, n_steps: int) -> list[dict[str, Any]]:
    sizes = range(1, n_steps + 1)
    if checked is None:
        nothing = dict.fromkeys(("accuracy", "top_k", "gain", "gain_over_top_k"))
        return [{"size": size, **nothing} for size in sizes]
    return [
        {
            "size": size,
            "accuracy": _interval(checked.by_size[size]),
            "top_k": _interval(checked.top_k_by_size[size]),
            "gain": _interval(checked.gain_by_size[size]),
            "gain_over_top_k": _interval(checked.gain_over_top_k_by_size[size]),
        }
        for size in sizes
    ]


def _floor(floor: Floor) -> dict[str, float | None]:
    return {name: _finite(getattr(floor, name)) for name in ("value", "low", "high", "error", "correlation")}


def _interval(estimate: Estimate) -> dict[str, float | None] | None:
    ends = {name: _finite(getattr(estimate, name)) for name in ("value", "low", "high")}
    return None if ends["value"] is None else ends


def _matrix(values: NDArray[np.generic], names: Sequence[str]) -> dict[str, Any]:
    return {"candidates": list(names), "values": values.tolist()}


def _finite(value: float) -> float | None:
    """Return a number for JSON, ``None`` for one that is infinite or not a number."""
    return float(value) if math.isfinite(value) else None
