"""Parameters of strategies: declared once, validated for every surface."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

from annotation.exceptions import InvalidValueError

ParameterValue = float | int | bool | str


@dataclass(frozen=True)
class Parameter:
    """One setting of a strategy.

    Attributes
    ----------
    name
        Key in the parameters' mapping.
    default
        Value when none is given; its type is the type of the parameter.
    description
        What it does, for people.
    low, high
        Allowed range of a number, both ends included.
    choices
        Allowed words, when the parameter is a word.
    """

    name: str
    default: ParameterValue
    description: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def validate(self, value: object) -> ParameterValue:
        """Return ``value`` as the type of the default; raise ``InvalidValueError`` when it is not allowed."""
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
            raise InvalidValueError(f"{self.name}: {value!r}, must be true or false")
        if isinstance(self.default, str):
            if isinstance(value, str) and value in self.choices:
                return value
            raise InvalidValueError(f"{self.name}: {value!r}, must be one of {', '.join(self.choices)}")
        return self._number(value)

    def _number(self, value: object) -> float | int:
        is_whole = isinstance(self.default, int)
        allowed = f"{'a whole number' if is_whole else 'a number'} from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, Real):
            raise InvalidValueError(f"{self.name}: {value!r}, must be {allowed}")
        number = float(value)
        if not self.low <= number <= self.high or (is_whole and not number.is_integer()):
            raise InvalidValueError(f"{self.name}: {value!r}, must be {allowed}")
        return int(number) if is_whole else number


def validate_against(
    parameters: Sequence[Parameter], given: Mapping[str, object] | None, *, owner: str
) -> dict[str, ParameterValue]:
    """Fill in defaults and validate every given value.

    Parameters
    ----------
    parameters
        What the owner declares.
    given
        Values by name; missing ones get their default.
    owner
        Name used in messages.

    Raises
    ------
    InvalidValueError
        For an unknown name or a value outside its range; the message names it and what is allowed.
    """
    given = dict(given or {})
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise InvalidValueError(f"{owner}: unknown parameter {name!r}, allowed: {allowed}")
    return {name: p.validate(given[name]) if name in given else p.default for name, p in known.items()}
