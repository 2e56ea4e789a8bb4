import os
from pathlib import Path

import numpy as np
import pytest

from annotation.exceptions import FileFormatError
from annotation.formats import predictions

SHARED = Path(os.environ.get("SELECTOR_DATA", "../shared/data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "predictions.csv").write_text(
        "question_id,category,label,m1,m2\n1,law,B,B,-\n2,law,A,,C\n3,art,C,C,A\n"
    )
    return tmp_path


def test_missing_and_no_answer_are_told_apart(folder):
    table = predictions.read_prediction_table(folder)
    assert table.classes == ("-", "A", "B", "C")
    assert table.labels.tolist() == [2, 1, 3]
    assert table.predictions.tolist() == [[2, 0], [-1, 3], [3, 1]]
    assert table.predictions.dtype == np.int16
    assert table.categories == ("law", "law", "art")
    assert table.query_ids == ("1", "2", "3")


def test_models_can_be_chosen_and_an_unknown_one_is_named(folder):
    table = predictions.read_prediction_table(folder, models=["m2"])
    assert table.models == ("m2",)
    assert [table.classes[code] for code in table.predictions[:, 0]] == ["-", "C", "A"]
    with pytest.raises(FileFormatError, match="no model m9; the file has m1, m2"):
        predictions.read_prediction_table(folder, models=["m9"])


def test_a_file_without_models_or_labels_is_refused(tmp_path):
    (tmp_path / "predictions.csv").write_text("question_id,label\n1,A\n")
    with pytest.raises(FileFormatError, match=r"predictions.csv:1: the header names no model"):
        predictions.list_prediction_models(tmp_path)
    (tmp_path / "predictions.csv").write_text("question_id,m1\n1,A\n")
    with pytest.raises(FileFormatError, match="the header lacks label; it has question_id, m1"):
        list(predictions.read_predictions(tmp_path))


def test_display_names(folder):
    assert predictions.read_model_names(folder) == {}
    (folder / "models.csv").write_text('column,display_name\nm1,"Model, first"\n')
    assert predictions.read_model_names(folder) == {"m1": "Model, first"}


@pytest.mark.parametrize(
    ("name", "model", "accuracy", "n_asked"),
    [
        ("jmle2026-medical", "anthropic_claude-opus-4.6", 0.9825, 400),
        ("textclass-technology-en", "ft-ModernBERT-policy-agenda-English", 0.9920, 1000),
        ("mmlu-pro", "jamba-1.5-large", 0.4945, 11993),
    ],
)
def test_accuracies_equal_the_published_ones(name, model, accuracy, n_asked):
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"shared data absent: {folder}")
    table = predictions.read_prediction_table(folder, models=[model])
    answers = table.predictions[:, 0]
    assert int((answers >= 0).sum()) == n_asked
    assert (answers == table.labels).sum() / n_asked == pytest.approx(accuracy, abs=0.5e-4)
