"""What an ensemble may cost: members, money per query, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.ensembles.error_law import MAX_MEMBERS
from annotation.exceptions import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Budget:
    """Limits of an ensemble.

    Attributes
    ----------
    size
        Most members, 1 to `MAX_MEMBERS`.
    money
        Most money per query, in the unit of the prices; None for no limit.
    prices
        Price per query of every candidate, at least 0; needed with ``money``, else ignored.
    """

    size: int = 5
    money: float | None = None
    prices: tuple[float, ...] = ()

    def check(self, candidates: Sequence[str]) -> None:
        """Refuse a budget that cannot be kept.

        Raises
        ------
        InvalidValueError
            For a size below 1, above `MAX_MEMBERS` or above the pool; money that is negative, not finite or
            below every price; a missing, negative or infinite price. The message names the candidate.
        """
        most = min(MAX_MEMBERS, len(candidates))
        if not 1 <= self.size <= most:
            raise InvalidValueError(
                f"size: {self.size}, must be from 1 to {most} ({len(candidates)} candidates)"
            )
        if self.money is None:
            return
        if len(self.prices) != len(candidates):
            raise InvalidValueError(
                f"{len(self.prices)} prices for {len(candidates)} candidates: give one each"
            )
        for name, price in zip(candidates, self.prices, strict=True):
            if not (np.isfinite(price) and price >= 0.0):
                raise InvalidValueError(
                    f"price of {name}: {price!r}, must be a number of at least 0 when money limits"
                )
        cheapest = min(self.prices)
        if not (np.isfinite(self.money) and self.money >= cheapest):
            raise InvalidValueError(
                f"money: {self.money!r}, must be at least {cheapest:g}, the price of the cheapest candidate"
            )

    def price_array(self, n_candidates: int) -> NDArray[np.float64]:
        """Return what each candidate costs; ones when money does not limit."""
        return np.ones(n_candidates) if self.money is None else np.array(self.prices, dtype=np.float64)

    def affordable(self, members: Sequence[int], n_candidates: int) -> NDArray[np.bool_]:
        """Return which candidates could join, shape (n_candidates,)."""
        can = np.ones(n_candidates, dtype=bool)
        if self.money is not None:
            prices = self.price_array(n_candidates)
            can = prices <= self.money - prices[list(members)].sum() + 1e-12
        can[list(members)] = False
        return can
