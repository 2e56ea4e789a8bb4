"""Candidates that hardly differ, as the last refresh found them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from annotation.models import Candidate


@dataclass(frozen=True)
class NearCopies:
    """Names of candidates that are near copies of each other, and the least share that a pair agrees on."""

    names: tuple[str, ...]
    share: float


def group_near_copies(
    pairs: Iterable[Mapping[str, Any]], candidates: Mapping[int, Candidate]
) -> list[NearCopies]:
    """Return the groups that pairs of near copies form, the largest first.

    Parameters
    ----------
    pairs
        As ``SelectionState.near_copies`` holds them.
    candidates
        By key; pairs with a candidate that has been removed since are left out.
    """
    groups: list[tuple[set[int], float]] = []
    for pair in pairs:
        members, share = {int(pair["first"]), int(pair["second"])}, float(pair["share"])
        if not members <= candidates.keys():
            continue
        for group in [group for group in groups if group[0] & members]:
            groups.remove(group)
            members, share = members | group[0], min(share, group[1])
        groups.append((members, share))
    found = [NearCopies(tuple(sorted(candidates[key].name for key in keys)), share) for keys, share in groups]
    return sorted(found, key=lambda group: (-len(group.names), group.names))
