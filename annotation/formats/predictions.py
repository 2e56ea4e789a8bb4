"""The labelled half of the evaluation folders: one predicted label per question and model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotation.exceptions import FileFormatError
from annotation.formats.csv_rows import read_csv_cells, read_csv_rows
from annotation.formats.evaluation import find_file
from annotation.formats.fields import build_records, get_short
from annotation.formats.query_files import get_query_id
from annotation.formats.records import (
    MAX_LABEL_LENGTH,
    ProblemHandler,
    SourceFile,
    raise_problem,
)
from annotation.formats.rows import Row

NO_ANSWER = "-"
"""Written where a model answered but no label could be extracted; counts as a wrong answer."""

TEXT_COLUMNS = ("prompt", "question", "text")
"""Columns that may hold the text of the query; the first that is filled counts."""

_NOT_MODELS = (
    *("question_id", "query_id", "label", "category", "requires_image", "src", "type"),
    *TEXT_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """The predictions of all models for one question.

    Parameters
    ----------
    query_id
        Identifier of the question.
    label
        The true label.
    category
        Group of the question, or "".
    predictions
        One label per model, in the order of `list_prediction_models`: `NO_ANSWER` where none could be
        extracted, "" where the model was not asked.
    file, line
        Where the record was read.
    """

    query_id: str
    label: str
    category: str
    predictions: tuple[str, ...]
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PredictionTable:
    """A labelled folder as arrays.

    Parameters
    ----------
    query_ids
        ``n_queries`` identifiers.
    models
        ``n_models`` names.
    classes
        Every label that occurs, true or predicted, sorted; `NO_ANSWER` is one of them where it occurs and
        equals no true label.
    labels
        int16, shape ``(n_queries,)``: index into ``classes``, -1 where missing.
    predictions
        int16, shape ``(n_queries, n_models)``: index into ``classes``, -1 where missing.
    categories
        ``n_queries`` names of groups, "" where the file has none.
    """

    query_ids: tuple[str, ...]
    models: tuple[str, ...]
    classes: tuple[str, ...]
    labels: npt.NDArray[np.int16]
    predictions: npt.NDArray[np.int16]
    categories: tuple[str, ...]


def _predictions_file(folder: Path | str) -> SourceFile:
    source = find_file(folder, "predictions.csv")
    if source is None:
        raise FileFormatError("the folder has no predictions.csv[.gz]", file=str(folder))
    return source


def list_prediction_models(folder: Path | str) -> tuple[str, ...]:
    """List the models of a labelled folder.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    tuple of str
        The columns of ``predictions.csv`` that describe no question, in file order.

    Raises
    ------
    FileFormatError
        If there is no such file, it cannot be read, or it has no such column.
    """
    return list_model_columns(_predictions_file(folder))


def list_model_columns(source: SourceFile) -> tuple[str, ...]:
    """List the columns of a predictions file that name a model.

    Raises
    ------
    FileFormatError
        If the file cannot be read or has no such column.
    """
    _, header = next(read_csv_cells(source, raise_problem), (1, list[str]()))
    models = tuple(name.strip() for name in header if name.strip() not in _NOT_MODELS)
    if not models:
        message = f"the header names no model: {', '.join(_NOT_MODELS)} describe the question"
        raise FileFormatError(message, file=source.name, line=1)
    return models


def read_predictions(
    folder: Path | str, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[PredictionRecord]:
    """Read the predictions of a labelled folder.

    Parameters
    ----------
    folder
        The folder.
    on_problem
        Called for each refused row.

    Yields
    ------
    PredictionRecord
        In file order.

    Raises
    ------
    FileFormatError
        If there is no such file, it lacks a column, or it cannot be read.
    """
    yield from read_prediction_file(_predictions_file(folder), on_problem=on_problem)


def read_prediction_file(
    source: SourceFile, *, on_problem: ProblemHandler = raise_problem
) -> Iterator[PredictionRecord]:
    """Read one predictions file; see `read_predictions`.

    Raises
    ------
    FileFormatError
        If it lacks a column or cannot be read.
    """
    models = list_model_columns(source)

    def build(row: Row) -> PredictionRecord:
        return PredictionRecord(
            query_id=get_query_id(row),
            label=get_short(row.values, "label", limit=MAX_LABEL_LENGTH),
            category=get_short(row.values, "category", limit=MAX_LABEL_LENGTH),
            predictions=tuple(get_short(row.values, model, limit=MAX_LABEL_LENGTH) for model in models),
            file=source.name,
            line=row.line,
        )

    rows = read_csv_rows(source, on_problem, required=("label",))
    yield from build_records(source, rows, build, on_problem)


def read_prediction_table(folder: Path | str, *, models: Sequence[str] = ()) -> PredictionTable:
    """Read the predictions of a labelled folder into arrays.

    Parameters
    ----------
    folder
        The folder.
    models
        Which models, in this order; all in file order when empty.

    Returns
    -------
    PredictionTable
        The arrays.

    Raises
    ------
    FileFormatError
        If a row is bad, a model unknown (the message lists the known ones), or the file cannot be read.
    """
    known = list_prediction_models(folder)
    unknown = [model for model in models if model not in known]
    if unknown:
        message = f"no model {', '.join(unknown)}; the file has {', '.join(known)}"
        raise FileFormatError(message, file=str(folder))
    chosen = tuple(models) or known
    columns = [known.index(model) for model in chosen]
    codes: dict[str, int] = {"": -1}
    query_ids, categories, labels, predictions = [], [], [], []
    for record in read_predictions(folder):
        query_ids.append(record.query_id)
        categories.append(record.category)
        labels.append(codes.setdefault(record.label, len(codes) - 1))
        cells = (record.predictions[column] for column in columns)
        predictions.append([codes.setdefault(cell, len(codes) - 1) for cell in cells])
    del codes[""]
    classes = tuple(sorted(codes))
    # The last place of the look-up table is that of code -1: missing stays missing.
    order = np.array([classes.index(name) for name in codes] + [-1], dtype=np.int16)
    shape = (len(query_ids), len(chosen))
    return PredictionTable(
        query_ids=tuple(query_ids),
        models=chosen,
        classes=classes,
        labels=order[np.array(labels, dtype=np.int16)],
        predictions=order[np.array(predictions, dtype=np.int16).reshape(shape)],
        categories=tuple(categories),
    )


def read_model_names(folder: Path | str) -> dict[str, str]:
    """Read the display names of a labelled folder's models from ``models.csv``.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    dict of str to str
        Column of the predictions to display name; empty when the folder has no such file.

    Raises
    ------
    FileFormatError
        If the file is there and cannot be read.
    """
    source = find_file(folder, "models.csv")
    if source is None:
        return {}
    rows = read_csv_rows(source, raise_problem, required=("column", "display_name"))
    return {str(row.values["column"]): str(row.values["display_name"]) for row in rows}
