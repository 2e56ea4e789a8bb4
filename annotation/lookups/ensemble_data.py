"""What a study can build an ensemble from, and whether that is enough."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.ensembles.answers import MIN_LABELS, AnswerTable, encode_answers
from annotation.ensembles.budget import Budget
from annotation.ensembles.building import ENOUGH_LABELS
from annotation.ensembles.error_law import MAX_MEMBERS
from annotation.ensembles.pairwise import MIN_JOINT
from annotation.exceptions import InvalidValueError
from annotation.formats.predictions import NO_ANSWER
from annotation.lookups.arrays import known_outcomes
from annotation.lookups.labels import label_table
from annotation.models import Candidate, Query, Study
from annotation.rendering.numbers import plural
from annotation.selection import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True)
class EnsembleData:
    """What a study has for an ensemble now.

    Attributes
    ----------
    kind
        "pairwise" or "labelled".
    n_labels
        Labelled queries; in a pairwise study, queries judged for at least two candidates.
    n_least
        How many it takes to build anything.
    n_enough
        How many it takes until gains of the usual size stand out.
    candidates
        Candidates that can be members, by name: the active ones, in a pairwise study without the baseline.
    largest_size
        Most members that an ensemble here can have.
    sentence
        The same in words: what there is, whether it is enough, how many are missing.
    """

    kind: str
    n_labels: int
    n_least: int
    n_enough: int
    candidates: tuple[Candidate, ...]
    largest_size: int
    sentence: str

    @property
    def n_missing(self) -> int:
        """How many more it takes to build anything."""
        return max(0, self.n_least - self.n_labels)

    @property
    def n_missing_for_enough(self) -> int:
        """How many more it takes until it is enough."""
        return max(0, self.n_enough - self.n_labels)

    @property
    def can_start(self) -> bool:
        """Whether an ensemble can be built now."""
        return not self.n_missing and len(self.candidates) >= 2

    @property
    def has_prices(self) -> bool:
        """Whether every candidate has a price, which a limit of money needs."""
        return all(candidate.price is not None for candidate in self.candidates)


def get_ensemble_data(study: Study) -> EnsembleData:
    """Return what the study has for an ensemble."""
    is_labelled = study.kind == Study.Kind.LABELLED
    candidates = study.candidates.filter(is_active=True).order_by("name")
    if not is_labelled:
        candidates = candidates.exclude(baseline_of=study)
    n_labels = count_labels(study) if is_labelled else count_jointly_judged(study)
    n_enough = ENOUGH_LABELS if is_labelled else MIN_JOINT
    rows = tuple(candidates)
    return EnsembleData(
        kind=study.kind,
        n_labels=n_labels,
        n_least=MIN_LABELS,
        n_enough=n_enough,
        candidates=rows,
        largest_size=min(MAX_MEMBERS, len(rows)),
        sentence=data_sentence(study.kind, n_labels, n_enough),
    )


def count_labels(study: Study) -> int:
    """Return how many queries have a right label."""
    return label_table(study).n_known


def count_jointly_judged(study: Study) -> int:
    """Return how many queries are judged for at least two active candidates."""
    if study.baseline_id is None:
        return 0
    _, outcomes = known_outcomes(study)
    return int(((outcomes != MISSING).sum(axis=1) >= 2).sum())


def data_sentence(kind: str, n_labels: int, n_enough: int) -> str:
    """Say what there is and whether it is enough."""
    if kind == Study.Kind.LABELLED:
        there = f"{plural(n_labels, 'query has a label', 'queries have a label')}."
        lack = "label,labels"
    else:
        there = f"{plural(n_labels, 'query is', 'queries are')} judged for at least two candidates."
        lack = "such query,such queries"
    if n_labels < MIN_LABELS:
        missing = plural(MIN_LABELS - n_labels, f"more {lack.replace(',', ',more ')}")
        return f"{there} An ensemble needs at least {MIN_LABELS}: {missing}."
    if n_labels < n_enough:
        return (
            f"{there} That is enough to look, not to be sure: from {n_enough} on the intervals are usually "
            f"narrower than the gains, which takes {n_enough - n_labels:,} more."
        )
    if kind == Study.Kind.LABELLED:
        return f"{there} That is enough."
    return f"{there} Each two members need {MIN_JOINT} in common; a run says whether they have them."


def settings_budget(settings: Mapping[str, Any]) -> Budget:
    """Return the budget of a run's stored settings, prices in the order of its candidates."""
    money = settings["money"]
    prices = tuple(settings["prices"][name] for name in settings["candidates"]) if money is not None else ()
    return Budget(settings["size"], money, prices)


def answer_table(study: Study, names: Sequence[str]) -> AnswerTable:
    """Return the labelled queries with what the named candidates chose, in the order of ``names``.

    Raises
    ------
    InvalidValueError
        When a candidate has left the pool, and as ``encode_answers``.
    """
    table = label_table(study)
    columns = _columns(table.candidates, names)
    return encode_answers(
        table.gold, table.choices[:, columns], classes=table.classes, candidates=names, no_answer=NO_ANSWER
    )


@dataclass(frozen=True)
class VerdictTable:
    """What is known of the comparisons of some candidates.

    Attributes
    ----------
    candidates
        Their names.
    outcomes
        int8, shape (n_queries, n_candidates), -1 where not known.
    data_hash
        Of queries, candidates and outcomes.
    """

    candidates: tuple[str, ...]
    outcomes: NDArray[np.int8]
    data_hash: str


def verdict_table(study: Study, names: Sequence[str]) -> VerdictTable:
    """Return what is known of the named candidates' comparisons, in the order of ``names``.

    Raises
    ------
    InvalidValueError
        When a candidate has left the pool.
    """
    pool, outcomes = known_outcomes(study)
    name_of = dict(study.candidates.values_list("pk", "name"))
    columns = _columns([name_of[key] for key in pool.candidate_ids], names)
    chosen = np.ascontiguousarray(outcomes[:, columns])
    external = dict(Query.objects.filter(study=study).values_list("pk", "external_id"))
    digest = hashlib.sha256(repr((list(names), [external[key] for key in pool.query_ids])).encode())
    digest.update(chosen.tobytes())
    return VerdictTable(tuple(names), chosen, digest.hexdigest()[:16])


def _columns(known: Sequence[str], names: Sequence[str]) -> list[int]:
    place = {name: column for column, name in enumerate(known)}
    gone = [name for name in names if name not in place]
    if gone:
        raise InvalidValueError(f"candidates: {gone[0]!r} is no longer in the pool; start a new run")
    return [place[name] for name in names]
