"""Labelled studies as one table of codes: what every candidate chose, and which label is right.

A label comes from an import that counts, or from people; a query on which people are tied has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from annotation.formats.predictions import NO_ANSWER
from annotation.models import Response, Study, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING_CHOICE = -1


@dataclass(frozen=True)
class LabelTable:
    """A labelled study; codes are places in ``classes``, -1 where there is nothing.

    Attributes
    ----------
    query_ids
        Primary keys of the queries, in order; length n_queries.
    candidate_ids, candidates
        Primary keys and names of the active candidates, the baseline last if there is one; length n_entries.
    classes
        Every label that occurs, true or chosen; among them ``NO_ANSWER``, which is never right, where a
        response makes no choice.
    choices
        int64, shape (n_queries, n_entries); -1 without a response.
    gold
        int64, shape (n_queries,): the right label as far as it is known and counts.
    imported
        int64, same shape: the imported label, whether or not it counts.
    is_tied
        bool, same shape: people disagree evenly, so that no label is right.
    has_baseline
        Whether the last entry is the baseline.
    """

    query_ids: tuple[int, ...]
    candidate_ids: tuple[int, ...]
    candidates: tuple[str, ...]
    classes: tuple[str, ...]
    choices: NDArray[np.int64]
    gold: NDArray[np.int64]
    imported: NDArray[np.int64]
    is_tied: NDArray[np.bool_]
    has_baseline: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set: the classes that can be right."""
        return tuple(name for name in self.classes if name != NO_ANSWER)

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Which queries have a right label, shape (n_queries,)."""
        return np.asarray(self.gold != MISSING_CHOICE)

    @property
    def n_known(self) -> int:
        """Number of queries with a right label."""
        return int(self.is_known.sum())

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each entry chose the right label, shape (n_queries, n_entries); false without one."""
        return np.asarray((self.choices == self.gold[:, None]) & self.is_known[:, None])


@dataclass(frozen=True)
class _Choices:
    """What depends on the pool alone; ``imported`` are the imported labels."""

    query_ids: tuple[int, ...]
    candidate_ids: tuple[int, ...]
    candidates: tuple[str, ...]
    classes: tuple[str, ...]
    choices: NDArray[np.int64]
    imported: NDArray[np.int64]


def label_table(study: Study) -> LabelTable:
    """Return the study's choices and labels; works before a baseline is chosen."""
    pool = _choices(study.pk, study.data_version, study.baseline_id)
    given = given_labels(study)
    row_of = {key: row for row, key in enumerate(pool.query_ids)}
    new = sorted({label for label in given.values() if label and label not in pool.classes})
    classes = (*pool.classes, *new)
    code_of = {label: code for code, label in enumerate(classes)}
    gold = pool.imported.copy() if study.is_gold_counted else np.full_like(pool.imported, MISSING_CHOICE)
    is_tied = np.zeros(len(gold), dtype=np.bool_)
    for query, label in given.items():
        row = row_of.get(query)
        if row is None or gold[row] != MISSING_CHOICE:
            continue
        is_tied[row] = not label
        gold[row] = code_of[label] if label else MISSING_CHOICE
    return LabelTable(
        query_ids=pool.query_ids,
        candidate_ids=pool.candidate_ids,
        candidates=pool.candidates,
        classes=classes,
        choices=pool.choices,
        gold=gold,
        imported=pool.imported,
        is_tied=is_tied,
        has_baseline=study.baseline_id is not None,
    )


def given_labels(study: Study) -> dict[int, str]:
    """Return the label that most people gave, by query, in the order of the first verdicts; "" for a tie."""
    standing = Verdict.standing.filter(study=study).exclude(label="").order_by("pk")
    given: dict[int, list[str]] = {}
    for query, label in standing.values_list("comparison__query_id", "label").iterator():
        given.setdefault(query, []).append(label)
    return {query: consensus_label(labels) for query, labels in given.items()}


def consensus_label(labels: Iterable[str]) -> str:
    """Return the label given most often, "" for a tie or without any."""
    counts = Counter(labels).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return ""
    return counts[0][0]


@lru_cache(maxsize=4)
def _choices(study_id: int, data_version: int, baseline: int | None) -> _Choices:
    """Read the pool; kept in memory per ``data_version``, which every change of the pool bumps."""
    study = Study.objects.get(pk=study_id)
    queries = list(study.queries.order_by("pk").values_list("pk", "gold"))
    everyone = study.candidates.order_by("pk").values_list("pk", "name", "is_active")
    entries = [(key, name) for key, name, is_active in everyone if is_active and key != baseline]
    entries += [(key, name) for key, name, _ in everyone if key == baseline]
    row_of = {key: row for row, (key, _) in enumerate(queries)}
    column_of = {key: column for column, (key, _) in enumerate(entries)}
    codes: dict[str, int] = {}
    choices = np.full((len(queries), len(entries)), MISSING_CHOICE, dtype=np.int64)
    responses = Response.objects.filter(query__study_id=study_id)
    for query, candidate, label in responses.values_list("query_id", "candidate_id", "label").iterator():
        column = column_of.get(candidate)
        if column is not None:
            choices[row_of[query], column] = codes.setdefault(label or NO_ANSWER, len(codes))
    gold = [codes.setdefault(label, len(codes)) if label else MISSING_CHOICE for _, label in queries]
    classes = tuple(sorted(codes))
    # The last place is that of code -1: missing stays missing.
    order = np.array([classes.index(name) for name in codes] + [MISSING_CHOICE], dtype=np.int64)
    return _Choices(
        query_ids=tuple(row_of),
        candidate_ids=tuple(column_of),
        candidates=tuple(name for _, name in entries),
        classes=classes,
        choices=order[choices],
        imported=order[np.array(gold, dtype=np.int64)],
    )


def label_counts(study: Study) -> dict[str, int]:
    """Return how many queries the study has, how many with an imported label, how many without a text."""
    return {
        "n_queries": study.queries.count(),
        "n_gold": study.queries.exclude(gold="").count(),
        "n_without_text": study.queries.filter(turns=[]).count(),
    }
