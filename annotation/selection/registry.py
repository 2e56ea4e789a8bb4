"""Strategies by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from annotation.exceptions import InvalidValueError
from annotation.selection.beta_top_two import BetaTopTwoStrategy
from annotation.selection.bradley_terry import BradleyTerryStrategy
from annotation.selection.item_response_strategy import ItemResponseStrategy
from annotation.selection.labelled import ModelSelectorStrategy, SelectLLMStrategy
from annotation.selection.llm_selector import LLMSelectorStrategy
from annotation.selection.near_copies import near_copy_pairs
from annotation.selection.outcomes import MISSING
from annotation.selection.parameters import ParameterValue, validate_against
from annotation.selection.random_strategy import RandomStrategy
from annotation.selection.whole_query import (
    ConfidenceStrategy,
    LLMSelectorQueryStrategy,
    MostDrawsStrategy,
    RandomQueryStrategy,
    UncertaintyStrategy,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from annotation.selection.problem import SelectionProblem
    from annotation.selection.strategy import Strategy

STRATEGIES: Mapping[str, type[Strategy]] = MappingProxyType(
    {
        cls.name: cls
        for cls in (
            ItemResponseStrategy,
            BetaTopTwoStrategy,
            LLMSelectorStrategy,
            LLMSelectorQueryStrategy,
            RandomStrategy,
            RandomQueryStrategy,
            BradleyTerryStrategy,
            MostDrawsStrategy,
            UncertaintyStrategy,
            ConfidenceStrategy,
            ModelSelectorStrategy,
            SelectLLMStrategy,
        )
    }
)
"""Every strategy class by its name, in the order shown to people."""

DEFAULT_STRATEGY = ItemResponseStrategy.name
"""Strategy of new pairwise studies."""

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {"pairwise": DEFAULT_STRATEGY, "labelled": ModelSelectorStrategy.name}
)
"""Strategy of a new study by its kind."""


def default_strategy(kind: str) -> str:
    """Return the name of the strategy that a new study of this kind gets.

    Raises
    ------
    InvalidValueError
        For a kind that is neither pairwise nor labelled.
    """
    if kind not in DEFAULTS:
        raise InvalidValueError(f"kind: {kind!r}, must be one of {', '.join(DEFAULTS)}")
    return DEFAULTS[kind]


def strategies_for(kind: str) -> dict[str, type[Strategy]]:
    """Return the strategies that fit a kind of study by name, its default first.

    Raises
    ------
    InvalidValueError
        As `default_strategy`.
    """
    default = default_strategy(kind)
    fitting = {name: cls for name, cls in STRATEGIES.items() if kind in cls.study_kinds}
    return {default: fitting.pop(default), **fitting}


def _strategy_class(name: str) -> type[Strategy]:
    if name not in STRATEGIES:
        raise InvalidValueError(f"strategy: {name!r}, must be one of {', '.join(STRATEGIES)}")
    return STRATEGIES[name]


def learns_from_judges(name: str) -> bool:
    """Return whether weak judges give a strategy a first guess with learnt weights; no for unknown names."""
    return bool(getattr(STRATEGIES.get(name), "learns_from_judges", False))


def list_near_copies(strategy: Strategy) -> list[tuple[int, int, float]]:
    """Return what ``near_copy_pairs`` finds in a strategy; nothing where the strategy does not look."""
    shared: NDArray[np.float64] | None = getattr(strategy, "shared_outcomes", None)
    if shared is None:
        return []
    return near_copy_pairs(shared, (strategy.outcomes != MISSING) & strategy.problem.is_askable)


def validate_params(name: str, params: Mapping[str, object] | None = None) -> dict[str, ParameterValue]:
    """Return the parameters of strategy ``name`` with defaults filled in.

    Raises
    ------
    InvalidValueError
        For an unknown strategy, an unknown parameter or a value out of range; the message names it and the
        allowed ones.
    """
    return validate_against(_strategy_class(name).parameters, params, owner=name)


def make_strategy(
    name: str, problem: SelectionProblem, *, seed: int, params: Mapping[str, object] | None = None
) -> Strategy:
    """Build the strategy ``name`` for ``problem``.

    Raises
    ------
    InvalidValueError
        As ``validate_params``.
    """
    return _strategy_class(name)(problem, seed, **dict(params or {}))
