"""The choice of comparisons that serve an ensemble."""

import numpy as np

from annotation.selection.joint import complete_query, strongest


def test_finishes_the_query_begun_with_the_strongest_still_missing():
    is_asked = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 1]], dtype=np.bool_)
    found = complete_query(~is_asked, is_asked, np.array([2, 0, 1]), np.arange(3))
    assert found == (1, 2)


def test_says_when_nothing_is_free():
    asked = np.ones((2, 2), dtype=np.bool_)
    assert complete_query(~asked, asked, np.array([0, 1]), np.arange(2)) is None


def test_the_strongest_come_first():
    assert strongest(np.array([0.2, 0.9, 0.5])).tolist() == [1, 2, 0]
