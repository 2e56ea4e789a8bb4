"""Weak outcomes of a folder's responses, computed once and kept on disk."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from annotation.formats.evaluation import find_file, read_responses
from annotation.simulation.tables import OutcomeTable
from annotation.weak_judges import KGramSettings, judge_responses, log_length_ratio, text_lengths

Progress = Callable[[float, str], None]
KEPT = ("weak_outcomes", "weak_scores", "log_length_ratio")


def add_weak_judges(
    table: OutcomeTable,
    folder: Path,
    cache: Path,
    settings: KGramSettings | None = None,
    progress: Progress | None = None,
) -> OutcomeTable:
    """Return the table with what the weak judges say about its responses.

    Parameters
    ----------
    table
        A pairwise table.
    folder
        Where its responses are; without a file of responses the table is returned as it is.
    cache
        Folder that keeps the result, named by settings and texts.
    settings
        Of the k-gram judges.
    progress
        Passed on to the judges.
    """
    if find_file(folder, "responses.jsonl") is None:
        return table
    settings = settings or KGramSettings()
    texts = _read_texts(table, folder)
    path = cache / f"weak-{settings.digest()}-{_texts_digest(texts)}.npz"
    if not path.exists():
        _compute(texts, settings, path, progress)
    with np.load(path, allow_pickle=False) as stored:
        return dataclasses.replace(table, **{name: stored[name] for name in KEPT})


def _read_texts(table: OutcomeTable, folder: Path) -> list[list[str | None]]:
    """Return texts[i][j], the baseline last; the turns of a conversation are joined by blank lines."""
    row = {query: i for i, query in enumerate(table.query_ids)}
    column = {name: j for j, name in enumerate((*table.candidates, table.baseline))}
    texts: list[list[str | None]] = [[None] * len(column) for _ in row]
    for record in read_responses(folder):
        i, j = row.get(record.query_id), column.get(record.model)
        if i is not None and j is not None:
            texts[i][j] = "\n\n".join(record.turns)
    return texts


def _texts_digest(texts: list[list[str | None]]) -> str:
    digest = hashlib.sha256()
    for line in texts:
        for text in line:
            encoded = b"\xff" if text is None else text.encode()
            digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.hexdigest()[:16]


def _compute(
    texts: list[list[str | None]], settings: KGramSettings, path: Path, progress: Progress | None
) -> None:
    judged = judge_responses(texts, settings, progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(f".{os.getpid()}.tmp")
    with waiting.open("wb") as stream:
        np.savez_compressed(
            stream,
            weak_outcomes=judged.outcomes,
            weak_scores=judged.scores[:, :-1] - judged.scores[:, -1:],
            log_length_ratio=log_length_ratio(text_lengths(texts)),
        )
    waiting.replace(path)
