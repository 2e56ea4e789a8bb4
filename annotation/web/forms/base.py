"""What the forms share."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.exceptions import SelectorError


def add_error(form: forms.BaseForm, error: SelectorError) -> None:
    """Put a service's refusal beside the field that its message begins with, or above the form."""
    field, separator, words = error.message.partition(": ")
    field = {"files": "uploads"}.get(field, field)
    if separator and field in form.fields:
        form.add_error(field, words[:1].upper() + words[1:])
    else:
        form.add_error(None, error.message)


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more uploaded files; the cleaned value is a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file as Django checks one."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]
