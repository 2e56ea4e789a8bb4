"""Which files a strategy depends on."""

import pytest

from annotation.selection import STRATEGIES
from annotation.simulation.sources import code_digest, code_of, strategy_sources


@pytest.mark.parametrize(
    ("strategy", "inside", "outside"),
    [
        ("random", {"random_strategy", "strategy", "problem", "outcomes"}, {"item_response", "labelled"}),
        ("model_selector", {"labelled", "whole_query", "posterior_strategy"}, {"bradley_terry", "registry"}),
        ("item_response", {"item_response_strategy", "item_response", "contest"}, {"beta_top_two"}),
    ],
)
def test_a_strategy_is_made_of_what_it_imports(strategy, inside, outside):
    names = {source.stem for source in strategy_sources(strategy)}
    assert inside <= names
    assert not outside & names


def test_every_strategy_has_a_digest_of_its_own():
    assert len({code_digest(name) for name in STRATEGIES}) >= len(
        {cls.__module__ for cls in STRATEGIES.values()}
    )


def test_words_about_the_code_do_not_count():
    one = 'def f(x):\n    """Old."""\n    return x + 1  # why\n'
    other = 'X = 1\n\n\ndef f(x):\n    """New."""\n\n    return x + 1\n'
    assert code_of(one) == code_of(other.removeprefix("X = 1\n\n\n"))
    assert code_of(one) != code_of(other)
    assert code_of(one) != code_of(one.replace("1", "2"))
