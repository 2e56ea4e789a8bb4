"""Budgets that cannot be kept are refused by name."""

import pytest

from annotation.ensembles.budget import Budget
from annotation.exceptions import InvalidValueError

NAMES = ("cheap", "dear", "none")


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (Budget(0), "size: 0, must be from 1 to 3"),
        (Budget(4), "size: 4, must be from 1 to 3"),
        (Budget(2, 1.0, (1.0,)), "1 prices for 3"),
        (Budget(2, 1.0, (1.0, float("nan"), 1.0)), "price of dear: nan"),
        (Budget(2, 1.0, (1.0, 2.0, -1.0)), "price of none: -1.0"),
        (Budget(2, 0.5, (1.0, 2.0, 3.0)), "at least 1, the price of the cheapest"),
        (Budget(2, float("nan"), (1.0, 2.0, 3.0)), "money: nan"),
    ],
)
def test_a_budget_that_cannot_be_kept(budget, message):
    with pytest.raises(InvalidValueError, match=message):
        budget.check(NAMES)


def test_what_is_left_decides_who_can_join():
    budget = Budget(3, 3.0, (1.0, 2.5, 0.0))
    budget.check(NAMES)
    assert budget.affordable([], 3).tolist() == [True, True, True]
    assert budget.affordable([0], 3).tolist() == [False, False, True]


def test_prices_do_not_matter_without_a_limit():
    Budget(3).check(NAMES)
    assert Budget(3).affordable([1], 3).tolist() == [True, False, True]
