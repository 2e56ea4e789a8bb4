"""Scores against nltk's plain definitions, for every corpus and smoothing."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.weak_judges import KGramSettings, judge_responses, tokenize
from annotation.weak_judges.encoding import encode_texts
from annotation.weak_judges.kgrams import KGramCounter

Texts = Sequence[Sequence[str | None]]

ORDERS = (1, 2, 3, 4, 5)
TABLES: dict[str, Texts] = {
    "one token each": [["a", "a"], ["b", "a"]],
    "one token, all alike": [["a", "a", "a"]],
    "empty among full": [["", "a b a b"], ["a b c", ""]],
    "all empty": [["", ""]],
    "shorter than the order": [["a b", "a b c", "b"], ["c", "", "a b c"]],
    "repeats inside a response": [["a a a a a a", "a a b a a b a a c"], ["b b b b", "a b a b a b"]],
    "one response contains another": [["x y z x y z w", "x y z"], ["z x y z", "y z w x y"]],
    "identical responses": [["the cat sat .", "the cat sat .", "the cat ran ."]] * 2,
    "missing cells": [[None, "a b c", "a b"], ["a b d", None, "a b c a b d"], ["c", "d", None]],
    "start of one resembles the end of another": [["b c d", "a b"], ["c d", "a b c"], ["d a b c", "b c d"]],
}

CELLS = st.one_of(st.none(), st.lists(st.sampled_from("abc"), max_size=8).map(" ".join))
TABLE = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=4)
)


def training_cells(texts: Texts, corpus: str, query: int, entry: int) -> list[str]:
    """The responses that the model of one cell is trained on."""
    return [
        text
        for i, row in enumerate(texts)
        for j, text in enumerate(row)
        if text is not None
        and not (corpus == "per_query" and i != query)
        and not (corpus == "leave_one_candidate_out" and j == entry)
    ]


def nltk_score(text: str, order: int, training: list[str], vocabulary: list[str], smoothing: float) -> float:
    """Mean natural log-probability of a response's tokens and its end mark, by nltk."""
    from nltk.lm import MLE, Lidstone, Vocabulary
    from nltk.util import ngrams

    def kgrams(response: str) -> list[tuple[str, ...]]:
        return list(ngrams(["<s>"] * (order - 1) + [*tokenize(response), "</s>"], order))

    known = [token for response in vocabulary for token in tokenize(response)] + ["</s>"]
    if smoothing:
        model = Lidstone(smoothing, order, vocabulary=Vocabulary(known))
    else:
        # Without smoothing the size of the vocabulary plays no part; the start mark must be known to be kept.
        model = MLE(order, vocabulary=Vocabulary([*known, "<s>"]))
    model.fit([kgrams(response) for response in training])
    return float(np.mean([math.log(model.score(token, context)) for *context, token in kgrams(text)]))


def nltk_scores(texts: Texts, settings: KGramSettings) -> np.ndarray:
    scores = np.full((len(texts), len(texts[0]), len(settings.orders)), np.nan)
    whole_study = training_cells(texts, "pooled", 0, 0)
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            if text is None:
                continue
            training = training_cells(texts, settings.corpus, i, j)
            vocabulary = training if settings.corpus == "per_query" else whole_study
            for place, order in enumerate(settings.orders):
                scores[i, j, place] = nltk_score(text, order, training, vocabulary, settings.smoothing)
    return scores


def assert_equals_nltk(texts: Texts, settings: KGramSettings) -> None:
    ours = judge_responses(texts, settings).scores
    np.testing.assert_allclose(ours, nltk_scores(texts, settings), rtol=0, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("texts", TABLES.values(), ids=TABLES.keys())
@pytest.mark.parametrize(
    ("corpus", "smoothing"),
    [
        ("pooled", 0.0),
        ("per_query", 0.0),
        ("pooled", 0.1),
        ("per_query", 1.0),
        ("leave_one_candidate_out", 0.5),
    ],
)
def test_scores_equal_nltk(texts: Texts, corpus: str, smoothing: float) -> None:
    assert_equals_nltk(texts, KGramSettings(orders=ORDERS, corpus=corpus, smoothing=smoothing))


@given(texts=TABLE)
@settings(deadline=None, max_examples=60)
def test_maximum_likelihood_equals_nltk_on_any_table(texts: Texts) -> None:
    assert_equals_nltk(texts, KGramSettings(orders=ORDERS))
    assert_equals_nltk(texts, KGramSettings(orders=ORDERS, corpus="per_query"))


@given(texts=TABLE, smoothing=st.sampled_from([0.01, 0.5, 2.0]))
@settings(deadline=None, max_examples=40)
def test_smoothed_scores_equal_nltk_on_any_table(texts: Texts, smoothing: float) -> None:
    for corpus in ("pooled", "per_query", "leave_one_candidate_out"):
        assert_equals_nltk(texts, KGramSettings(orders=ORDERS, corpus=corpus, smoothing=smoothing))


def test_scores_by_hand() -> None:
    # Tokens: a b END, a c END. Order 1: a 2/6, END 2/6, b and c 1/6. Order 2: only after a is there a choice.
    scores = judge_responses([["a b", "a c"]], KGramSettings(orders=(1, 2))).scores
    expected = [(2 * math.log(1 / 3) + math.log(1 / 6)) / 3, math.log(1 / 2) / 3]
    np.testing.assert_allclose(scores[0], [expected, expected], rtol=0, atol=1e-12)


def test_a_chosen_order_scores_as_it_does_among_others() -> None:
    texts = TABLES["repeats inside a response"]
    every, some = (judge_responses(texts, KGramSettings(orders=orders)).scores for orders in (ORDERS, (2, 5)))
    np.testing.assert_array_equal(some, every[:, :, [1, 4]])


@pytest.mark.parametrize("chunk", [1, 3, 7, 1000])
@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("corpus", ["pooled", "per_query", "leave_one_candidate_out"])
def test_chunks_and_threads_change_nothing(chunk: int, n_threads: int, corpus: str) -> None:
    rng = np.random.default_rng(4)
    texts = [
        [" ".join(rng.choice(list("abcd"), size=rng.integers(0, 12))) for _ in range(4)] for _ in range(6)
    ]
    settings = KGramSettings(orders=ORDERS, corpus=corpus, smoothing=0.3)
    stream = encode_texts(texts, lambda _: None)
    counter = KGramCounter(stream, settings, n_threads=n_threads, chunk=chunk)
    sums = np.stack(list(counter.sums(5, lambda _order, _fraction: None)), axis=1)
    expected = nltk_scores(texts, settings)[stream.query, stream.entry]
    np.testing.assert_allclose(sums / stream.lengths[:, np.newaxis], expected, rtol=0, atol=1e-9)
