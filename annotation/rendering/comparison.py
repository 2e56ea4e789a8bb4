"""The fragment an annotator judges: one function for the page and for the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from annotation.rendering.markup import render_markdown


class Comparison(Protocol):
    """What is shown of a comparison: texts and sides, nothing that tells candidates apart."""

    @property
    def lease_id(self) -> str: ...
    @property
    def query_turns(self) -> Sequence[str]: ...
    @property
    def a_turns(self) -> Sequence[str]: ...
    @property
    def b_turns(self) -> Sequence[str]: ...
    @property
    def category(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


@dataclass(frozen=True)
class Text:
    """One text in both its forms; ``html`` is empty for an empty text."""

    raw: str
    html: SafeString


@dataclass(frozen=True)
class Turn:
    """One exchange; ``None`` where a side has no text for it."""

    prompt: Text | None
    a: Text | None
    b: Text | None


def render_turn(text: str | None) -> Text | None:
    """Return a text with its HTML, ``None`` for a text that is missing."""
    if text is None:
        return None
    return Text(raw=text, html=render_markdown(text) if text.strip() else SafeString(""))


def list_turns(view: Comparison) -> list[Turn]:
    """Align prompt and responses turn by turn; the longest of the three sets the number."""
    texts = zip_longest(view.query_turns, view.a_turns, view.b_turns)
    return [Turn(*(render_turn(text) for text in row)) for row in texts]


def render_comparison(view: Comparison) -> str:
    """Return the HTML of a comparison: prompt, responses A and B, turn by turn."""
    reference = render_turn(view.reference) if view.reference.strip() else None
    context = {"view": view, "turns": list_turns(view), "reference": reference}
    return render_to_string("annotation/_comparison.html", context)
