"""Which comparisons a person may take next, best first.

The order is that of the stored ranking: nobody waits for a refresh. Comparisons that overlap still wants
further verdicts on come before new ones, so that a consensus is complete soon after it was begun.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.lookups.arrays import pool_arrays, queries_to_label
from annotation.models import Comparison, Lease, SelectionState, Skip, Study, Verdict

if TYPE_CHECKING:
    from annotation.lookups.access import User

# Among this many best comparisons, one of the query that the person has just read comes first: the loss in
# rank is small and reading a new prompt costs more than another response to a known one.
GROUPING_WINDOW = 10


@dataclass(frozen=True)
class Pick:
    """A comparison that may be leased; ``score`` is ``None`` outside the ranking."""

    query_id: int
    candidate_id: int
    score: float | None
    state_version: int


Pair = tuple[int, int]
PAIR = ("comparison__query_id", "comparison__candidate_id")


def list_picks(*, study: Study, user: User) -> tuple[list[Pick], bool]:
    """Return what the person may take next, best first, and whether anything is held by others only.

    The first pick is the one to take; the list is cut at ``GROUPING_WINDOW``. Its cost grows with the
    verdicts since the last refresh, not with those of the study.
    """
    n_held = Counter(
        Lease.objects.filter(comparison__study=study, is_active=True).values_list(*PAIR).order_by()
    )
    begun, is_waiting = _begun_picks(study, user, n_held)
    if begun:
        return begun, False
    held = {pair for pair, n in n_held.items() if n >= study.overlap}
    unreachable = held | _own_pairs(study, user)
    picks = _ranked_picks(study, unreachable) or _unranked_picks(study, unreachable)
    if study.is_grouping_queries:
        last = _last_query_id(study, user)
        picks.sort(key=lambda pick: pick.query_id != last)  # stable: rank decides the rest
    return picks, bool(held) or is_waiting


def _begun_picks(study: Study, user: User, n_held: Counter[Pair]) -> tuple[list[Pick], bool]:
    """Return comparisons that overlap wants more verdicts on, and whether others hold such ones."""
    if study.overlap == 1:
        return [], False
    begun = (
        Comparison.objects.filter(study=study, n_verdicts__gt=0, n_verdicts__lt=study.overlap)
        .exclude(pk__in=Verdict.standing.filter(study=study, annotator_id=user.pk).values("comparison_id"))
        .exclude(skips__annotator_id=user.pk)
        .exclude(pk__in=Lease.objects.filter(annotator_id=user.pk, is_active=True).values("comparison_id"))
    )
    picks: list[Pick] = []
    is_waiting = False
    for query, candidate, n_verdicts in begun.values_list("query_id", "candidate_id", "n_verdicts"):
        if n_verdicts + n_held[query, candidate] < study.overlap:
            picks.append(Pick(query, candidate, None, 0))
            if len(picks) == GROUPING_WINDOW:
                break
        else:
            is_waiting = True
    return picks, is_waiting


def _own_pairs(study: Study, user: User) -> set[Pair]:
    """Return what this person skipped or holds."""
    mine = {"comparison__study": study, "annotator_id": user.pk}
    skipped = Skip.objects.filter(**mine).values_list(*PAIR).order_by()
    holding = Lease.objects.filter(is_active=True, **mine).values_list(*PAIR).order_by()
    return set(skipped) | set(holding)


def _last_query_id(study: Study, user: User) -> int | None:
    leases = Lease.objects.filter(comparison__study=study, annotator_id=user.pk).order_by("-claimed_at")
    return leases.values_list("comparison__query_id", flat=True).first()


def _ranked_picks(study: Study, unreachable: set[Pair]) -> list[Pick]:
    """Return the best of the stored ranking that is free and not judged since it was made."""
    state = SelectionState.objects.filter(study=study).values("version", "last_verdict_id", "ranking").first()
    picks: list[Pick] = []
    if state is None:
        return picks
    judged_since = Comparison.objects.filter(
        study=study, n_verdicts__gt=0, verdicts__pk__gt=state["last_verdict_id"]
    )
    taken = unreachable | set(judged_since.values_list("query_id", "candidate_id").order_by())
    for row in state["ranking"]:
        if (row["query"], row["candidate"]) not in taken:
            picks.append(Pick(row["query"], row["candidate"], row["score"], state["version"]))
            if len(picks) == GROUPING_WINDOW:
                break
    return picks


def _unranked_picks(study: Study, unreachable: set[Pair]) -> list[Pick]:
    """Return comparisons in the study's seeded random order, for when no ranking reaches far enough."""
    judged = Comparison.objects.filter(study=study, n_verdicts__gt=0).values_list("query_id", "candidate_id")
    taken = unreachable | set(judged.order_by())
    pairs = _all_pairs(study)
    picks: list[Pick] = []
    for place in np.random.default_rng(study.seed).permutation(len(pairs)).tolist():
        query, candidate = pairs[place]
        if (query, candidate) not in taken:
            picks.append(Pick(query, candidate, None, 0))
            if len(picks) == GROUPING_WINDOW:
                break
    return picks


def _all_pairs(study: Study) -> list[Pair]:
    """Return all that could be asked; the pair of a query to label is that of the baseline with itself."""
    if study.kind == Study.Kind.LABELLED and study.baseline_id is not None:
        return [(query, study.baseline_id) for query in queries_to_label(study)]
    pool = pool_arrays(study)
    cells = np.argwhere(pool.is_askable).tolist()
    return [(pool.query_ids[row], pool.candidate_ids[column]) for row, column in cells]
