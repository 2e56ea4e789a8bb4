"""Weak tensors as rows: what is packed comes back, and follows the pool as it is now."""

import io

import numpy as np
import pytest

from annotation.lookups.arrays import study_arrays
from annotation.lookups.tensors import StoredTensor, align, find_tensor, known_beforehand, pack_tensor
from annotation.models import WeakTensor
from tests.factories import make_labelled_study

pytestmark = pytest.mark.django_db

QUERIES = (3, 5, 7)
LENGTHS = np.array([[1, 7, 3], [np.nan, 0, 1], [15, np.nan, 3]], dtype=np.float32)


@pytest.fixture
def tensor(study, rng):
    """Three queries, two candidates beside the study's baseline, two judges."""
    return StoredTensor(
        query_ids=np.array(QUERIES),
        entry_ids=np.array([10**6, 10**7, study.baseline_id]),
        outcomes=rng.integers(0, 3, (3, 3, 2)).astype(np.int8),
        scores=rng.normal(size=(3, 3, 2)).astype(np.float32),
        lengths=LENGTHS,
    )


def save(study, tensor, blob=None):
    n_queries, n_entries, n_judges = tensor.outcomes.shape
    return WeakTensor.objects.create(
        study=study,
        data_version=1,
        settings_hash="x",
        n_queries=n_queries,
        n_entries=n_entries,
        n_judges=n_judges,
        n_tokens=1,
        blob=blob or pack_tensor(tensor),
    )


def save_without_lengths(study, tensor):
    """Save the tensor as it was saved before lengths were."""
    buffer = io.BytesIO()
    names = ("query_ids", "entry_ids", "outcomes", "scores")
    np.savez_compressed(buffer, **{name: getattr(tensor, name) for name in names})
    return save(study, tensor, buffer.getvalue())


def test_a_tensor_survives_packing_and_follows_the_pool(study, tensor):
    save(study, tensor)
    stored = find_tensor(study)
    for name in ("query_ids", "entry_ids", "outcomes", "scores", "lengths"):
        np.testing.assert_array_equal(getattr(stored, name), getattr(tensor, name), strict=True)
    keys = (stored.query_ids, stored.entry_ids)
    moved = align(stored.outcomes, keys, ([7, 9, 3], [10**7, 11]), fill=-1)
    np.testing.assert_array_equal(moved[:, 0], [tensor.outcomes[2, 1], [-1, -1], tensor.outcomes[0, 1]])
    assert (moved[:, 1] == -1).all()
    lengths = align(stored.lengths, keys, ([9, 3], [10**7, 10**6]), fill=np.nan)
    np.testing.assert_array_equal(lengths, [[np.nan, np.nan], [7, 1]])
    assert lengths.dtype == np.float32


def test_a_tensor_for_another_baseline_is_not_used(study):
    tensor = StoredTensor(
        np.array([1]), np.array([2, 0]), np.zeros((1, 2, 1), np.int8), np.zeros((1, 2, 1), np.float32)
    )
    save(study, tensor)
    assert find_tensor(study) is None


@pytest.mark.parametrize("is_packed_now", [True, False])
def test_tensors_without_lengths_serve_as_before(study, tensor, is_packed_now):
    if is_packed_now:
        save(study, StoredTensor(tensor.query_ids, tensor.entry_ids, tensor.outcomes, tensor.scores))
    else:
        save_without_lengths(study, tensor)
    assert find_tensor(study).lengths is None
    known = known_beforehand(study, QUERIES, tensor.entry_ids.tolist())
    np.testing.assert_array_equal(known.weak_outcomes, tensor.outcomes, strict=True)
    assert known.log_length_ratio is None


def test_lengths_are_those_of_the_given_queries_and_entries(study, tensor):
    save(study, tensor)
    known = known_beforehand(study, (7, 9, 3), (10**7, 11, 10**6, study.baseline_id))
    nan = np.nan
    expected = np.log([[nan, nan, 4], [nan, nan, nan], [2, nan, 0.5]])
    np.testing.assert_allclose(known.log_length_ratio, expected, rtol=1e-15)
    assert known.log_length_ratio.dtype == np.float64


def test_nothing_is_known_without_a_tensor_or_of_other_queries(study, tensor):
    assert known_beforehand(study, QUERIES, tensor.entry_ids.tolist()).log_length_ratio is None
    save(study, tensor)
    others = known_beforehand(study, (11, 13), tensor.entry_ids.tolist())
    assert (others.weak_outcomes, others.log_length_ratio) == (None, None)


def test_labelled_studies_have_no_lengths():
    assert study_arrays(make_labelled_study()).log_length_ratio is None
