"""What a person may answer to a query of a labelled study."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from string import ascii_lowercase, ascii_uppercase

from annotation.formats.predictions import NO_ANSWER
from annotation.lookups.labels import MISSING_CHOICE, label_table
from annotation.models import Query, Response, Study

# Enough queries to tell how options are numbered.
SAMPLE_QUERIES = 200
# Codes up to this long are ordered by length, then by letter: 1, 2, 10; a, b, a+b.
SHORT_CODE = 3


@dataclass(frozen=True)
class LabelOption:
    """One option: the label that is stored, and what it stands for (empty when it speaks for itself)."""

    label: str
    words: str


def list_options(study: Study, query: Query) -> list[LabelOption]:
    """Return the options of a query: its own, or those of the study."""
    if query.options:
        texts = [str(text) for text in query.options]
        scheme = _scheme(study.pk, study.data_version)
        labels = option_labels(texts, scheme)
        return [
            LabelOption(label, "" if label == text else text)
            for label, text in zip(labels, texts, strict=True)
        ]
    return study_options(study)


def study_options(study: Study) -> list[LabelOption]:
    """Return the labels that the lead has named, or else those that occur.

    Where every query has an imported label, these are all: what candidates chose beside them is a slip.
    """
    if study.label_words:
        return [LabelOption(str(label), str(words)) for label, words in study.label_words]
    table = label_table(study)
    used = {table.classes[code] for code in table.imported}
    is_complete = bool(len(table.imported)) and MISSING_CHOICE not in table.imported
    return [LabelOption(label, "") for label in sort_labels(used if is_complete else table.labels)]


def sort_labels(labels: Sequence[str] | set[str]) -> list[str]:
    """Return labels in the order of their keys: short codes by length, words by letter, numbers by size."""
    names = sorted(set(labels) - {NO_ANSWER}, key=_natural_key)
    if names and median(map(len, names)) <= SHORT_CODE:
        names.sort(key=len)
    return names


def _natural_key(label: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", label)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts if part]


SCHEMES = ("texts", "A", "a", "1", "0")


def option_labels(texts: Sequence[str], scheme: str) -> list[str]:
    """Return the labels of options: their texts, letters or numbers, by one of ``SCHEMES``.

    Letters end at z; longer lists are numbered from 1.
    """
    if scheme == "texts":
        return list(texts)
    letters = {"A": ascii_uppercase, "a": ascii_lowercase}.get(scheme)
    if letters and len(texts) <= len(letters):
        return list(letters[: len(texts)])
    start = 0 if scheme == "0" else 1
    return [str(start + place) for place in range(len(texts))]


@lru_cache(maxsize=16)
def _scheme(study_id: int, data_version: int) -> str:
    """Return how candidates and imported labels name the options: the scheme that most of them fit.

    ``data_version`` makes a change of the pool ask anew.
    """
    queries = Query.objects.filter(study_id=study_id).exclude(options=[]).order_by("pk")
    sample = list(queries.values_list("pk", "options", "gold")[:SAMPLE_QUERIES])
    used: dict[int, list[str]] = {key: [gold] if gold else [] for key, _, gold in sample}
    for key, label in Response.objects.filter(query_id__in=used).values_list("query_id", "label"):
        used[key].append(label)
    n_fitting = dict.fromkeys(SCHEMES, 0)
    for key, options, _ in sample:
        for scheme in SCHEMES:
            labels = set(option_labels([str(text) for text in options], scheme))
            n_fitting[scheme] += sum(label in labels for label in used[key])
    return max(SCHEMES, key=lambda scheme: n_fitting[scheme]) if any(n_fitting.values()) else "A"
