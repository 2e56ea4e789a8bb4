"""Background work: build, explain and validate an ensemble from a study's labels or verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation import ensembles
from annotation.exceptions import InvalidValueError
from annotation.jobs.ensemble_result import labelled_result, pairwise_result
from annotation.jobs.pairwise_evidence import predicted_losses
from annotation.jobs.runs import report_progress
from annotation.lookups.ensemble_data import answer_table, settings_budget, verdict_table
from annotation.models import BackgroundRun, EnsembleRun, Study
from annotation.selection import MISSING

if TYPE_CHECKING:
    from annotation.ensembles.building import Progress


@dataclass(frozen=True)
class Built:
    """What a run stores."""

    data_hash: str
    n_labels: int
    result: dict[str, Any]
    ensemble: dict[str, Any]


def build_ensemble(run_id: int) -> dict[str, Any]:
    """Build the ensemble of a background run and store it; built already, it is left as it is.

    Raises
    ------
    InvalidValueError
        When the ensemble was deleted, a candidate has left the pool, or the labels do not suffice.
    """
    run = BackgroundRun.objects.get(pk=run_id)
    row = EnsembleRun.objects.select_related("study__baseline").filter(run=run).first()
    if row is None:
        raise InvalidValueError(f"Run {run_id} has no ensemble to build: it was deleted.")
    if not row.result:
        build = build_labelled if row.study.kind == Study.Kind.LABELLED else build_pairwise
        built = build(row.study, row.settings, lambda part, words: report_progress(run, part, words))
        EnsembleRun.objects.filter(pk=row.pk).update(
            data_hash=built.data_hash, n_labels=built.n_labels, result=built.result, ensemble=built.ensemble
        )
        row.result = built.result
    return {"ensemble": row.pk, "sentence": row.result["sentence"]}


def build_labelled(study: Study, settings: dict[str, Any], tell: Progress) -> Built:
    """Build an ensemble from a study's labels."""
    table = answer_table(study, settings["candidates"])
    budget = settings_budget(settings)
    options = ensembles.BuildOptions(
        objective=settings["objective"],
        budget=budget,
        estimator=settings["estimator"],
        rule=settings["rule"],
        seed=settings["seed"],
        stop_early=settings["stops_early"],
        n_validations=settings["n_validations"],
    )
    found = ensembles.build_ensemble(table, options, tell)
    return Built(
        data_hash=table.data_hash(),
        n_labels=table.n_queries,
        result=labelled_result(found, table, budget),
        ensemble=found.ensemble.as_dict(),
    )


def build_pairwise(study: Study, settings: dict[str, Any], tell: Progress) -> Built:
    """Choose an ensemble from a study's verdicts; there are no labels that a rule could be fitted to."""
    table = verdict_table(study, settings["candidates"])
    tell(0.01, "predicting comparisons that nobody judged")
    rng = np.random.default_rng([settings["seed"], 97])
    predicted = predicted_losses(table.outcomes, rng)
    found = ensembles.build_pairwise_ensemble(
        table.outcomes,
        predicted,
        table.candidates,
        settings_budget(settings),
        objective=settings["objective"],
        seed=settings["seed"],
        stop_early=settings["stops_early"],
        progress=lambda part, words: tell(0.2 + 0.8 * part, words),
    )
    return Built(
        data_hash=table.data_hash,
        n_labels=found.n_jointly_judged,
        result=pairwise_result(found, float((table.outcomes != MISSING).mean())),
        ensemble={},
    )
