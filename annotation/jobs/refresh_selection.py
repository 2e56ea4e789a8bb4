"""Background work: from verdicts to posterior, win rates and the ranking of comparisons to ask for."""

from __future__ import annotations

import hashlib
import json
import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from annotation.formats.predictions import NO_ANSWER
from annotation.jobs.stop_rule import apply_stop_rule, forget_claims
from annotation.lookups.arrays import StudyArrays, study_arrays
from annotation.lookups.labels import MISSING_CHOICE
from annotation.models import BackgroundRun, PosteriorSnapshot, SelectionState, Study
from annotation.selection import (
    MISSING,
    Estimate,
    Outcome,
    SelectionProblem,
    Strategy,
    Suggestion,
    list_near_copies,
    make_strategy,
    validate_params,
)
from annotation.weak_judges import judge_agreement

if TYPE_CHECKING:
    from collections.abc import Sequence

# Far more than annotators take between two refreshes, few enough to be stored and read in milliseconds.
RANKING_LENGTH = 200


def refresh_selection(run_id: int) -> None:
    """Recompute a study's ``SelectionState``; see ``refresh_study``."""
    run = BackgroundRun.objects.select_related("study__baseline").get(pk=run_id)
    if run.study is not None and run.study.baseline_id is not None:
        refresh_study(run.study)


def refresh_study(study: Study) -> SelectionState:
    """Rebuild the selection state from responses and verdicts alone, store it, and apply the stop rule.

    Idempotent: the same verdicts give the same state, whatever was stored before; only the stop rule looks
    at what earlier refreshes claimed. A refresh that read older verdicts than the stored state never
    overwrites it.
    """
    started = time.perf_counter()
    arrays = study_arrays(study)
    strategy = build_strategy(study, arrays)
    ranking = _ask(strategy, arrays)
    estimate = strategy.estimate()
    values = {
        **_described(study, arrays, estimate, ranking),
        "near_copies": _near_copies(arrays, strategy),
        "computed_at": timezone.now(),
        "duration_ms": round(1000 * (time.perf_counter() - started)),
    }
    return _store(study, arrays, estimate, values)


def build_strategy(study: Study, arrays: StudyArrays) -> Strategy:
    """Return the study's strategy, told of every draw by identity and every judged comparison.

    Raises
    ------
    InvalidValueError
        When the study names an unknown strategy or parameter.
    """
    problem = build_problem(arrays)
    params = {**study.strategy_params}
    if "delta" in validate_params(study.strategy):
        # One knob: a stored parameter is only the default that validation filled in.
        params["delta"] = study.near_delta
    strategy = make_strategy(study.strategy, problem, seed=study.seed, params=params)
    rows, columns = np.nonzero(arrays.pool.is_identical)
    strategy.tell_many(rows, columns, np.full(len(rows), int(Outcome.DRAW)))
    # Responses may have been replaced since a verdict was given on them; identity then decides.
    is_open = ~arrays.pool.is_identical[arrays.rows, arrays.columns]
    strategy.tell_many(arrays.rows[is_open], arrays.columns[is_open], arrays.outcomes[is_open])
    return strategy


def build_problem(arrays: StudyArrays) -> SelectionProblem:
    """Return the pool as strategies see it; a query on which people are tied is not asked about again."""
    table = arrays.labels
    if table is None:
        return SelectionProblem(
            is_askable=arrays.pool.is_askable,
            weak_outcomes=arrays.weak_outcomes,
            log_length_ratio=arrays.log_length_ratio,
        )
    is_askable = arrays.pool.is_askable & ~table.is_tied[:, None]
    predictions = table.choices
    if NO_ANSWER in table.classes:
        # Never right, so no label that a query could turn out to have.
        predictions = np.where(predictions == table.classes.index(NO_ANSWER), MISSING_CHOICE, predictions)
    return SelectionProblem(is_askable=is_askable, predictions=predictions)


def _ask(strategy: Strategy, arrays: StudyArrays) -> list[Suggestion]:
    """Return the ranking: of comparisons, or, in a labelled study, the first suggestion of each query."""
    if arrays.labels is None:
        return strategy.ask(RANKING_LENGTH)
    suggestions = strategy.ask(RANKING_LENGTH * max(1, len(arrays.pool.candidate_ids)))
    first: dict[int, Suggestion] = {}
    for suggestion in suggestions:
        first.setdefault(suggestion.query, suggestion)
    return list(first.values())[:RANKING_LENGTH]


def _described(
    study: Study, arrays: StudyArrays, estimate: Estimate, ranking: Sequence[Suggestion]
) -> dict[str, Any]:
    """Return the state's columns as plain values."""
    return {
        "version": arrays.n_rows,
        "data_version": study.data_version,
        "settings_hash": settings_hash(study),
        "last_verdict_id": arrays.last_verdict_id,
        "n_verdicts": arrays.n_verdicts,
        "has_weak_judges": arrays.weak_outcomes is not None,
        "best_id": arrays.entry_ids[estimate.best],
        "entropy": _number(estimate.entropy),
        "method": estimate.method,
        "entries": _entries(arrays, estimate),
        "ranking": [
            {
                "query": arrays.pool.query_ids[suggestion.query],
                # A label is asked for the whole query, whose comparison is the baseline's with itself.
                "candidate": arrays.baseline_id
                if arrays.labels
                else arrays.pool.candidate_ids[suggestion.candidate],
                "score": _number(suggestion.score),
                "expected_entropy": _number(suggestion.expected_entropy),
                "reason": suggestion.reason,
            }
            for suggestion in ranking
        ],
        "judge_quality": _judge_quality(arrays),
    }


def _entries(arrays: StudyArrays, estimate: Estimate) -> list[dict[str, Any]]:
    names = ("log_posterior", "p_best", "p_near_best", "win_rate", "win_rate_low", "win_rate_high")
    n_judged = np.bincount(arrays.columns, minlength=len(arrays.entry_ids))
    return [
        {
            "candidate": key,
            "n_verdicts": int(n_judged[j]),
            "raw_win_rate": _number(estimate.raw_win_rate[j]),
            **{name: _number(getattr(estimate, name)[j]) for name in names},
        }
        for j, key in enumerate(arrays.entry_ids)
    ]


def _near_copies(arrays: StudyArrays, strategy: Strategy) -> list[dict[str, Any]]:
    ids = arrays.entry_ids
    return [
        {"first": ids[first], "second": ids[second], "share": share}
        for first, second, share in list_near_copies(strategy)
    ]


def _judge_quality(arrays: StudyArrays) -> list[dict[str, Any]]:
    """Return how far each weak judge agrees with the verdicts so far."""
    if arrays.weak_outcomes is None:
        return []
    outcomes = np.full(arrays.pool.is_askable.shape, MISSING, dtype=np.int8)
    outcomes[arrays.rows, arrays.columns] = arrays.outcomes
    quality = judge_agreement(arrays.weak_outcomes, outcomes)
    names = ("n_compared", "n_agreed", "agreement", "low", "high")
    return [
        {name: _number(getattr(quality, name)[judge]) for name in names}
        for judge in range(len(quality.agreement))
    ]


def _number(value: float) -> float | int | None:
    """Return a finite number for JSON, ``None`` for what is unknown or infinite."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(value) if math.isfinite(value) else None


def settings_hash(study: Study) -> str:
    """Return a digest of what a state depends on beside verdicts and data."""
    parts = [study.strategy, study.strategy_params, study.seed, study.near_delta, study.baseline_id]
    if study.kind == Study.Kind.LABELLED:
        parts.append(study.is_gold_counted)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def _store(study: Study, arrays: StudyArrays, estimate: Estimate, values: dict[str, Any]) -> SelectionState:
    """Write state, snapshot and stop in one transaction; locks the study's row."""
    locked = Study.objects.select_for_update(of=("self",)).get(pk=study.pk)
    state, _ = SelectionState.objects.get_or_create(study=study)
    if state.last_verdict_id > arrays.last_verdict_id:
        return state
    basis = (values["settings_hash"], values["data_version"])
    forget_claims(locked, state, arrays, is_same=(state.settings_hash, state.data_version) == basis)
    for name, value in values.items():
        setattr(state, name, value)
    state.save()
    PosteriorSnapshot.objects.update_or_create(
        study=study,
        n_verdicts=arrays.n_verdicts,
        defaults={
            "entropy": values["entropy"] or 0.0,
            "best_id": values["best_id"],
            "p_best": {str(entry["candidate"]): entry["p_best"] for entry in values["entries"]},
            "p_near_best": _number(estimate.p_near_best[estimate.best]),
        },
    )
    # Of settings or responses that have changed meanwhile another refresh is due, and it will say.
    if (settings_hash(locked), locked.data_version) == basis:
        apply_stop_rule(locked, arrays, estimate, n_free=len(values["ranking"]))
    return state
