from collections import Counter

import numpy as np
import pytest

from annotation.weak_judges.grouping import buckets, chunks, count_alike, stable_order


@pytest.mark.parametrize("n_keys", [50, 1 << 60], ids=["packed", "too wide to pack"])
def test_stable_order_is_the_stable_argsort(n_keys: int) -> None:
    key = np.random.default_rng(1).integers(0, 50, 300)
    np.testing.assert_array_equal(stable_order(key, n_keys), np.argsort(key, kind="stable"))


@pytest.mark.parametrize("n_values", [1, 2, 65_536, 65_537, 3_000_000, 2**31 - 1])
def test_buckets_rise_with_the_values_and_fit(n_values: int) -> None:
    values = np.unique(np.linspace(0, n_values - 1, 5000).astype(np.int32))
    numbers = buckets(values, n_values).astype(np.int64)
    assert (np.diff(numbers) >= 0).all()
    assert numbers[-1] * 2 >= min(n_values, 65_536) - 2


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_chunks_cover_every_run_once_and_stay_small(size: int) -> None:
    starts = np.array([0, 1, 2, 9, 10, 12, 15])
    found = list(chunks(starts, size))
    assert [run for first, last in found for run in range(first, last)] == list(range(6))
    assert all(starts[last] - starts[first] <= size or last == first + 1 for first, last in found)


@pytest.mark.parametrize("n_values", [4, 1000], ids=["counted", "sorted"])
def test_count_alike_counts_within_labels(n_values: int) -> None:
    rng = np.random.default_rng(2)
    values, label = rng.integers(0, 4, 60).astype(np.int32), rng.integers(0, 3, 60).astype(np.int32)
    seen = Counter(zip(values, label, strict=True))
    expected = [seen[pair] for pair in zip(values, label, strict=True)]
    assert count_alike(values, n_values, label).tolist() == expected
