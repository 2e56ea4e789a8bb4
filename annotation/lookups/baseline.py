"""Which candidate would make a good baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Count

from annotation.models import Candidate, Response, Study
from annotation.weak_judges import KGramSettings, judge_responses

# Enough to tell candidates apart, small enough to be judged while a page loads.
SAMPLE_CHARACTERS = 600_000
MAX_QUERIES = 60
# The order whose agreement with verdicts was the best on the tables measured; see docs/benchmarks.md.
ORDERS = (10,)
# Middle to top: against a baseline that wins or loses nearly always, verdicts say little.
QUANTILE = 0.65


@dataclass(frozen=True)
class Suggestion:
    """A candidate and, in words, why it."""

    candidate: Candidate
    reason: str


def suggest_baseline(study: Study) -> Suggestion | None:
    """Return a candidate near the middle to top by weak judges on a sample of queries.

    Among the candidates that answered the most queries, since a missing baseline response takes a query
    out of the study. ``None`` with fewer than two candidates.
    """
    answered = study.candidates.filter(is_active=True).annotate(n=Count("responses")).order_by("-n", "pk")
    candidates = list(answered)
    if len(candidates) < 2:
        return None
    complete = [candidate for candidate in candidates if candidate.n == candidates[0].n]
    if len(complete) == 1:
        return Suggestion(complete[0], "it alone has a response to the most queries")
    scores = _weak_scores(study.pk, study.data_version, tuple(candidate.pk for candidate in complete))
    ranked = sorted(zip(scores, complete, strict=True), key=lambda pair: pair[0])
    place = round(QUANTILE * (len(ranked) - 1))
    reason = (
        f"weak judges place it {len(ranked) - place} of {len(ranked)} candidates, near the middle to top, "
        f"and it has a response to {complete[0].n} queries"
    )
    return Suggestion(ranked[place][1], reason)


@lru_cache(maxsize=8)
def _weak_scores(study_id: int, _data_version: int, candidate_ids: tuple[int, ...]) -> tuple[float, ...]:
    """Return the mean log-likelihood per candidate on a sample of queries."""
    query_ids = list(Study.objects.get(pk=study_id).queries.order_by("pk").values_list("pk", flat=True))
    picked = np.linspace(0, len(query_ids) - 1, min(MAX_QUERIES, len(query_ids))).astype(int)
    texts: dict[int, dict[int, str]] = {query_ids[i]: {} for i in picked}
    responses = Response.objects.filter(query_id__in=texts, candidate_id__in=candidate_ids)
    n_characters = 0
    for query, candidate, turns in responses.order_by("query_id").values_list(
        "query_id", "candidate_id", "turns"
    ):
        texts[query][candidate] = "\n".join(turns)
        n_characters += len(texts[query][candidate])
        if n_characters > SAMPLE_CHARACTERS:
            break
    complete = [row for row in texts.values() if len(row) == len(candidate_ids)]
    rows = [[row[key] for key in candidate_ids] for row in complete]
    if not rows:
        return tuple(0.0 for _ in candidate_ids)
    judged = judge_responses(rows, KGramSettings(orders=ORDERS))
    return tuple(np.nanmean(judged.scores[:, :, 0], axis=0).tolist())
