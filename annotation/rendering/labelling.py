"""The fragment an annotator labels: a query and its options, for the page and for the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Protocol

from django.template.loader import render_to_string

from annotation.rendering.comparison import render_turn

# As many have a key of their own; longer lists can be searched.
N_KEYS = 10
DIGITS = "1234567890"


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
    """An option with its keys; ``is_named`` when its label is shown beside the words."""

    label: str
    words: str
    key: str
    keys: str

    @property
    def is_named(self) -> bool:
        """Whether the label says more than the key: the letter of the key need not stand there twice."""
        return bool(self.words) and self.label.casefold() != self.key.casefold()


def key_options(options: Sequence[Option]) -> list[KeyedOption]:
    """Give the first ten options a digit and a letter; the one that is the option's own name is shown."""
    keyed = []
    for place, option in enumerate(options):
        if place >= N_KEYS:
            keyed.append(KeyedOption(option.label, option.words, "", ""))
            continue
        digit, letter = DIGITS[place], ascii_lowercase[place]
        is_letter = option.label.casefold() == letter
        keyed.append(
            KeyedOption(option.label, option.words, letter if is_letter else digit, f"{digit} {letter}")
        )
    return keyed


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
