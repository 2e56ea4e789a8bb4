"""Weak tensors as rows: packed, unpacked, and aligned with a study as it is now."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from annotation.models import Study, WeakTensor
from annotation.selection import MISSING
from annotation.weak_judges import log_length_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class StoredTensor:
    """What the weak judges said about a study when it was prepared, and how long its responses were.

    Attributes
    ----------
    query_ids, entry_ids
        Primary keys along the first two axes; the last entry is the baseline.
    outcomes
        int8, shape (n_queries, n_entries, n_judges).
    scores
        Mean log-likelihood per token in nats, float32, same shape.
    lengths
        Characters of each response, float32, shape (n_queries, n_entries), NaN where there is none; ``None``
        in tensors stored before lengths were.
    """

    query_ids: NDArray[np.int64]
    entry_ids: NDArray[np.int64]
    outcomes: NDArray[np.int8]
    scores: NDArray[np.float32]
    lengths: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Beforehand:
    """What is known of a pool's responses before any verdict.

    Attributes
    ----------
    weak_outcomes
        int8, shape (n_queries, n_entries, n_judges), missing where the tensor is older than the response;
        ``None`` while no weak judge has said anything.
    log_length_ratio
        log(length of the candidate's response / length of the baseline's), shape (n_queries, n_entries - 1),
        NaN where the tensor is older; ``None`` while no length is stored.
    """

    weak_outcomes: NDArray[np.int8] | None = None
    log_length_ratio: NDArray[np.float64] | None = None


def pack_tensor(tensor: StoredTensor) -> bytes:
    """Return the tensor as the bytes of a compressed ``.npz``."""
    buffer = io.BytesIO()
    arrays = {name: array for name, array in vars(tensor).items() if array is not None}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@lru_cache(maxsize=4)  # a worker refreshes few studies at a time; alpaca-sized tensors take some 2 MB
def load_tensor(tensor_id: int, _created_at: datetime) -> StoredTensor:
    """Return a stored tensor; rows never change once written, so the copy in memory stays true.

    The time of writing tells a row apart from one of the same key in a database restored from a backup.
    """
    blob = WeakTensor.objects.values_list("blob", flat=True).get(pk=tensor_id)
    with np.load(io.BytesIO(bytes(blob)), allow_pickle=False) as arrays:
        return StoredTensor(**{name: arrays[name] for name in arrays.files})


def find_tensor(study: Study) -> StoredTensor | None:
    """Return the newest tensor whose baseline is the study's, or ``None`` while there is none."""
    newest = WeakTensor.objects.filter(study=study).values_list("pk", "created_at").first()
    if newest is None:
        return None
    tensor = load_tensor(*newest)
    return tensor if tensor.entry_ids[-1] == study.baseline_id else None


def has_lengths(study: Study) -> bool:
    """Return whether the lengths of the study's responses are stored."""
    tensor = find_tensor(study)
    return tensor is not None and tensor.lengths is not None


def align(
    values: NDArray[Scalar],
    old: tuple[NDArray[np.int64], NDArray[np.int64]],
    new: tuple[Sequence[int], Sequence[int]],
    *,
    fill: float,
) -> NDArray[Scalar]:
    """Reorder the first two axes from keys ``old`` to keys ``new``; what is unknown becomes ``fill``."""
    result = np.full((len(new[0]), len(new[1]), *values.shape[2:]), fill, dtype=values.dtype)
    places = [{int(key): i for i, key in enumerate(keys)} for keys in old]
    rows = [(i, places[0][key]) for i, key in enumerate(new[0]) if key in places[0]]
    columns = [(j, places[1][key]) for j, key in enumerate(new[1]) if key in places[1]]
    if rows and columns:
        to_rows, from_rows = map(np.array, zip(*rows, strict=True))
        to_columns, from_columns = map(np.array, zip(*columns, strict=True))
        result[np.ix_(to_rows, to_columns)] = values[np.ix_(from_rows, from_columns)]
    return result


def known_beforehand(study: Study, query_ids: Sequence[int], entry_ids: Sequence[int]) -> Beforehand:
    """Return what the stored tensor says of the given queries and entries, the baseline last."""
    tensor = find_tensor(study)
    if tensor is None:
        return Beforehand()
    old, new = (tensor.query_ids, tensor.entry_ids), (query_ids, entry_ids)
    weak = align(tensor.outcomes, old, new, fill=MISSING)
    ratio = None
    if tensor.lengths is not None:
        ratio = log_length_ratio(align(tensor.lengths, old, new, fill=np.nan))
    return Beforehand(
        weak_outcomes=weak if (weak != MISSING).any() else None,
        log_length_ratio=ratio if ratio is not None and np.isfinite(ratio).any() else None,
    )
