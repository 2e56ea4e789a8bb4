"""The fragment an annotator labels: a query and its options, for the page and for the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.template.loader import render_to_string

from annotation.rendering.comparison import render_turn

DIGITS = "1234567890"
LETTERS = "abcdefghij"
# Longer lists can be searched.
N_KEYS = len(DIGITS)


class Option(Protocol):
    """An option: the label that is stored, and what it stands for."""

    @property
    def label(self) -> str: ...
    @property
    def words(self) -> str: ...


class Labelling(Protocol):
    """What is shown of a query to label: nothing that tells what candidates chose."""

    @property
    def lease_id(self) -> str: ...
    @property
    def query_id(self) -> str: ...
    @property
    def query_turns(self) -> Sequence[str]: ...
    @property
    def options(self) -> Sequence[Option]: ...
    @property
    def category(self) -> str: ...


@dataclass(frozen=True)
class KeyedOption:
    """An option with the keys that choose it; the first one is shown, none when there is no key left."""

    label: str
    words: str
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key that is shown."""
        return self.keys[0] if self.keys else ""

    @property
    def is_named(self) -> bool:
        """Whether the label is shown beside its words: not when the key says it already."""
        return bool(self.words) and self.label.casefold() != self.key


def key_options(options: Sequence[Option]) -> list[KeyedOption]:
    """Give options a digit and a letter each.

    A label that is itself a digit or a letter from a to j is chosen by that key; where there are such labels,
    no other option gets a digit (or letter), so that a key never means something else than it says.
    """
    labels = [option.label.casefold() for option in options]
    by_place = [keys for keys in (DIGITS, LETTERS) if not set(keys) & set(labels)]
    return [
        KeyedOption(
            option.label,
            option.words,
            (
                *([label] if label in own_keys(labels) else []),
                *(keys[place] for keys in by_place if place < len(keys)),
            ),
        )
        for place, (option, label) in enumerate(zip(options, labels, strict=True))
    ]


def own_keys(labels: Sequence[str]) -> set[str]:
    """Return the labels that are keys themselves, those excepted that differ only in case."""
    return {
        label
        for label in labels
        if len(label) == 1 and label in DIGITS + LETTERS and labels.count(label) == 1
    }


def render_label(view: Labelling) -> str:
    """Return the HTML of a query and its options."""
    options = key_options(view.options)
    context = {
        "view": view,
        "turns": [render_turn(text) for text in view.query_turns],
        "options": options,
        "has_words": any(option.words for option in options),
        "has_filter": len(options) > N_KEYS,
    }
    return render_to_string("annotation/_label.html", context)
