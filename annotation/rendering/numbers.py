"""Numbers as people read them; the same words on pages, in reports and in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

UNKNOWN = "–"


def probability(value: float | None) -> str:
    """Return two digits; what rounds to certain or impossible is said to be beyond 0.99 or 0.01."""
    if value is None:
        return UNKNOWN
    if value > 0.99:
        return ">0.99"
    return "<0.01" if value < 0.01 else f"{value:.2f}"


def rate(value: float | None, digits: int = 2) -> str:
    """Return a win rate, an agreement or another share."""
    return UNKNOWN if value is None else f"{value:.{digits}f}".replace("-0.00", "0.00")


def interval(low: float | None, high: float | None) -> str:
    """Return an interval in brackets."""
    return UNKNOWN if low is None or high is None else f"[{rate(low)}, {rate(high)}]"


def percent(value: float | None) -> str:
    """Return a share in whole percent."""
    return UNKNOWN if value is None else f"{100 * value:.0f} %"


class Estimated(Protocol):
    """An estimate with the ends of its interval, as fractions."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def points(value: float | None, *, is_signed: bool = False) -> str:
    """Return a fraction times a hundred to one digit: 63.4; signed +2.1 or −0.3."""
    if value is None:
        return UNKNOWN
    shown = f"{100 * value:{'+' if is_signed else ''}.1f}"
    return {"-0.0": "0.0", "+0.0": "0.0"}.get(shown, shown).replace("-", "−")


def accuracy(found: Estimated | Literal[""] | None) -> str:
    """Return an accuracy with its interval: 63.4 % [61.0, 65.8]; templates give "" for what is not there."""
    if not found:
        return UNKNOWN
    return f"{points(found.value)} % [{points(found.low)}, {points(found.high)}]"


def gain(found: Estimated | Literal[""] | None) -> str:
    """Return a difference of accuracies in points with its interval: +2.1 [0.8, 3.4]."""
    if not found:
        return UNKNOWN
    return f"{points(found.value, is_signed=True)} [{points(found.low)}, {points(found.high)}]"


def nats(value: float | None) -> str:
    """Return an amount of information."""
    return UNKNOWN if value is None else f"{value:.3f}".replace("-0.000", "0.000").replace("-", "−")


def price(value: float | Decimal | None) -> str:
    """Return money as a person would write it: 0.002, never 2e-03."""
    if value is None:
        return UNKNOWN
    shown = f"{value:,.6f}"
    return shown.rstrip("0").rstrip(".")


def seconds(value: float | None) -> str:
    """Return a short time in words: seconds up to a minute and a half, then minutes."""
    if value is None:
        return UNKNOWN
    return f"{value:.0f} s" if value < 90 else f"{value / 60:.1f} min"


def plural(n: int, one: str, many: str = "") -> str:
    """Return the number with its noun: 1 verdict, 2 verdicts, 1,200 verdicts.

    Templates, whose filters take one argument, give both forms as ``query,queries``.
    """
    one, _, after = one.partition(",")
    return f"{n:,} {one if n == 1 else many or after or one + 's'}"


def cell(text: str) -> str:
    """Return a text on one line that Markdown shows as it is, in tables too."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in str(text))
    return " ".join(escaped.split())
