"""From a folder of evaluation data to an outcome table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats.evaluation import (
    find_baseline,
    find_file,
    list_judges,
    read_outcomes,
    read_queries,
)
from annotation.formats.predictions import NO_ANSWER, PredictionTable, read_prediction_table
from annotation.simulation.synthetic import synthetic_table
from annotation.simulation.tables import MISSING, IntArray, OutcomeTable

SYNTHETIC = "synthetic:"
"""What the name of a synthetic world begins with, where folders of data stand otherwise."""


def is_synthetic(source: str) -> bool:
    """Return whether a source is a synthetic world and no folder."""
    return source.startswith(SYNTHETIC)


def open_table(source: str, judge: str = "", baseline: str = "", seed: int = 0) -> OutcomeTable:
    """Read a folder, or make a synthetic world when the source is ``synthetic:<world>``.

    Parameters
    ----------
    source
        Path of a folder, or ``synthetic:`` and a world's name.
    judge, baseline
        As in :func:`load_table`; a synthetic world has neither.
    seed
        Of the synthetic world.

    Raises
    ------
    FileFormatError, InvalidValueError
        As :func:`load_table` and :func:`synthetic_table`.
    """
    if is_synthetic(source):
        return synthetic_table(source.removeprefix(SYNTHETIC), seed)
    return load_table(Path(source), judge, baseline)


def worlds_of(source: str, seed: int) -> Callable[[int], OutcomeTable] | None:
    """Return what makes a new world for each number, or None when the source is a folder: there is but one.

    Parameters
    ----------
    source
        As in :func:`open_table`.
    seed
        Other seeds, other worlds throughout.
    """
    if not is_synthetic(source):
        return None
    return lambda number: open_table(
        source, seed=int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
    )


def load_table(folder: Path, judge: str = "", baseline: str = "") -> OutcomeTable:
    """Read a folder of either kind; queries without any outcome are left out.

    Parameters
    ----------
    folder
        With ``outcomes.csv`` (pairwise) or ``predictions.csv[.gz]`` (labelled).
    judge
        Pairwise: whose outcomes; needed when there are several.
    baseline
        Labelled: the candidate that all are compared with; the default is the one of median accuracy.

    Raises
    ------
    FileFormatError
        When the folder has neither file, or a file is broken.
    InvalidValueError
        For a judge or baseline the folder does not have, or several judges and none named; the message lists
        them.
    """
    if not folder.is_dir():
        raise FileFormatError("there is no such folder", file=str(folder))
    if find_file(folder, "outcomes.csv") is not None:
        if baseline:
            raise InvalidValueError(
                f"baseline {baseline!r}: the outcomes of {folder} are fixed to their own baseline; "
                "a baseline can be chosen for labelled data only"
            )
        return _load_pairwise(folder, judge)
    if find_file(folder, "predictions.csv") is not None:
        if judge:
            raise InvalidValueError(f"judge {judge!r}: {folder} is labelled data, which has no judges")
        return labelled_table(read_prediction_table(folder), folder.resolve().name, baseline)
    raise FileFormatError("neither outcomes.csv nor predictions.csv[.gz] is here", file=str(folder))


def _load_pairwise(folder: Path, judge: str) -> OutcomeTable:
    records = list(read_outcomes(folder, judge))
    judges = list_judges(folder)
    names, categories = _queries_in_order(folder, {record.query_id for record in records})
    candidates = sorted({record.model for record in records})
    if not records:
        raise FileFormatError("outcomes.csv has no rows", file=str(folder))
    row, column = {q: i for i, q in enumerate(names)}, {m: j for j, m in enumerate(candidates)}
    outcomes = np.full((len(names), len(candidates)), MISSING, dtype=np.int8)
    for record in records:
        outcomes[row[record.query_id], column[record.model]] = record.outcome
    return OutcomeTable(
        name=folder.resolve().name,
        judge=judge or judges[0],
        query_ids=tuple(names),
        candidates=tuple(candidates),
        baseline=_baseline_name(folder),
        outcomes=outcomes,
        categories=tuple(categories),
    )


def _queries_in_order(folder: Path, judged: set[str]) -> tuple[list[str], list[str]]:
    """Return judged query ids in the order of the query file, unknown ones sorted behind, and categories."""
    categories: dict[str, str] = {}
    if find_file(folder, "queries.jsonl") is not None:
        categories = {r.query_id: r.category for r in read_queries(folder) if r.query_id in judged}
    names = [*categories, *sorted(judged - categories.keys())]
    return names, [categories.get(name, "") for name in names] if any(categories.values()) else []


def _baseline_name(folder: Path) -> str:
    """Return the baseline's name where the responses tell it."""
    if find_file(folder, "responses.jsonl") is None:
        return "baseline"
    try:
        return find_baseline(folder)
    except InvalidValueError:
        return "baseline"


def labelled_table(predictions: PredictionTable, name: str, baseline: str = "") -> OutcomeTable:
    """Derive pairwise outcomes from labels: right against wrong wins, both right or both wrong draw.

    Parameters
    ----------
    predictions
        Labels and choices; a choice of -1 gives a missing outcome, one without a usable answer is wrong.
    name
        Of the table.
    baseline
        A model's name; by default the one of median accuracy (the upper one of two).

    Raises
    ------
    InvalidValueError
        For an unknown baseline, or fewer than two models.

    Source: algorithms.md section 4.
    """
    models = list(predictions.models)
    if len(models) < 2:
        raise InvalidValueError(f"{len(models)} model in {name}; a candidate and a baseline are needed")
    if baseline and baseline not in models:
        raise InvalidValueError(f"baseline {baseline!r}; allowed are {', '.join(models)}")
    known = predictions.predictions >= 0
    right = known & (predictions.predictions == predictions.labels[:, None])
    accuracy = right.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    median = int(np.argsort(accuracy, kind="stable")[len(models) // 2])
    base = models.index(baseline) if baseline else median
    others = [j for j in range(len(models)) if j != base]
    outcomes = (right[:, others].astype(np.int8) - right[:, [base]] + 1).astype(np.int8)
    is_known = known[:, others] & known[:, [base]] & (predictions.labels >= 0)[:, None]
    outcomes[~is_known] = MISSING
    keep = np.flatnonzero(is_known.any(axis=1))
    table = OutcomeTable(
        name=name,
        judge="",
        query_ids=predictions.query_ids,
        candidates=tuple(models[j] for j in others),
        baseline=models[base],
        outcomes=outcomes,
        categories=predictions.categories if any(predictions.categories) else (),
        labels=predictions.labels.astype(np.int64),
        choices=_given_choices(predictions)[:, [*others, base]],
    )
    return table if keep.size == table.n_queries else table.take(keep)


def _given_choices(predictions: PredictionTable) -> IntArray:
    """Return the choices, shape (n_queries, n_models); -1 where there is no usable answer either."""
    choices = predictions.predictions.astype(np.int64)
    if NO_ANSWER in predictions.classes:
        choices[choices == predictions.classes.index(NO_ANSWER)] = MISSING
    return choices
