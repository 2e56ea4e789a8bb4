"""The one place where rows become arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Max

from annotation.exceptions import ConflictError
from annotation.formats.predictions import NO_ANSWER
from annotation.lookups.labels import MISSING_CHOICE, LabelTable, label_table
from annotation.lookups.tensors import known_beforehand
from annotation.models import Response, Study, Verdict
from annotation.selection import MISSING, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PoolArrays:
    """Queries, candidates and which comparisons exist; no verdicts.

    Attributes
    ----------
    query_ids
        Primary keys of the queries, in order; length n_queries.
    candidate_ids
        Primary keys of the active candidates without the baseline, in order; length n_candidates.
    is_askable
        bool, shape (n_queries, n_candidates): both responses exist and differ (labelled: choose differently).
    is_identical
        bool, same shape: the candidate's response is the baseline's, a draw that needs no verdict.
    """

    query_ids: tuple[int, ...]
    candidate_ids: tuple[int, ...]
    is_askable: NDArray[np.bool_]
    is_identical: NDArray[np.bool_]


@dataclass(frozen=True)
class StudyArrays:
    """Everything a refresh needs.

    Attributes
    ----------
    pool
        Queries and candidates.
    baseline_id
        Primary key of the baseline, the last entry.
    rows, columns, outcomes
        The judged comparisons in the order of their first standing verdict: indices into the pool and the
        consensus, int; each of shape (n_judged,).
    n_verdicts
        Standing verdicts of the study, of inactive candidates too; labelled: and imported labels that count.
    n_given
        Of these, what people gave: what a budget is spent on.
    n_rows
        Verdict rows of any kind: grows with every verdict and every undo.
    last_verdict_id
        Newest verdict row, 0 without any.
    weak_outcomes
        int8, shape (n_queries, n_candidates + 1, n_judges), or ``None`` while weak judges are not ready.
    log_length_ratio
        log(length of the candidate's response / length of the baseline's), shape (n_queries, n_candidates),
        NaN where either is unknown; ``None`` while no length is stored, and for labelled studies.
    labels
        Choices and labels of a labelled study, ``None`` for a pairwise one.
    """

    pool: PoolArrays
    baseline_id: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    outcomes: NDArray[np.int64]
    n_verdicts: int
    n_given: int
    n_rows: int
    last_verdict_id: int
    weak_outcomes: NDArray[np.int8] | None
    log_length_ratio: NDArray[np.float64] | None
    labels: LabelTable | None = None

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """Primary keys of the candidates and, last, the baseline."""
        return (*self.pool.candidate_ids, self.baseline_id)


def consensus_outcome(outcomes: Sequence[int]) -> int | None:
    """Return the sign of the sum of verdicts, ties as draws; ``None`` without any verdict."""
    if not outcomes:
        return None
    return int(np.sign(sum(outcome - Outcome.DRAW for outcome in outcomes))) + Outcome.DRAW


def pool_arrays(study: Study) -> PoolArrays:
    """Return the study's pool; kept in memory per ``data_version``, which every change of the pool bumps.

    Raises
    ------
    ConflictError
        While the study has no baseline.
    """
    return _pool_arrays(study.pk, study.data_version, baseline_id(study))


def baseline_id(study: Study) -> int:
    """Return the baseline's key, or raise ``ConflictError`` while none is chosen."""
    if study.baseline_id is None:
        raise ConflictError("The study has no baseline yet: choose which candidate is compared against.")
    return study.baseline_id


@lru_cache(maxsize=4)
def _pool_arrays(study_id: int, data_version: int, baseline: int) -> PoolArrays:
    study = Study.objects.get(pk=study_id)
    query_ids = tuple(study.queries.order_by("pk").values_list("pk", flat=True))
    active = study.candidates.filter(is_active=True).exclude(pk=baseline)
    candidate_ids = tuple(active.order_by("pk").values_list("pk", flat=True))
    row_of = {key: i for i, key in enumerate(query_ids)}
    column_of = {key: j for j, key in enumerate((*candidate_ids, baseline))}
    is_labelled = study.kind == Study.Kind.LABELLED
    hashes = np.full((len(query_ids), len(candidate_ids) + 1), "", dtype="<U100" if is_labelled else "<U64")
    responses = Response.objects.filter(query__study_id=study_id)
    said = responses.values_list("query_id", "candidate_id", "label" if is_labelled else "text_hash")
    for query, candidate, digest in said.iterator():
        if candidate in column_of:
            hashes[row_of[query], column_of[candidate]] = digest or NO_ANSWER
    has_both = (hashes[:, :-1] != "") & (hashes[:, -1:] != "")
    is_identical = has_both & (hashes[:, :-1] == hashes[:, -1:])
    return PoolArrays(query_ids, candidate_ids, has_both & ~is_identical, is_identical)


def _standing_verdicts(study: Study) -> dict[tuple[int, int], list[int]]:
    """Return outcomes by (query, candidate), in the order of verdicts."""
    standing = (
        Verdict.standing.filter(study=study)
        .order_by("pk")
        .values_list("comparison__query_id", "comparison__candidate_id", "outcome")
    )
    outcomes: dict[tuple[int, int], list[int]] = {}
    for query, candidate, outcome in standing.iterator():
        assert outcome is not None  # noqa: S101 - filtered above, for the type checker
        outcomes.setdefault((query, candidate), []).append(outcome)
    return outcomes


def known_outcomes(study: Study) -> tuple[PoolArrays, NDArray[np.int8]]:
    """Return the pool and what is known of every comparison, shape (n_queries, n_candidates).

    That is the consensus of the standing verdicts, a draw where both responses are the same text, else
    ``MISSING``.
    """
    pool = pool_arrays(study)
    row_of = {key: i for i, key in enumerate(pool.query_ids)}
    column_of = {key: j for j, key in enumerate(pool.candidate_ids)}
    outcomes = np.full(pool.is_askable.shape, MISSING, dtype=np.int8)
    for (query, candidate), values in _standing_verdicts(study).items():
        consensus = consensus_outcome(values)
        if consensus is not None and query in row_of and candidate in column_of:
            outcomes[row_of[query], column_of[candidate]] = consensus
    # Responses may have been replaced since a verdict was given on them; identity then decides.
    outcomes[pool.is_identical] = Outcome.DRAW
    return pool, outcomes


def study_arrays(study: Study) -> StudyArrays:
    """Return the study as arrays, from responses and verdicts alone.

    The consistent cut is by the newest verdict row, read first: a verdict that arrives while this reads
    makes the next refresh due, whether or not it was seen.
    """
    rows = Verdict.objects.filter(study=study)
    newest = rows.aggregate(last=Max("pk"))["last"]
    last_verdict_id = 0 if newest is None else int(newest)
    n_rows = rows.filter(pk__lte=last_verdict_id).count()
    pool = pool_arrays(study)
    if study.kind == Study.Kind.LABELLED:
        return _labelled_arrays(study, pool, n_rows, last_verdict_id)
    row_of = {key: i for i, key in enumerate(pool.query_ids)}
    column_of = {key: j for j, key in enumerate(pool.candidate_ids)}
    judged = _standing_verdicts(study)
    cells = [
        (row_of[query], column_of[candidate], consensus_outcome(outcomes))
        for (query, candidate), outcomes in judged.items()
        if query in row_of and candidate in column_of
    ]
    columns = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    beforehand = known_beforehand(study, pool.query_ids, (*pool.candidate_ids, baseline_id(study)))
    n_verdicts = sum(map(len, judged.values()))
    return StudyArrays(
        pool=pool,
        baseline_id=baseline_id(study),
        rows=columns[0],
        columns=columns[1],
        outcomes=columns[2],
        n_verdicts=n_verdicts,
        n_given=n_verdicts,
        n_rows=n_rows,
        last_verdict_id=last_verdict_id,
        weak_outcomes=beforehand.weak_outcomes,
        log_length_ratio=beforehand.log_length_ratio,
    )


def label_outcomes(table: LabelTable) -> NDArray[np.int8]:
    """Return what the right labels make of every candidate, shape (n_queries, n_candidates).

    Right against a wrong baseline is a win, wrong against a right one a loss, all else a draw; missing
    without a right label or without both responses.
    """
    is_right = table.is_right.astype(np.int8)
    outcomes = (is_right[:, :-1] - is_right[:, -1:] + Outcome.DRAW).astype(np.int8)
    has_choice = table.choices != MISSING_CHOICE
    outcomes[~(has_choice[:, :-1] & has_choice[:, -1:] & table.is_known[:, None])] = MISSING
    return outcomes


def _labelled_arrays(study: Study, pool: PoolArrays, n_rows: int, last_verdict_id: int) -> StudyArrays:
    table = label_table(study)
    outcomes = label_outcomes(table)
    rows, columns = np.nonzero((outcomes != MISSING) & pool.is_askable)
    n_given = Verdict.standing.filter(study=study).count()
    n_imported = int((table.imported != MISSING_CHOICE).sum()) if study.is_gold_counted else 0
    return StudyArrays(
        pool=pool,
        baseline_id=baseline_id(study),
        rows=rows,
        columns=columns,
        outcomes=outcomes[rows, columns].astype(np.int64),
        n_verdicts=n_given + n_imported,
        n_given=n_given,
        n_rows=n_rows,
        last_verdict_id=last_verdict_id,
        weak_outcomes=None,
        log_length_ratio=None,
        labels=table,
    )


def queries_to_label(study: Study) -> list[int]:
    """Return the keys of the queries of a labelled study that people may label, in order.

    Where all candidates choose as the baseline does, a label tells nothing apart and nobody is asked.
    """
    pool = pool_arrays(study)
    is_wanted = pool.is_askable.any(axis=1)
    if study.is_gold_counted:
        is_wanted &= label_table(study).imported == MISSING_CHOICE
    return [pool.query_ids[row] for row in np.flatnonzero(is_wanted)]
