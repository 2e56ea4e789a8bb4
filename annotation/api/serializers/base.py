"""What all input has in common: unknown fields and words are refused by name."""

import json
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


class Input(serializers.Serializer[Any]):
    """Fields of a request; a field that does not exist is an error, not a silent nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields before looking at the known ones."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                allowed = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    {unknown[0]: f"There is no such field; allowed: {allowed}."}
                )
        return super().to_internal_value(data)

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return the checked fields of a request's body."""
        serializer = cls(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class Word(serializers.ChoiceField):
    """One word out of a few; the message names them."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, **options)
        allowed = ", ".join(str(choice) for choice in self.choices)
        self.error_messages["invalid_choice"] = f"{{input!r}} is not allowed; choose one of {allowed}."


class Options(serializers.DictField):
    """Named options, free in form; databases keep no NUL, however deep."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse NUL in names and values."""
        if "\\u0000" in json.dumps(data):
            raise serializers.ValidationError("Null characters are not allowed.")
        return super().to_internal_value(data)


class ErrorDetail(serializers.Serializer[Any]):
    """What went wrong."""

    code = serializers.CharField(help_text="A stable word for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    field = serializers.CharField(required=False, help_text="The input field that is meant.")


class ErrorOut(serializers.Serializer[Any]):
    """Every answer with a status from 400."""

    error = ErrorDetail()
