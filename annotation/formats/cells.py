"""Which responses are known: nine bytes per cell of the table of queries and candidates.

Texts are not kept, only 64 bits of their digest, so ten million responses cost 90 MB however long they are.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from annotation.formats.merge_report import Change

_ABSENT = np.uint64(0)


def hash_turns(turns: Sequence[str]) -> str:
    """Digest the turns of a query or response.

    Parameters
    ----------
    turns
        One text per turn.

    Returns
    -------
    str
        SHA-256 in 64 hexadecimal digits; equal exactly for equal turns.
    """
    return hashlib.sha256(json.dumps(list(turns), ensure_ascii=False).encode()).hexdigest()


def _short(digest: str) -> np.uint64:
    # Zero marks an absent cell; a digest that begins with 64 zero bits becomes 1.
    return np.uint64(int(digest[:16], 16) or 1)


class CellTable:
    """Digests of responses by query number and candidate; grows with both.

    Query numbers count from 0 in the order in which queries became known.
    """

    def __init__(self) -> None:
        self._digests: dict[str, npt.NDArray[np.uint64]] = {}
        self._is_seen: dict[str, npt.NDArray[np.bool_]] = {}

    def _grow(self, candidate: str, n_cells: int) -> None:
        size = len(self._digests[candidate]) if candidate in self._digests else 0
        if n_cells <= size:
            return
        size = max(n_cells, 2 * size, 64)
        digests, is_seen = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.bool_)
        if candidate in self._digests:
            digests[: len(self._digests[candidate])] = self._digests[candidate]
            is_seen[: len(self._is_seen[candidate])] = self._is_seen[candidate]
        self._digests[candidate], self._is_seen[candidate] = digests, is_seen

    def put(self, candidate: str, query: int, digest: str, *, is_seen: bool) -> None:
        """Store a digest of 64 hexadecimal digits; ``is_seen`` marks it as part of this import."""
        self._grow(candidate, query + 1)
        self._digests[candidate][query] = _short(digest)
        self._is_seen[candidate][query] = is_seen

    def compare(self, candidate: str, query: int, digest: str) -> Change:
        """Say what a response would be: new, unchanged, or in conflict with another text."""
        known = self._digests.get(candidate)
        if known is None or query >= len(known) or known[query] == _ABSENT:
            return Change.NEW
        return Change.UNCHANGED if known[query] == _short(digest) else Change.CONFLICT

    def is_seen(self, candidate: str, query: int) -> bool:
        """Tell whether a known cell is part of this import."""
        return bool(self._is_seen[candidate][query])

    def mark_seen(self, candidate: str, query: int) -> None:
        """Mark a known cell as part of this import."""
        self._is_seen[candidate][query] = True

    def count_missing(self, n_queries: int) -> dict[str, int]:
        """Count the queries without a response, per candidate."""
        return {
            candidate: n_queries - int(np.count_nonzero(digests[:n_queries]))
            for candidate, digests in self._digests.items()
        }

    def count_identical(self, baseline: str) -> int:
        """Count the responses of other candidates that equal the baseline's for the same query."""
        base = self._digests.get(baseline)
        if base is None:
            return 0
        total = 0
        for candidate, digests in self._digests.items():
            if candidate != baseline:
                n_cells = min(len(base), len(digests))
                is_equal = (digests[:n_cells] == base[:n_cells]) & (base[:n_cells] != _ABSENT)
                total += int(np.count_nonzero(is_equal))
        return total
