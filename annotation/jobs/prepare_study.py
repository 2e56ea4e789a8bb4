"""Background work: let the weak judges score every response of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.jobs.refresh_selection import refresh_study
from annotation.jobs.runs import report_progress
from annotation.lookups.arrays import pool_arrays
from annotation.lookups.tensors import StoredTensor, pack_tensor
from annotation.models import BackgroundRun, Response, Study, WeakTensor
from annotation.weak_judges import KGramSettings, judge_responses, text_lengths

if TYPE_CHECKING:
    from collections.abc import Sequence

# The rest of the bar is storing the tensor and the first ranking.
JUDGING_SHARE = 0.95


def weak_settings(study: Study) -> KGramSettings:
    """Return the study's settings of the weak judges.

    Raises
    ------
    InvalidValueError
        For an option or value that the weak judges do not know.
    """
    options = dict(study.weak_settings)
    if "orders" in options:
        options["orders"] = tuple(options["orders"])
    try:
        return KGramSettings(**options)
    except TypeError as error:
        raise InvalidValueError(f"weak_settings: {sorted(options)}: {error}") from error


def response_texts(
    study: Study, query_ids: Sequence[int], entry_ids: Sequence[int]
) -> list[list[str | None]]:
    """Return every response as one text, shape (n_queries, n_entries), ``None`` where it is missing."""
    texts: list[list[str | None]] = [[None] * len(entry_ids) for _ in query_ids]
    row_of = {key: i for i, key in enumerate(query_ids)}
    column_of = {key: j for j, key in enumerate(entry_ids)}
    responses = Response.objects.filter(query__study=study, candidate_id__in=entry_ids)
    for query, candidate, turns in responses.values_list("query_id", "candidate_id", "turns").iterator():
        texts[row_of[query]][column_of[candidate]] = "\n".join(turns)
    return texts


def prepare_study(run_id: int) -> None:
    """Store the study's weak tensor, once per data version and settings, and rank with it.

    Idempotent: what is already stored is not computed again.

    Raises
    ------
    InvalidValueError
        When the study has no baseline, or its weak settings are wrong.
    """
    run = BackgroundRun.objects.select_related("study").get(pk=run_id)
    study = run.study
    if study is None or study.baseline_id is None:
        raise InvalidValueError("The study has no baseline yet: choose one, then prepare it again.")
    settings = weak_settings(study)
    if study.kind == Study.Kind.LABELLED:
        refresh_study(study)  # labels leave nothing for weak judges to do
        return
    key = {"study": study, "data_version": study.data_version, "settings_hash": tensor_hash(study, settings)}
    if not WeakTensor.objects.filter(**key).exists():
        pool = pool_arrays(study)
        entry_ids = (*pool.candidate_ids, study.baseline_id)
        texts = response_texts(study, pool.query_ids, entry_ids)
        judgement = judge_responses(
            texts,
            settings,
            lambda fraction, words: report_progress(run, JUDGING_SHARE * fraction, words),
        )
        stored = StoredTensor(
            query_ids=np.array(pool.query_ids, dtype=np.int64),
            entry_ids=np.array(entry_ids, dtype=np.int64),
            outcomes=judgement.outcomes,
            scores=judgement.scores.astype(np.float32),
            lengths=text_lengths(texts).astype(np.float32),
        )
        n_queries, n_entries, n_judges = judgement.outcomes.shape
        WeakTensor.objects.get_or_create(
            **key,
            defaults={
                "n_queries": n_queries,
                "n_entries": n_entries,
                "n_judges": n_judges,
                "n_tokens": judgement.n_tokens,
                "blob": pack_tensor(stored),
            },
        )
        # Older versions serve nobody once this one is there.
        WeakTensor.objects.filter(study=study).exclude(**key).delete()
    report_progress(run, JUDGING_SHARE, "Ranking the comparisons")
    refresh_study(study)


def tensor_hash(study: Study, settings: KGramSettings) -> str:
    """Return what a stored tensor depends on beside the data version: settings and baseline."""
    return f"{settings.digest()[:40]}-{study.baseline_id}"
