"""What the paper's comparison strategies ask for first, on weak outcomes made by hand."""

import numpy as np
import pytest

from annotation.selection import SelectionProblem, make_strategy

LOSS, DRAW, WIN = 0, 1, 2
# Four queries, two candidates, four weak judges.
AGREE = [WIN, WIN, WIN, WIN]
DRAWN = [DRAW, DRAW, DRAW, DRAW]
SPLIT = [LOSS, LOSS, WIN, WIN]
MIXED = [LOSS, DRAW, WIN, WIN]


def problem_of(*queries):
    weak = np.array([[judges, judges, DRAWN] for judges in queries], dtype=np.int8)
    return SelectionProblem(is_askable=np.ones((len(queries), 2), dtype=bool), weak_outcomes=weak)


def first_query(name, *queries):
    return make_strategy(name, problem_of(*queries), seed=3).ask(1)[0].query


@pytest.mark.parametrize(
    ("name", "queries", "first"),
    [
        ("most_draws", (AGREE, MIXED, DRAWN, SPLIT), 2),
        # Entropy: mixed 1.04 nats, split 0.69, the others 0.
        ("uncertainty", (AGREE, SPLIT, DRAWN, MIXED), 3),
        # Margin: split 0, mixed 1/4, the others 1.
        ("confidence", (AGREE, MIXED, SPLIT, DRAWN), 2),
        # Fitted P(win) is nearest to one half where the mean weak outcome is.
        ("bradley_terry", (AGREE, AGREE, SPLIT, [LOSS] * 4), 2),
    ],
)
def test_the_first_query_is_the_defined_one(name, queries, first):
    assert first_query(name, *queries) == first


def test_a_whole_query_is_asked_before_the_next():
    for name in ("random_query", "most_draws", "bradley_terry"):
        strategy = make_strategy(name, problem_of(AGREE, SPLIT, MIXED), seed=5)
        asked = [suggestion.query for suggestion in strategy.ask(6)]
        assert asked[0] == asked[1]
        assert asked[2] == asked[3]
        assert len(set(asked)) == 3


def test_random_queries_differ_between_seeds():
    problem = problem_of(*[AGREE] * 40)
    orders = {
        tuple(s.query for s in make_strategy("random_query", problem, seed=i).ask(80)) for i in range(4)
    }
    assert len(orders) == 4


def test_bradley_terry_fits_the_verdicts_it_is_told():
    problem = SelectionProblem(is_askable=np.ones((60, 2), dtype=bool))
    strategy = make_strategy("bradley_terry", problem, seed=0)
    for query in range(60):
        strategy.tell(query, 0, WIN if query % 4 else LOSS)  # 45 of 60
        strategy.tell(query, 1, LOSS if query % 4 else WIN)  # 15 of 60
    fitted = strategy._fit().mean(axis=0)
    # A maximum-likelihood fit matches the points of each; the ridge of one comparison shrinks a little.
    np.testing.assert_allclose(fitted, [0.75, 0.25], atol=0.02)


def test_beta_top_two_asks_about_the_two_that_contest_the_first_place():
    problem = SelectionProblem(is_askable=np.ones((200, 6), dtype=bool))
    strategy = make_strategy("beta_top_two", problem, seed=1)
    for query in range(40):
        for candidate, rate in enumerate((0.9, 0.85, 0.3, 0.2, 0.1, 0.05)):
            strategy.tell(query, candidate, WIN if query / 40 < rate else LOSS)
    asked = np.bincount([s.candidate for s in strategy.ask(60)], minlength=6)
    assert asked[:2].sum() >= 57
    assert asked[:2].min() >= 15


def test_beta_top_two_meets_queries_in_one_common_order():
    problem = SelectionProblem(is_askable=np.ones((30, 2), dtype=bool))
    strategy = make_strategy("beta_top_two", problem, seed=2)
    met = {0: [], 1: []}
    for suggestion in strategy.ask(40):
        met[suggestion.candidate].append(suggestion.query)
    shared = min(len(queries) for queries in met.values())
    assert shared > 5
    assert met[0][:shared] == met[1][:shared]
