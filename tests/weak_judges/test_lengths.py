"""Lengths of responses and their ratio to the baseline's."""

import numpy as np
import pytest

from annotation.exceptions import InvalidValueError
from annotation.weak_judges import log_length_ratio, text_lengths


def test_lengths_are_characters_and_missing_ones_are_unknown():
    lengths = text_lengths([["four", None, "a\nb"], ["", "é", "x" * 100]])
    np.testing.assert_array_equal(lengths, [[4, np.nan, 3], [0, 1, 100]])
    assert lengths.dtype == np.float64


def test_the_ratio_is_to_the_last_entry():
    ratio = log_length_ratio([[7, 3, 1], [1, 1, 3]])
    np.testing.assert_allclose(ratio, np.log([[4, 2], [0.5, 0.5]]), rtol=1e-15)


def test_empty_responses_are_short_and_not_infinitely_so():
    ratio = log_length_ratio(text_lengths([["", "abc", "abc"], ["abc", "", ""]]))
    np.testing.assert_allclose(ratio, np.log([[0.25, 1], [4, 1]]), rtol=1e-15)


def test_the_ratio_is_unknown_without_either_response():
    ratio = log_length_ratio(text_lengths([[None, "abc", "abc"], ["abc", "", None]]))
    np.testing.assert_array_equal(ratio, [[np.nan, 0], [np.nan, np.nan]])


@pytest.mark.parametrize("lengths", [[1.0, 2.0], np.zeros((2, 0)), np.zeros((2, 2, 2))])
def test_other_shapes_are_refused(lengths):
    with pytest.raises(InvalidValueError, match=r"must be \(n_queries, n_entries\)"):
        log_length_ratio(lengths)
