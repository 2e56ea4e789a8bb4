"""Labels and predictions become one table; what cannot be learnt from is refused."""

import numpy as np
import pytest

from annotation.ensembles.answers import check_labels, encode_answers
from annotation.exceptions import InvalidValueError

CLASSES = ("-", "a", "b")


def encode(labels, predictions, **options):
    names = [f"m{j}" for j in range(np.shape(predictions)[1])]
    options = {"classes": CLASSES, "candidates": names, **options}
    return encode_answers(np.array(labels), np.array(predictions), **options)


def test_no_answer_and_missing_are_one_class_that_is_never_right():
    table = encode([1, 2, 1], [[1, 0], [-1, 2], [2, 1]])
    assert table.options == ("a", "b")
    assert table.answers.tolist() == [[0, 2], [2, 1], [1, 0]]
    assert table.is_right.tolist() == [[True, False], [False, True], [False, True]]
    np.testing.assert_allclose(table.accuracy, [1 / 3, 2 / 3])


def test_queries_without_a_label_are_left_out():
    assert encode([1, -1, 2], [[1, 1], [1, 1], [1, 2]]).n_queries == 2


def test_missing_can_be_left_out_query_by_query():
    table = encode([1, 2, 1], [[1, 0], [-1, 2], [2, 1]], missing="drop")
    assert table.answers.tolist() == [[0, 2], [1, 0]]


def test_an_all_missing_column_is_named():
    with pytest.raises(InvalidValueError, match=r"'m1' lacks 2 of 2"):
        encode([1, 2], [[1, -1], [2, -1]], missing="drop")
    assert encode([1, 2], [[1, -1], [2, -1]]).accuracy.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("labels", "predictions", "options", "message"),
    [
        ([1, 2], [[1, 2]], {}, "must be"),
        ([1], [[1]], {}, "at least two"),
        ([0, 1], [[1, 2], [1, 2]], {}, "must name an option"),
        ([0, 0], [[0, 0], [0, 0]], {"classes": ("a",)}, "two different"),
        ([1, 2], [[1, 2], [1, 2]], {"missing": "guess"}, "missing: 'guess'"),
    ],
)
def test_tables_that_cannot_be_are_refused(labels, predictions, options, message):
    with pytest.raises(InvalidValueError, match=message):
        encode(labels, predictions, **options)


def test_too_few_labels_and_a_single_class_are_refused():
    with pytest.raises(InvalidValueError, match="5 labels"):
        check_labels(encode([1, 2, 1, 2, 1], [[1, 2]] * 5))
    with pytest.raises(InvalidValueError, match="all 30 labels are 'b'"):
        check_labels(encode([2] * 30, [[1, 2]] * 30))


def test_the_hash_follows_the_data():
    first, same = (encode([1, 2], [[1, 2], [2, 2]]) for _ in range(2))
    assert first.data_hash() == same.data_hash()
    assert first.data_hash() != encode([1, 1], [[1, 2], [2, 2]]).data_hash()
