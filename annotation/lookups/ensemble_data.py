"""What a study can build an ensemble from, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from annotation.ensembles.answers import MIN_LABELS
from annotation.ensembles.budget import Budget
from annotation.ensembles.building import ENOUGH_LABELS
from annotation.ensembles.error_law import MAX_MEMBERS
from annotation.ensembles.pairwise import MIN_JOINT
from annotation.models import Candidate, Study
from annotation.rendering.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    """Return how many queries have a label."""
    return 0


def count_jointly_judged(study: Study) -> int:
    """Return how many queries are judged for at least two active candidates."""
    return 0


def data_sentence(kind: str, n_labels: int, n_enough: int) -> str:
    """Say what there is and whether it is enough."""
    if kind == Study.Kind.LABELLED:
        there = f"{plural(n_labels, 'query has a label', 'queries have a label')}."
        lack = "labels"
    else:
        there = f"{plural(n_labels, 'query is', 'queries are')} judged for at least two candidates."
        lack = "such queries"
    if n_labels < MIN_LABELS:
        return f"{there} An ensemble needs at least {MIN_LABELS}: {MIN_LABELS - n_labels} more {lack}."
    if n_labels < n_enough:
        return (
            f"{there} That is enough to look, not to be sure: from {n_enough} {lack} on the intervals are "
            f"usually narrower than the gains, which takes {n_enough - n_labels} more."
        )
    return f"{there} That is enough."


def settings_budget(settings: Mapping[str, Any]) -> Budget:
    """Return the budget of a run's stored settings, prices in the order of its candidates."""
    money = settings["money"]
    prices = tuple(settings["prices"][name] for name in settings["candidates"]) if money is not None else ()
    return Budget(settings["size"], money, prices)
