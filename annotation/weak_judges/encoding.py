"""Responses to one stream of token ids."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.weak_judges.grouping import Int32
from annotation.weak_judges.tokenizer import tokenize

END = 0


@dataclass(frozen=True, slots=True)
class TokenStream:
    """Every document of a study, laid end to end.

    ``tokens`` starts with an end mark and each document closes with one, so that the mark before a document
    serves as its start mark. Document d holds ``tokens[first[d] : first[d + 1]]``, its end mark included, and
    is entry ``entry[d]``'s response to query ``query[d]``.
    """

    tokens: Int32
    first: NDArray[np.int64]
    query: Int32
    entry: Int32
    n_types: int

    @property
    def n_documents(self) -> int:
        return len(self.query)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.first)


def encode_texts(texts: Sequence[Sequence[str | None]], report: Callable[[float], None]) -> TokenStream:
    """Tokenize and number; ``report`` gets the fraction of the queries done."""
    ids: defaultdict[str, int] = defaultdict()
    # A type's number is the count of types before it; the end mark is no string, so no text can hold it.
    ids.default_factory = lambda: len(ids) + 1
    parts, lengths, cells = [np.array([END], np.int32)], [], []
    for query, row in enumerate(texts):
        coded: list[int] = []
        for entry, text in enumerate(row):
            if text is None:
                continue
            tokens = tokenize(text)
            coded.extend(map(ids.__getitem__, tokens))
            coded.append(END)
            lengths.append(len(tokens) + 1)
            cells.append((query, entry))
        parts.append(np.array(coded, np.int32))
        report((query + 1) / len(texts))
    where = np.array(cells, np.int32).reshape(-1, 2)
    first = np.concatenate(([1], 1 + np.cumsum(lengths, dtype=np.int64)))
    return TokenStream(np.concatenate(parts), first, where[:, 0].copy(), where[:, 1].copy(), len(ids) + 1)
