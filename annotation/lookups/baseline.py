"""Which candidate would make a good baseline, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.lookups.labels import MISSING_CHOICE, label_table
from annotation.lookups.pool import PoolRow
from annotation.models import BackgroundRun, Candidate, Response, Study
from annotation.weak_judges import KGramSettings, judge_responses

# Enough to tell candidates apart, little enough to be scored while a page loads.
SAMPLE_CHARACTERS = 400_000
MAX_QUERIES = 30
ORDERS = (10,)
# Against a baseline that nearly always wins or loses, verdicts say little.
PLACE = 0.65


@dataclass(frozen=True)
class Suggestion:
    """A candidate and, in words, why it."""

    candidate: Candidate
    reason: str


def suggest_baseline(study: Study, rows: Sequence[PoolRow]) -> Suggestion | None:
    """Return the candidate to compare with, or ``None`` with fewer than two active candidates.

    What the imported outcomes compare with comes first; then one near the middle to top by weak judges on
    a sample, out of those with the most responses: a query that the baseline did not answer is lost.
    """
    active = [row for row in rows if row.candidate.is_active and row.n_responses]
    if len(active) < 2:
        return None
    if study.kind == Study.Kind.LABELLED:
        return _from_labels(study)
    return _from_outcomes(study, active) or _from_responses(study, active)


def _from_labels(study: Study) -> Suggestion | None:
    candidate = median_candidate(study)
    if candidate is None:
        return None
    return Suggestion(candidate, "by the imported labels its accuracy is the median of all candidates")


def median_candidate(study: Study) -> Candidate | None:
    """Return the active candidate of median accuracy by the imported labels, the upper of two in the middle.

    ``None`` where no labels were imported, or there are fewer than two candidates.
    """
    table = label_table(study)
    has_label = table.imported != MISSING_CHOICE
    if not has_label.any() or len(table.candidates) < 2:
        return None
    choices = table.choices[has_label]
    is_right = choices == table.imported[has_label, None]
    accuracy = is_right.sum(axis=0) / np.maximum((choices != MISSING_CHOICE).sum(axis=0), 1)
    # By name where accuracies are equal, so that the order of rows does not matter.
    order = sorted(range(len(accuracy)), key=lambda j: (accuracy[j], table.candidates[j]))
    return study.candidates.get(pk=table.candidate_ids[order[len(order) // 2]])


def _from_outcomes(study: Study, active: Sequence[PoolRow]) -> Suggestion | None:
    imports = study.background_runs.filter(
        kind=BackgroundRun.Kind.IMPORT_FILES, status=BackgroundRun.Status.DONE
    )
    names = imports.order_by("-pk").values_list("result__suggested_baseline", flat=True)[:5]
    for name in names:
        for row in active:
            if name and row.candidate.name == name:
                reason = "it alone has no outcomes in the imported files, so they compare with it"
                return Suggestion(row.candidate, reason)
    return None


def _from_responses(study: Study, active: Sequence[PoolRow]) -> Suggestion:
    most = max(row.n_responses for row in active)
    complete = [row for row in active if row.n_responses == most]
    if len(complete) == 1:
        return Suggestion(complete[0].candidate, f"it alone has responses to {most} queries")
    scores = _weak_scores(study, [row.candidate.pk for row in complete])
    if scores is None:
        reason = f"it has responses to {most} queries, as many as any"
        return Suggestion(complete[len(complete) // 2].candidate, reason)
    order = np.argsort(scores, kind="stable")
    place = round(PLACE * (len(order) - 1))
    reason = (
        f"weak judges, asked about a sample, place it {len(order) - place} of {len(order)}: near the "
        "middle to top, so that it neither wins nor loses nearly always"
    )
    return Suggestion(complete[int(order[place])].candidate, reason)


def _weak_scores(study: Study, candidate_ids: Sequence[int]) -> np.ndarray | None:
    """Return the mean log-likelihood per candidate on queries that all of them answered, if there are any."""
    texts = _sample(study, candidate_ids)
    if not texts:
        return None
    judged = judge_responses(texts, KGramSettings(orders=ORDERS))
    scores: np.ndarray = np.asarray(judged.scores[:, :, 0]).mean(axis=0)
    return scores if np.isfinite(scores).all() else None


def _sample(study: Study, candidate_ids: Sequence[int]) -> list[list[str]]:
    query_ids = list(study.queries.order_by("pk").values_list("pk", flat=True))
    picked = np.linspace(0, len(query_ids) - 1, min(MAX_QUERIES, len(query_ids))).astype(int)
    rows: list[list[str]] = []
    n_characters = 0
    for place in picked:
        responses = Response.objects.filter(query_id=query_ids[place], candidate_id__in=candidate_ids)
        found = dict(responses.values_list("candidate_id", "turns"))
        if len(found) < len(candidate_ids):
            continue
        rows.append(["\n".join(found[key]) for key in candidate_ids])
        n_characters += sum(map(len, rows[-1]))
        if n_characters > SAMPLE_CHARACTERS:
            break
    return rows
