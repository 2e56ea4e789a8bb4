"""Scores of real responses against counting in plain dictionaries, up to order 10."""

import gzip
import json
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from annotation.weak_judges import judge_responses, tokenize

SHARED = Path(os.environ.get("SELECTOR_DATA", "../shared/data"))
RESPONSES = SHARED / "mtbench-human" / "responses.jsonl.gz"

pytestmark = pytest.mark.skipif(not RESPONSES.exists(), reason=f"shared data absent: {RESPONSES}")


def read_table() -> list[list[str | None]]:
    with gzip.open(RESPONSES, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    cells = {(row["query_id"], row["model"]): row["response"] for row in rows}
    queries, entries = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
    return [[cells.get((query, entry)) for entry in entries] for query in queries]


def count_plainly(documents: list[list[str]], order: int) -> list[float]:
    """Mean log-likelihood per document by one dictionary of k-grams and one of contexts."""
    padded = [["<s>"] * (order - 1) + document + ["</s>"] for document in documents]
    kgrams = [
        [tuple(document[place : place + order]) for place in range(len(document) - order + 1)]
        for document in padded
    ]
    n_kgram = Counter(kgram for document in kgrams for kgram in document)
    n_context = Counter(kgram[:-1] for document in kgrams for kgram in document)
    return [
        sum(math.log(n_kgram[kgram] / n_context[kgram[:-1]]) for kgram in document) / len(document)
        for document in kgrams
    ]


def test_every_order_counts_real_responses_exactly() -> None:
    texts = read_table()
    judged = judge_responses(texts)
    present = np.array([[text is not None for text in row] for row in texts])
    documents = [tokenize(text) for row in texts for text in row if text is not None]
    assert judged.n_tokens == sum(map(len, documents))
    for place, order in enumerate(judged.settings.orders):
        expected = count_plainly(documents, order)
        np.testing.assert_allclose(judged.scores[present, place], expected, rtol=0, atol=1e-9)
