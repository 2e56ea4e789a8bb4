"""Exact k-gram log-likelihoods of every document, for all orders in one chain.

A position is one predicted token. For order k, positions with the same k - 1 tokens before them share a
*context*, and those that also predict the same token are one *k-gram*; both counts are sizes of such groups.
Contexts of order k + 1 split the contexts of order k by one more token to the left, so positions are kept
sorted by (context, predicted token), and each order sorts only inside the groups of the last one. A context
is *settled* when no longer context can change what its positions contribute; settled positions leave the
chain, so high orders cost little.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.weak_judges.encoding import END, TokenStream
from annotation.weak_judges.grouping import (
    Bool,
    Int,
    Int32,
    buckets,
    changes,
    chunks,
    count_alike,
    run_starts,
    stable_order,
    starts_of,
)
from annotation.weak_judges.settings import KGramSettings

Float = NDArray[np.float64]

# Positions sorted at once: few enough for the processor's cache, enough to hide the cost of each numpy call.
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class _Positions:
    """Positions sorted by (context, predicted token); context c holds ``[starts[c], starts[c + 1])``."""

    position: Int32
    token: Int32
    document: Int32
    starts: Int

    def __len__(self) -> int:
        return len(self.position)

    def take(self, chosen: Int | Bool, starts: Int) -> "_Positions":
        return _Positions(self.position[chosen], self.token[chosen], self.document[chosen], starts)

    def cut(self, first: int, last: int) -> "_Positions":
        """The contexts ``first`` up to ``last``."""
        low, high = self.starts[first], self.starts[last]
        starts = self.starts[first : last + 1] - low
        return _Positions(self.position[low:high], self.token[low:high], self.document[low:high], starts)


@dataclass(frozen=True, slots=True)
class _Counted:
    """One chunk after one order: sums per document, and the positions still open."""

    open_sums: Float
    settled_sums: Float
    rest: _Positions


class KGramCounter:
    """Sums of log-likelihoods per document for rising orders.

    Parameters
    ----------
    stream
        The documents.
    settings
        Corpus and smoothing; the orders are the caller's.
    n_threads
        Threads over chunks; the result does not depend on it.
    """

    def __init__(
        self, stream: TokenStream, settings: KGramSettings, *, n_threads: int = 1, chunk: int = CHUNK
    ) -> None:
        self._stream = stream
        self._smoothing = settings.smoothing
        self._leaves_own_out = settings.corpus == "leave_one_candidate_out"
        self._root = stream.query if settings.corpus == "per_query" else np.zeros_like(stream.query)
        self._n_words = _vocabulary_sizes(stream, self._root)
        self._n_threads = n_threads
        self._chunk = chunk

    def sums(self, max_order: int, report: Callable[[int, float], None]) -> Iterator[Float]:
        """Yield the sums of order 1, 2, ... ``max_order``, each of shape (n_documents,), in nats.

        ``report`` gets the order under way and the fraction of its positions that are done.
        """
        yield self._sums_without_context()
        report(1, 1.0)
        settled = np.zeros(self._stream.n_documents)
        positions = self._first_positions()
        for order in range(2, max_order + 1):
            still_open = np.zeros_like(settled)
            rests = []
            for counted, fraction in self._count_chunks(positions, order):
                still_open += counted.open_sums
                settled += counted.settled_sums
                rests.append(counted.rest)
                report(order, fraction)
            positions = _join(rests)
            yield still_open + settled

    def _sums_without_context(self) -> Float:
        stream, lengths = self._stream, self._stream.lengths
        tokens = stream.tokens[1:]
        n_alike = count_alike(tokens, stream.n_types, np.repeat(self._root, lengths))
        n_in_root = np.bincount(self._root, lengths).astype(np.int64)[self._root]
        if self._leaves_own_out:
            n_alike -= count_alike(tokens, stream.n_types, np.repeat(stream.entry, lengths))
            n_in_root -= np.bincount(stream.entry, lengths).astype(np.int64)[stream.entry]
        log_total = np.log(n_in_root + self._smoothing * self._n_words[self._root])
        return np.add.reduceat(np.log(n_alike + self._smoothing), stream.first[:-1] - 1) - lengths * log_total

    def _first_positions(self) -> _Positions:
        """All positions, coarsely grouped so that no context of order 2 crosses a group."""
        stream = self._stream
        document = np.repeat(np.arange(stream.n_documents, dtype=np.int32), stream.lengths)
        is_whole = self._root.max(initial=0) == 0
        group = buckets(stream.tokens[:-1], stream.n_types) if is_whole else self._root[document]
        order = np.argsort(group, kind="stable").astype(np.int32)
        return _Positions(
            order + np.int32(1), stream.tokens[1:][order], document[order], run_starts(changes(group[order]))
        )

    def _count_chunks(self, positions: _Positions, order: int) -> Iterator[tuple[_Counted, float]]:
        """Chunks in order, whatever thread counted them: sums of floats must not depend on timing."""
        ranges = list(chunks(positions.starts, self._chunk))

        def count(chunk: tuple[int, int]) -> _Counted:
            return self._count(positions.cut(*chunk), order)

        with ThreadPoolExecutor(self._n_threads) as pool:
            for (_, last), counted in zip(ranges, pool.map(count, ranges), strict=True):
                yield counted, float(positions.starts[last]) / len(positions)

    def _count(self, group: _Positions, order: int) -> _Counted:
        group = self._split_contexts(group, order)
        n_in_context = np.diff(group.starts)
        is_new = changes(group.token)
        is_new[group.starts[:-1]] = True
        kgram_starts = run_starts(is_new)
        n_in_kgram = np.diff(kgram_starts)
        kgrams_before = np.searchsorted(kgram_starts, group.starts)
        context_of_kgram = np.repeat(np.arange(len(n_in_context)), np.diff(kgrams_before))

        log_likelihood, is_settled = self._score(group, n_in_context, n_in_kgram, context_of_kgram)
        # Where the context has reached the start of its document, there is nothing further left.
        is_settled |= self._stream.tokens[group.position[group.starts[:-1]] - (order - 1)] == END
        return _settle(group, log_likelihood, is_settled, self._stream.n_documents)

    def _split_contexts(self, group: _Positions, order: int) -> _Positions:
        """Sort inside each context by the token ``order - 1`` places to the left."""
        if order == 2:
            by_token, _ = self._order_within(group, group.token)
            group = group.take(by_token, group.starts)
        added = self._stream.tokens[group.position - np.int32(order - 1)]
        by_added, key = self._order_within(group, added)
        return group.take(by_added, run_starts(changes(key[by_added])))

    def _order_within(self, group: _Positions, tokens: Int32) -> tuple[Int, Int]:
        """The stable order by (context, token), and the key it sorts."""
        n_contexts, n_types = len(group.starts) - 1, self._stream.n_types
        key = np.repeat(np.arange(n_contexts) * n_types, np.diff(group.starts)) + tokens
        return stable_order(key, n_contexts * n_types), key

    def _score(
        self, group: _Positions, n_in_context: Int, n_in_kgram: Int, context_of_kgram: Int
    ) -> tuple[Float, Bool]:
        """Log-likelihood per position, and whether each context is settled."""
        if self._leaves_own_out:
            return self._score_leaving_own_out(group, n_in_context, n_in_kgram)
        if self._smoothing == 0:
            log_kgram = np.log(n_in_kgram) - np.log(n_in_context)[context_of_kgram]
            # With one continuation the probability is 1, and stays 1 in every longer context.
            return np.repeat(log_kgram, n_in_kgram), np.bincount(context_of_kgram) == 1
        total = n_in_context + self._smoothing * self._words_of(group)
        log_kgram = np.log(n_in_kgram + self._smoothing) - np.log(total)[context_of_kgram]
        return np.repeat(log_kgram, n_in_kgram), n_in_context == 1

    def _score_leaving_own_out(
        self, group: _Positions, n_in_context: Int, n_in_kgram: Int
    ) -> tuple[Float, Bool]:
        entry = self._stream.entry[group.document]
        others_in_context = _count_others(entry, n_in_context)
        others_in_kgram = _count_others(entry, n_in_kgram)
        words = np.repeat(self._words_of(group), n_in_context)
        log_likelihood = np.log(others_in_kgram + self._smoothing) - np.log(
            others_in_context + self._smoothing * words
        )
        # Nobody else wrote the context, so nobody else wrote a longer one either.
        return log_likelihood, others_in_context[group.starts[:-1]] == 0

    def _words_of(self, group: _Positions) -> Int:
        """Size of the vocabulary, per context."""
        return self._n_words[self._root[group.document[group.starts[:-1]]]]


def _settle(group: _Positions, log_likelihood: Float, is_settled: Bool, n_documents: int) -> _Counted:
    n_in_context = np.diff(group.starts)
    is_open = ~np.repeat(is_settled, n_in_context)
    rest = group.take(is_open, starts_of(n_in_context[~is_settled]))
    open_sums = _sum_by(rest.document, log_likelihood[is_open], n_documents)
    settled_sums = _sum_by(group.document[~is_open], log_likelihood[~is_open], n_documents)
    return _Counted(open_sums, settled_sums, rest)


def _sum_by(document: Int32, values: Float, n_documents: int) -> Float:
    return np.bincount(document, values, n_documents).astype(np.float64, copy=False)


def _vocabulary_sizes(stream: TokenStream, root: Int32) -> Int:
    """Per root: distinct tokens, the end mark among them, and one more for any token never seen."""
    n_roots = int(root.max(initial=0)) + 1
    if n_roots == 1:
        return np.array([stream.n_types + 1])
    key = np.repeat(root.astype(np.int64), stream.lengths) * stream.n_types + stream.tokens[1:]
    n_types_of: Int = np.bincount(np.unique(key) // stream.n_types, minlength=n_roots)
    return n_types_of + 1


def _count_others(entry: Int32, sizes: Int) -> Int:
    """Per position, members of its run (runs have ``sizes``) that belong to another entry."""
    n_entries = int(entry.max()) + 1
    key = np.repeat(np.arange(len(sizes)) * n_entries, sizes) + entry
    _, cell, n_own = np.unique(key, return_inverse=True, return_counts=True)
    n_all = np.repeat(sizes, sizes)
    n_all -= n_own[cell]
    return n_all


def _join(parts: list[_Positions]) -> _Positions:
    none = np.zeros(0, np.int32)
    sizes = [np.diff(part.starts) for part in parts]
    return _Positions(
        np.concatenate([none, *(part.position for part in parts)]),
        np.concatenate([none, *(part.token for part in parts)]),
        np.concatenate([none, *(part.document for part in parts)]),
        starts_of(np.concatenate([np.zeros(0, np.int64), *sizes])),
    )
