"""Saved ensemble runs for tests, without the work of building them."""

import datetime

from annotation.models import BackgroundRun, EnsembleRun

NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)
INTERVAL = {"value": 0.8, "low": 0.7, "high": 0.9}
NAMES = ["candidate-0", "candidate-1"]
SETTINGS = {
    **{"size": 2, "money": None, "prices": {"candidate-0": 2.0}, "objective": "mi", "rule": "auto"},
    **{"estimator": "auto", "seed": 1, "n_validations": 1, "stops_early": True, "candidates": NAMES},
}
TERMS = {"relevance": 0.4, "redundancy": 0.1, "complementarity": 0.0, "gain": 0.3, "noise": 0.1}
RESULT = {
    **{"version": 1, "sentence": "It pays.", "evidence": "Enough.", "is_enough": True, "size": 1},
    **{"accuracy_label": "Held-out accuracy", "members": ["candidate-0"], "rule": "majority"},
    "rules": {"majority": 0.8, "single": 0.7},
    "estimator": "table",
    "steps": [
        {"candidate": name, **TERMS, "information": 0.3, "is_above_noise": True, "is_member": True}
        for name in NAMES
    ],
    "sizes": [
        {"size": size, "accuracy": INTERVAL, "top_k": None, "gain": INTERVAL, "gain_over_top_k": None}
        for size in (1, 2)
    ],
    "best_single": {"candidate": "candidate-0", "accuracy": INTERVAL},
    "floor": {**INTERVAL, "error": 0.2, "correlation": 0.5},
    "correlation": {"candidates": NAMES, "values": [[1.0, 0.5], [0.5, 1.0]]},
    "joint": None,
}


def save_run(study, status: str = "done", **changes) -> EnsembleRun:
    """Return a run of ``study``; ``settings`` and ``result`` change single values of the usual ones."""
    finished_at = NOON if status == "done" else None
    run = BackgroundRun.objects.create(
        kind="build_ensemble", study=study, status=status, finished_at=finished_at
    )
    result = {**RESULT, **changes.pop("result", {})} if status == "done" else {}
    if result:
        changes = {"n_labels": 40, "data_hash": "ab"} | changes
    settings = {**SETTINGS, **changes.pop("settings", {})}
    return EnsembleRun.objects.create(study=study, run=run, settings=settings, result=result, **changes)
