"""What a k-gram judge is told, and the name of what it computes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from math import isfinite

from annotation.exceptions import InvalidValueError

# Raise when scores change for the same settings and texts: stored outcomes are then computed anew.
ENGINE_VERSION = 1
CORPORA = ("pooled", "per_query", "leave_one_candidate_out")
TOKENIZERS = ("words",)
MAX_ORDER = 32


@dataclass(frozen=True, slots=True)
class KGramSettings:
    """Settings of the k-gram weak judges: one judge per order.

    Source: LLM Selector (arXiv 2510.09418), whose ten judges are the orders 1 to 10; corpus and smoothing are
    options of this project.

    Parameters
    ----------
    orders
        The orders k, ascending, each from 1 to 32; the judges come in this order.
    corpus
        Texts the counts are taken from: ``pooled`` (every response of the study), ``per_query`` (every
        response to the same query) or ``leave_one_candidate_out`` (every response of the study but those of
        the entry scored).
    smoothing
        Lambda of add-lambda smoothing; 0 is maximum likelihood. ``leave_one_candidate_out`` needs it above 0,
        since a k-gram nobody else wrote would have a log-likelihood of minus infinity.
    tokenizer
        ``words``: see `tokenize`.
    tie_tolerance
        Scores this close, in nats per token, are a draw.

    Raises
    ------
    InvalidValueError
        A value outside the allowed ones.
    """

    orders: tuple[int, ...] = tuple(range(1, 11))
    corpus: str = "pooled"
    smoothing: float = 0.0
    tokenizer: str = "words"
    tie_tolerance: float = 1e-9

    def __post_init__(self) -> None:
        object.__setattr__(self, "orders", tuple(self.orders))
        _check_orders(self.orders)
        _check_choice("corpus", self.corpus, CORPORA)
        _check_choice("tokenizer", self.tokenizer, TOKENIZERS)
        _check_not_negative("smoothing", self.smoothing)
        _check_not_negative("tie_tolerance", self.tie_tolerance)
        if self.corpus == "leave_one_candidate_out" and self.smoothing == 0:
            raise InvalidValueError("smoothing must be above 0 when corpus is leave_one_candidate_out, got 0")

    def digest(self) -> str:
        """Name of these settings and of the engine's version, stable between processes and machines.

        Returns
        -------
        str
            16 hexadecimal digits; equal exactly when the same texts get the same scores and outcomes.
        """
        values = asdict(self)
        values["smoothing"] = float(self.smoothing)
        values["tie_tolerance"] = float(self.tie_tolerance)
        text = json.dumps({"engine": ENGINE_VERSION, **values}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_orders(orders: tuple[int, ...]) -> None:
    is_whole = all(isinstance(order, int) and not isinstance(order, bool) for order in orders)
    if not orders or not is_whole or not all(1 <= order <= MAX_ORDER for order in orders):
        raise InvalidValueError(
            f"orders must be whole numbers from 1 to {MAX_ORDER}, at least one; got {orders!r}"
        )
    if list(orders) != sorted(set(orders)):
        raise InvalidValueError(f"orders must ascend without repeats, got {orders!r}")


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")


def _check_not_negative(name: str, value: float) -> None:
    if not (isfinite(value) and value >= 0):
        raise InvalidValueError(f"{name} must be a finite number from 0, got {value!r}")
