"""What the forms share: errors that name the value and what is allowed, and several files in one field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from annotation.exceptions import SelectorError

SHOWN_VALUE = 60


def add_error(form: forms.BaseForm, error: SelectorError) -> None:
    """Put a service's refusal beside the field that its message begins with, or above the form."""
    field, separator, words = error.message.partition(": ")
    field = {"files": "uploads"}.get(field, field)
    if separator and field in form.fields:
        form.add_error(field, words[:1].upper() + words[1:])
    else:
        form.add_error(None, error.message)


def number_words(number: float) -> str:
    """Return a limit as people write it: 0.5, 9, 10,000,000."""
    return f"{int(number):,}" if float(number).is_integer() else f"{number:g}"


class NumberField(forms.FloatField):
    """A number from ``low`` to ``high``, both included; whole if ``is_whole``."""

    def __init__(self, *, low: float, high: float, is_whole: bool = False, **options: Any) -> None:
        self.low, self.high, self.is_whole = low, high, is_whole
        super().__init__(**options)

    @property
    def allowed(self) -> str:
        """What may be typed, in words."""
        kind = "a whole number" if self.is_whole else "a number"
        if math.isinf(self.high):
            return f"{kind} from {number_words(self.low)}"
        return f"{kind} from {number_words(self.low)} to {number_words(self.high)}"

    def clean(self, value: Any) -> float | int | None:
        """Return the number; an error names what was typed and what is allowed."""
        try:
            number = super().clean(value)
        except ValidationError as error:
            raise _refuse(value, self.allowed) from error
        if number is None:
            return None
        if not self.low <= number <= self.high or (self.is_whole and not number.is_integer()):
            raise _refuse(value, self.allowed)
        return int(number) if self.is_whole else number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tell the browser the range."""
        attrs: dict[str, Any] = {"step": 1 if self.is_whole else "any", "inputmode": "decimal"}
        for name, limit in (("min", self.low), ("max", self.high)):
            if not math.isinf(limit):
                attrs[name] = str(limit)
        return attrs


class PriceField(forms.DecimalField):
    """Money per query as the candidates' table stores it."""

    LARGEST = 999_999
    ALLOWED = f"a number from 0 to {LARGEST:,} with a decimal point and at most six decimals"

    def __init__(self, **options: Any) -> None:
        limits: dict[str, Any] = {"max_digits": 12, "decimal_places": 6, "min_value": 0}
        super().__init__(max_value=self.LARGEST, **limits, **options)

    def clean(self, value: Any) -> Any:
        """Return the price; an error names what was typed and what is allowed."""
        try:
            return super().clean(value)
        except ValidationError as error:
            raise _refuse(value, self.ALLOWED) from error


def _refuse(value: Any, allowed: str) -> ValidationError:
    typed = str(value or "").strip()[:SHOWN_VALUE]
    found = f"“{typed}” is not allowed" if typed else "Nothing was typed"
    return ValidationError(f"{found}: it must be {allowed}.")


class KeysField(forms.TypedMultipleChoiceField):
    """Keys of rows that a page showed; some of the rows may be gone by now."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, **options)

    def valid_value(self, value: Any) -> bool:
        """Take any key."""
        return True


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more uploaded files; the cleaned value is a list."""

    widget = ManyFilesInput
    default_error_messages = {
        "required": "No file was chosen: choose one or more.",
        "empty": "One of the files is empty.",
    }

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file as Django checks one."""
        files: Sequence[Any] = data if isinstance(data, list | tuple) and data else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]
