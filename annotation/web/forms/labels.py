"""Fields of labelled studies: what the labels are called, and what imported ones are for."""

from __future__ import annotations

from typing import Any

from django import forms

SEPARATOR = "="
FIELDS = ("is_gold_counted", "label_words")
GOLD_USES = (
    ("yes", "They count at once: nobody is asked about these queries"),
    ("no", "They stay hidden: people label, and the imported labels only check them"),
)


class LabelWordsField(forms.CharField):
    """One label per line, with its words behind an equals sign; the value is a list of pairs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return pairs as lines; what was typed stays as it is."""
        if not isinstance(value, list):
            return value
        return "\n".join(f"{label} {SEPARATOR} {words}" if words else label for label, words in value)

    def clean(self, value: Any) -> Any:
        """Return the pairs; the service refuses what is no label."""
        lines = [line.strip() for line in super().clean(value).splitlines()]
        parts = [line.partition(SEPARATOR) for line in lines if line]
        return [[label.strip(), words.strip()] for label, _, words in parts]


def gold_field() -> forms.TypedChoiceField:
    """Return the choice of what imported labels are for."""
    return forms.TypedChoiceField(
        label="Imported labels",
        choices=GOLD_USES,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


def words_field() -> LabelWordsField:
    """Return the field of the labels' names."""
    return LabelWordsField(
        label="Labels to choose from",
        help_text=(
            "One per line, in the order of the keys; what it stands for behind an equals sign: "
            "10 = Transport. Empty: the labels that occur. Queries that have options of their own show those."
        ),
    )
