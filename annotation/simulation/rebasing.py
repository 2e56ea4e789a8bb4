"""The same data against another baseline."""

from __future__ import annotations

import csv
import dataclasses
from collections import defaultdict
from pathlib import Path

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.simulation.tables import MISSING, FloatArray, Int8Array, OutcomeTable

TIE_TOLERANCE = 1e-9
VOTE_VALUES = {"model_a": 1, "model_b": -1, "tie": 0, "tie (inconsistent)": 0}


def rebase_table(table: OutcomeTable, baseline: str) -> OutcomeTable:
    """Derive the outcomes against one of the candidates from those against the common baseline.

    Who fares better against the old baseline on a query beats the other one there; equal outcomes are a draw.
    On labelled tables this is exact; on pairwise ones it is a derivation, not a judgement.

    Parameters
    ----------
    table
        Outcomes against the old baseline, which becomes a candidate.
    baseline
        Name of a candidate; the old baseline's own name returns the table unchanged.

    Raises
    ------
    InvalidValueError
        For an unknown name.
    """
    if baseline == table.baseline:
        return table
    if baseline not in table.candidates:
        raise InvalidValueError(f"baseline {baseline!r}; allowed are {', '.join(table.candidates)}")
    new = table.candidates.index(baseline)
    others = [j for j in range(table.n_candidates + 1) if j != new]
    entries = (*table.candidates, table.baseline)
    own_draws = np.ones((table.n_queries, 1), dtype=np.int8)
    changed = dataclasses.replace(
        table,
        candidates=tuple(entries[j] for j in others),
        baseline=baseline,
        outcomes=_compare(np.hstack([table.outcomes, own_draws]), others, new),
        weak_outcomes=_rebase_weak(table, others, new),
        weak_scores=_subtract(table.weak_scores, others, new),
        log_length_ratio=_subtract(table.log_length_ratio, others, new),
        choices=None if table.choices is None else table.choices[:, [*others, new]],
    )
    keep = np.flatnonzero((changed.outcomes >= 0).any(axis=1))
    return changed.take(keep)


def _compare(outcomes: Int8Array, others: list[int], new: int) -> Int8Array:
    first, second = outcomes[:, others], outcomes[:, [new]]
    better = (np.sign(first - second) + 1).astype(np.int8)
    return np.where((first < 0) | (second < 0), np.int8(MISSING), better).astype(np.int8)


def _subtract(values: FloatArray | None, others: list[int], new: int) -> FloatArray | None:
    if values is None:
        return None
    with_old = np.concatenate([values, np.zeros_like(values[:, :1])], axis=1)
    return np.asarray(with_old[:, others] - with_old[:, [new]], dtype=np.float64)


def _rebase_weak(table: OutcomeTable, others: list[int], new: int) -> Int8Array | None:
    """Compare scores where they are known; weak outcomes alone are compared like outcomes."""
    if table.weak_outcomes is None:
        return None
    n, _, z = table.weak_outcomes.shape
    scores = _subtract(table.weak_scores, others, new)
    if scores is None:
        columns = [_compare(table.weak_outcomes[..., judge], others, new) for judge in range(z)]
        weak = np.stack(columns, axis=2)
    else:
        decided = np.where(np.abs(scores) <= TIE_TOLERANCE, 1, np.where(scores > 0, 2, 0))
        weak = np.where(np.isnan(scores), MISSING, decided).astype(np.int8)
    return np.concatenate([weak, np.ones((n, 1, z), dtype=np.int8)], axis=1)


def has_votes(folder: Path | None, judge: str) -> bool:
    """Whether a folder has single votes that decide this judge's outcomes."""
    family = judge.partition(":")[0]
    return folder is not None and (folder / "votes.csv").is_file() and family in ("human", "gpt-4")


def votes_table(folder: Path, judge: str, baseline: str) -> OutcomeTable:
    """Count the single votes of ``votes.csv`` into outcomes against any baseline.

    Parameters
    ----------
    folder
        With ``votes.csv`` (query_id, model_a, model_b, winner, judge, optionally turn and texts_match).
    judge
        ``human`` (all voters whose name does not begin with gpt) or ``gpt-4``, optionally followed by
        ``:turn1``, ``:turn2`` or ``:both``.
    baseline
        Any of the models.

    Returns
    -------
    OutcomeTable
        The sign of the sum of the votes per cell, as the folder's own outcomes are made.

    Raises
    ------
    InvalidValueError
        When no vote names the baseline; the message lists the models.
    """
    votes = _sum_votes(folder, judge)
    models = sorted({model for _, first, second in votes for model in (first, second)})
    if baseline not in models:
        raise InvalidValueError(f"baseline {baseline!r}; allowed are {', '.join(models)}")
    candidates = [model for model in models if model != baseline]
    cells = {(q, a): total for (q, a, b), total in votes.items() if b == baseline}
    queries = sorted({query for query, _ in cells})
    outcomes = np.full((len(queries), len(candidates)), MISSING, dtype=np.int8)
    for (query, model), total in cells.items():
        outcomes[queries.index(query), candidates.index(model)] = np.sign(total) + 1
    return OutcomeTable(folder.resolve().name, judge, tuple(queries), tuple(candidates), baseline, outcomes)


def _sum_votes(folder: Path, judge: str) -> dict[tuple[str, str, str], int]:
    """Return the sum of votes by (query, model, other model), each pair from both sides."""
    family, _, part = judge.partition(":")
    turn = {"turn1": "1", "turn2": "2"}.get(part)
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    with (folder / "votes.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            is_gpt = row["judge"].startswith("gpt")
            if is_gpt == (family == "human") or row.get("texts_match") == "0":
                continue
            if turn is not None and row.get("turn") != turn:
                continue
            value = VOTE_VALUES[row["winner"]]
            totals[row["query_id"], row["model_a"], row["model_b"]] += value
            totals[row["query_id"], row["model_b"], row["model_a"]] -= value
    return totals
