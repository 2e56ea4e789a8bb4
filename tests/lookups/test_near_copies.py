"""Pairs of near copies become groups with names."""

from annotation.lookups.near_copies import NearCopies, group_near_copies
from annotation.models import Candidate

CANDIDATES = {key: Candidate(pk=key, name=name) for key, name in enumerate("abcdefg", start=1)}


def pair(first, second, share=0.9):
    return {"first": first, "second": second, "share": share}


def test_each_two_of_a_group_are_a_pair():
    pairs = [pair(6, 7), pair(4, 2, 0.8), pair(3, 4, 0.7), pair(2, 3, 0.75)]
    assert group_near_copies(pairs, CANDIDATES) == [
        NearCopies(("b", "c", "d"), 0.7),
        NearCopies(("f", "g"), 0.9),
    ]


def test_what_is_close_to_one_of_a_group_only_stays_outside():
    pairs = [pair(1, 2, 0.9), pair(2, 3, 0.8)]
    assert group_near_copies(pairs, CANDIDATES) == [NearCopies(("a", "b"), 0.9)]


def test_candidates_that_were_removed_are_left_out():
    assert group_near_copies([pair(1, 99), pair(99, 2)], CANDIDATES) == []
    assert group_near_copies([], CANDIDATES) == []
