"""Which comparisons a person may take next, best first.

The order is that of the stored ranking: nobody waits for a refresh. Comparisons that overlap still wants
further verdicts on come before new ones, so that a consensus is complete soon after it was begun.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.lookups.arrays import pool_arrays
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


@dataclass(frozen=True)
class Desk:
    """Which comparisons of a study are out of one person's reach.

    ``closed`` are pairs with as many verdicts as wanted or that this person judged, skipped or holds;
    ``held`` are pairs whose remaining verdicts are all on other desks.
    """

    closed: frozenset[tuple[int, int]]
    held: frozenset[tuple[int, int]]
    begun: tuple[tuple[int, int], ...]
    last_query_id: int | None


def _desk(study: Study, user: User) -> Desk:
    mine = {"comparison__study": study, "annotator_id": user.pk}
    pair = ("comparison__query_id", "comparison__candidate_id")
    n_held = Counter(
        Lease.objects.filter(comparison__study=study, is_active=True).values_list(*pair).order_by()
    )
    judged = {
        (query, candidate): n
        for query, candidate, n in Comparison.objects.filter(study=study, n_verdicts__gt=0).values_list(
            "query_id", "candidate_id", "n_verdicts"
        )
    }
    own = set(Skip.objects.filter(**mine).values_list(*pair).order_by())
    own |= set(Lease.objects.filter(is_active=True, **mine).values_list(*pair).order_by())
    if study.overlap > 1:
        own |= set(Verdict.standing.filter(study=study, annotator_id=user.pk).values_list(*pair).order_by())
    closed = {key for key, n in judged.items() if n >= study.overlap} | own
    held = {key for key, n in n_held.items() if n + judged.get(key, 0) >= study.overlap} - closed
    begun = tuple(key for key, n in judged.items() if n < study.overlap and key not in closed | held)
    last = Lease.objects.filter(**mine).order_by("-claimed_at").values_list("comparison__query_id", flat=True)
    return Desk(frozenset(closed), frozenset(held), begun, last.first())


def list_picks(*, study: Study, user: User) -> tuple[list[Pick], bool]:
    """Return what the person may take next, best first, and whether anything is held by others only.

    The first pick is the one to take; the rest of the list is cut at ``GROUPING_WINDOW``.
    """
    desk = _desk(study, user)
    if desk.begun:
        return [Pick(query, candidate, None, 0) for query, candidate in desk.begun[:GROUPING_WINDOW]], False
    unreachable = desk.closed | desk.held
    picks = _ranked_picks(study, unreachable)
    if not picks:
        picks = _unranked_picks(study, unreachable)
    if study.is_grouping_queries and desk.last_query_id is not None:
        picks.sort(key=lambda pick: pick.query_id != desk.last_query_id)  # stable: rank decides the rest
    return picks, bool(desk.held)


def _ranked_picks(study: Study, unreachable: frozenset[tuple[int, int]]) -> list[Pick]:
    state = SelectionState.objects.filter(study=study).values("version", "ranking").first()
    picks: list[Pick] = []
    if state is None:
        return picks
    for row in state["ranking"]:
        if (row["query"], row["candidate"]) not in unreachable:
            picks.append(Pick(row["query"], row["candidate"], row["score"], state["version"]))
            if len(picks) == GROUPING_WINDOW:
                break
    return picks


def _unranked_picks(study: Study, unreachable: frozenset[tuple[int, int]]) -> list[Pick]:
    """Return comparisons in the study's seeded random order, for when no ranking reaches far enough."""
    pool = pool_arrays(study)
    cells = np.argwhere(pool.is_askable)
    np.random.default_rng(study.seed).shuffle(cells)
    picks: list[Pick] = []
    for row, column in cells.tolist():
        key = (pool.query_ids[row], pool.candidate_ids[column])
        if key not in unreachable:
            picks.append(Pick(*key, None, 0))
            if len(picks) == GROUPING_WINDOW:
                break
    return picks
