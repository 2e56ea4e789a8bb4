"""Candidates that look like near copies, as the last refresh found them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from annotation.models import Candidate


@dataclass(frozen=True)
class NearCopies:
    """Names of candidates of which each two are near copies.

    ``share`` is the estimated share of queries on which the least close two have one and the same outcome,
    beyond what their strength and the queries' ease explain.
    """

    names: tuple[str, ...]
    share: float


def group_near_copies(
    pairs: Iterable[Mapping[str, Any]], candidates: Mapping[int, Candidate]
) -> list[NearCopies]:
    """Return groups of which each two members are a pair, the largest first.

    Parameters
    ----------
    pairs
        As ``SelectionState.near_copies`` holds them.
    candidates
        By key; pairs with a candidate that has been removed since are left out.
    """
    shares = {frozenset((pair["first"], pair["second"])): float(pair["share"]) for pair in pairs}
    shares = {pair: share for pair, share in shares.items() if pair <= candidates.keys()}
    groups: list[set[int]] = []
    for pair in sorted(shares, key=lambda pair: (-shares[pair], sorted(pair))):
        joined = pair.union(*(group for group in groups if group & pair))
        if all(frozenset(two) in shares for two in combinations(joined, 2)):
            groups = [group for group in groups if not group & joined] + [set(joined)]
    found = [
        NearCopies(
            tuple(sorted(candidates[key].name for key in group)),
            min(shares[frozenset(two)] for two in combinations(group, 2)),
        )
        for group in groups
    ]
    return sorted(found, key=lambda group: (-len(group.names), group.names))
