"""Problems of a labelled study, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.formats.predictions import NO_ANSWER
from annotation.lookups.labels import MISSING_CHOICE, LabelTable, label_table
from annotation.lookups.people import VerdictRow, wilson_interval
from annotation.models import Study
from annotation.rendering.numbers import percent, plural

ENOUGH = 20  # labels
MOSTLY_SILENT = 0.2  # share of responses without a usable label
OFTEN_WRONG = 0.8  # agreement with the imported labels that the interval must stay below
FEW_QUERIES = 30  # on which candidates differ
MOST_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """What was seen; ``code`` for programs."""

    code: str
    is_warning: bool
    title: str
    detail: str
    advice: str


def label_findings(study: Study, verdicts: list[VerdictRow]) -> list[Finding]:
    """Return what is wrong with a labelled study, in the order in which it should be looked at."""
    table = label_table(study)
    return [
        *_without_text(study, table),
        *_against_imported(verdicts),
        *_ties(table),
        *_silent(table),
        *_alike(table),
    ]


def _without_text(study: Study, table: LabelTable) -> Iterator[Finding]:
    without = set(study.queries.filter(turns=[]).values_list("pk", flat=True))
    open_queries = {key for key, known in zip(table.query_ids, table.is_known, strict=True) if not known}
    n = len(without & open_queries)
    if n:
        yield Finding(
            "queries_without_text",
            True,
            "Queries without a text",
            f"{plural(n, 'query', 'queries')} that people may be asked to label came without a text: "
            "they see the identifier alone.",
            "Import a file with the texts, or labels that count. Otherwise annotators must look them up.",
        )


def _against_imported(verdicts: list[VerdictRow]) -> Iterator[Finding]:
    checked = [verdict for verdict in verdicts if verdict.gold]
    n_same = sum(verdict.label == verdict.gold for verdict in checked)
    if len(checked) >= ENOUGH and wilson_interval(n_same, len(checked))[1] < OFTEN_WRONG:
        yield Finding(
            "labels_against_imported",
            True,
            "People often label otherwise than the imported labels",
            f"{n_same} of {len(checked)} labels given by people ({percent(n_same / len(checked))}) equal the "
            "imported ones.",
            "Go through some of them together: either the guidelines are unclear, or the imported labels are "
            "wrong.",
        )


def _ties(table: LabelTable) -> Iterator[Finding]:
    n = int(table.is_tied.sum())
    if n:
        yield Finding(
            "labels_tied",
            True,
            "People disagree evenly",
            f"On {plural(n, 'query', 'queries')} no label has a majority: they count as not labelled and are "
            "not asked about again.",
            "Talk about them, then take back the labels that were mistakes: the query is asked for anew.",
        )


def _silent(table: LabelTable) -> Iterator[Finding]:
    if NO_ANSWER not in table.classes:
        return
    silent = (table.choices == table.classes.index(NO_ANSWER)).sum(axis=0)
    given = (table.choices != MISSING_CHOICE).sum(axis=0)
    bad = [
        (name, int(n), int(of))
        for name, n, of in zip(table.candidates, silent, given, strict=True)
        if of and n / of >= MOSTLY_SILENT
    ]
    if bad:
        named = ", ".join(f"{name} ({n} of {of})" for name, n, of in bad[:MOST_NAMED])
        more = f" and {len(bad) - MOST_NAMED} more" if len(bad) > MOST_NAMED else ""
        yield Finding(
            "responses_without_label",
            False,
            "Responses without a usable label",
            f"They count as wrong: {named}{more}.",
            "If these candidates did answer, mend the reading of their responses and import again with "
            "“replace”.",
        )


def _alike(table: LabelTable) -> Iterator[Finding]:
    n = len(table.query_ids)
    has_all = (table.choices != MISSING_CHOICE).all(axis=1)
    differs = int((~has_all | (table.choices != table.choices[:, :1]).any(axis=1)).sum()) if n else 0
    if n and differs < FEW_QUERIES:
        yield Finding(
            "candidates_alike",
            False,
            "Candidates hardly differ",
            f"They choose differently on only {differs} of {plural(n, 'query', 'queries')}: whatever is "
            "labelled, no more than that can tell them apart.",
            "Add harder queries.",
        )
