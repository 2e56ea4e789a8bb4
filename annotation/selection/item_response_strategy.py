"""The default: an item-response model and the comparison that decides the contest for the first place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotation.selection.contest import Contest, ContestDraw, information
from annotation.selection.covariates import relation_of_candidates
from annotation.selection.estimates import estimate_from_samples
from annotation.selection.item_response import ItemResponse, fit_outcomes
from annotation.selection.joint import complete_query, strongest
from annotation.selection.parameters import Parameter
from annotation.selection.pool import CellPrediction, predict_cells, predict_pool
from annotation.selection.problem import Suggestion
from annotation.selection.strategy import DELTA, Strategy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from annotation.selection.pool import PoolPrediction
    from annotation.selection.problem import Estimate, SelectionProblem

REFIT_FROM = 8
"""So many verdicts told at once are fitted from nothing: a rebuilt strategy does not depend on its past."""

N_SAMPLES = 4000
"""Samples behind P(best): their own error is below 0.01."""

MARGIN = Parameter(
    "margin",
    0.03,
    "A rival contests the first place in so far as it may beat the leader by this win rate.",
    low=0.0,
    high=0.5,
)

CLAIM_WIDENING = 1.5
"""Factor on the variances behind P(best). At 1.2 claims came true at least as often as they say on every real
table; the rest is for tables whose judged queries, chosen by information, say less of the others than the
model believes. In a synthetic world where they rank the candidates the wrong way claims of 0.8, 0.9, 0.95 and
0.99 came true in .62, .80, .86 and .97 at 1.2 and in .77, .87, .94 and 1.00 at 1.5 (260 worlds). The price is
about a fifth more verdicts until a study of 53 candidates stops."""

INTERVAL_WIDENING = 1.25
"""Factor on the variances behind the intervals: candidates dropped early after few verdicts lie further from
the others than a normal law of abilities has it. At 1.1 they covered 86 % on a real table of 53 candidates
late in its replays; on tables of few candidates they are rather too wide."""

PURPOSE = Parameter(
    "purpose",
    "best",
    "What the verdicts are for: finding the best candidate, or also an ensemble, for which half of them "
    "judge strong candidates on the same queries.",
    choices=("best", "ensemble"),
)

JOINT_SHARE = 0.5
"""Share of the comparisons that complete queries when an ensemble is wanted; the rest finds the strong."""

COMMON_SHARE = Parameter(
    "common_share",
    0.0,
    "Share of the comparisons taken in one common random order of the queries instead of by information.",
    low=0.0,
    high=1.0,
)

FOR_ENSEMBLE = "Completes a query on which strong candidates are judged, so that an ensemble can be built."


class ItemResponseStrategy(Strategy):
    """Top-two sampling of candidates under an item-response model.

    Notes
    -----
    Model: see ``ItemResponse``. Choice of the candidates: see ``ContestDraw``. Choice of the query and of
    the side: see ``information``. Answer: the highest expected win rate on the pool.
    """

    name = "item_response"
    grain = "pair"
    uses_weak_judges = True
    learns_from_judges = True
    """Weak judges and lengths also give a first guess of abilities, with learnt weights; reports say it."""
    label = "Item response (recommended)"
    description = (
        "Learns how able each candidate and how easy each query is, and asks for the comparison that best "
        "separates the two candidates that contest the first place."
    )
    caveat = (
        "Probabilities and intervals of this strategy come from a model of candidates and queries; replays "
        "with known outcomes (the project's page of benchmarks) say on which kinds of tables they held. "
        "Intervals of candidates judged only a handful of times can be too narrow."
    )
    parameters = (DELTA, MARGIN, COMMON_SHARE, PURPOSE)

    def __init__(self, problem: SelectionProblem, seed: int, **params: object) -> None:
        super().__init__(problem, seed, **params)
        self._model = ItemResponse(problem.is_askable, relation_of_candidates(problem))
        self._order = np.random.default_rng(self.seed).permutation(problem.n_queries)

    @property
    def shared_outcomes(self) -> NDArray[np.float64]:
        """Share of outcomes that two candidates have in common, as near copies do, shape (n_candidates,) * 2.

        Beyond what ability and ease explain; see ``near_copies.shared_outcomes``.
        """
        return self._model.shared_outcomes

    def _observe(
        self, queries: NDArray[np.int64], candidates: NDArray[np.int64], outcomes: NDArray[np.int8]
    ) -> None:
        # A comparison that needs no verdict is a draw by identity: it says nothing about ability or ease.
        counts = self.problem.is_askable[queries, candidates]
        if len(queries) >= REFIT_FROM:
            self._model = fit_outcomes(self.problem, np.where(self.problem.is_askable, self.outcomes, -1))
        elif counts.any():
            self._model.add(queries[counts], candidates[counts], outcomes[counts])

    def _choose(self, n: int) -> list[Suggestion]:
        rng = self._generator()
        is_free = self.is_free
        is_live = np.append(is_free.any(axis=0), False)
        cells, pool = self._predict()
        contests = ContestDraw(pool, is_live, float(self.params["margin"]))
        is_for_ensemble = self.params["purpose"] == "ensemble"
        strong = strongest(pool.win_rate[:-1])
        suggestions: list[Suggestion] = []
        while len(suggestions) < n:
            if is_for_ensemble and rng.random() < JOINT_SHARE:
                found = complete_query(is_free, self.problem.is_askable & ~is_free, strong, self._order)
                if found is not None:
                    suggestions.append(Suggestion(*found, 0.0, float("nan"), FOR_ENSEMBLE))
                    self._take(found, is_free, is_live)
                    continue
            contest = contests.draw(rng)
            is_common = rng.random() < float(self.params["common_share"])
            query, candidate, score = self._pick(cells, pool, contest, is_free, rng, is_common=is_common)
            suggestions.append(Suggestion(query, candidate, score, float("nan"), _reason(contest, is_common)))
            self._take((query, candidate), is_free, is_live)
        return suggestions

    @staticmethod
    def _take(comparison: tuple[int, int], is_free: NDArray[np.bool_], is_live: NDArray[np.bool_]) -> None:
        is_free[comparison] = False
        is_live[comparison[1]] = is_free[:, comparison[1]].any()

    def _pick(
        self,
        cells: CellPrediction,
        pool: PoolPrediction,
        contest: Contest,
        is_free: NDArray[np.bool_],
        rng: np.random.Generator,
        *,
        is_common: bool,
    ) -> tuple[int, int, float]:
        sides = (contest.leader, contest.challenger)
        live = [side for side in sides if side < is_free.shape[1] and is_free[:, side].any()]
        if not live:
            # Everything is known of the two, or they are pending: any other candidate is next.
            live = [int(rng.choice(np.flatnonzero(is_free.any(axis=0))))]
            contest, sides = Contest(live[0], contest.leader), (live[0], contest.leader)
        if is_common:
            candidate = live[int(rng.integers(len(live)))]
            return int(self._order[np.argmax(is_free[self._order, candidate])]), candidate, 0.0
        is_unseen = self.problem.is_askable & (self.outcomes < 0)
        size = np.maximum((self.problem.is_askable | (self.outcomes >= 0)).sum(axis=0), 1)
        gain = information(self._model, cells, pool, is_unseen / size, contest)
        free = np.column_stack(
            [is_free[:, side] if side in live else np.zeros(len(gain), bool) for side in sides]
        )
        # Exact ties (queries nothing is known of) go by the study's own random order.
        ranked = np.where(free, gain, -1.0)[self._order]
        place, side_index = divmod(int(np.argmax(ranked)), 2)
        return int(self._order[place]), sides[side_index], float(ranked[place, side_index])

    def _predict(self) -> tuple[CellPrediction, PoolPrediction]:
        cells = predict_cells(self._model)
        return cells, predict_pool(self._model, cells, self.outcomes, self.problem.is_askable)

    def recommend(self) -> int:
        """Return the entry of the highest expected win rate on the pool."""
        return int(np.argmax(self._predict()[1].win_rate))

    def _estimate(self) -> Estimate:
        _, pool = self._predict()
        rng = self._generator()
        return estimate_from_samples(
            pool.widened(CLAIM_WIDENING).sample(rng, N_SAMPLES),
            pool.win_rate,
            self.outcomes,
            delta=float(self.params["delta"]),
            interval_samples=pool.widened(INTERVAL_WIDENING).sample(rng, N_SAMPLES),
            method=(
                "Expected win rate on the whole pool: the outcomes seen plus those an item-response model "
                "predicts for the rest, which corrects for comparisons not having been chosen at random."
            ),
        )


def _reason(contest: Contest, is_common: bool) -> str:
    if is_common:
        return "Next in the common order of queries, to keep part of the verdicts unbiased."
    return "Best separates two candidates that contest the first place."
