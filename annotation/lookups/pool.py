"""The candidates of a study: by name, and as a table."""

from dataclasses import dataclass

from django.db.models import Count

from annotation.exceptions import InvalidValueError
from annotation.lookups.labels import MISSING_CHOICE, label_table
from annotation.models import Candidate, Study, Verdict

# More names than this help nobody in a message.
N_NAMES = 20


def find_candidate(*, study: Study, name: str, field: str = "candidate") -> Candidate:
    """Return the study's candidate of this name; ``field`` is what messages call the value.

    Raises
    ------
    InvalidValueError
        When there is none; the message lists those that exist.
    """
    candidate = study.candidates.filter(name=name).first()
    if candidate is None:
        names = ", ".join(study.candidates.values_list("name", flat=True)[:N_NAMES]) or "none yet"
        raise InvalidValueError(f"{field}: no candidate is called {name!r}; there are {names}")
    return candidate


@dataclass(frozen=True)
class PoolRow:
    """A candidate with the queries it has a response to and the verdicts that stand on it."""

    candidate: Candidate
    n_responses: int
    n_queries: int
    n_verdicts: int
    is_baseline: bool

    @property
    def coverage(self) -> float | None:
        """Share of the study's queries with a response."""
        return self.n_responses / self.n_queries if self.n_queries else None

    @property
    def price(self) -> str:
        """The price as a person would write it."""
        price = self.candidate.price
        return "–" if price is None else f"{price.normalize():f}"


def list_pool(study: Study) -> list[PoolRow]:
    """Return every candidate, active or not, by name."""
    n_queries = study.queries.count()
    n_verdicts = _count_verdicts(study)
    candidates = study.candidates.annotate(n_responses=Count("responses")).order_by("name")
    return [
        PoolRow(
            candidate=candidate,
            n_responses=candidate.n_responses,
            n_queries=n_queries,
            n_verdicts=n_verdicts.get(candidate.pk, 0),
            is_baseline=candidate.pk == study.baseline_id,
        )
        for candidate in candidates
    ]


def _count_verdicts(study: Study) -> dict[int, int]:
    """Return the standing verdicts by candidate; labelled: the labelled queries that it answered."""
    if study.kind == Study.Kind.LABELLED:
        table = label_table(study)
        n_answered = ((table.choices != MISSING_CHOICE) & table.is_known[:, None]).sum(axis=0)
        return dict(zip(table.candidate_ids, n_answered.tolist(), strict=True))
    standing = Verdict.standing.filter(study=study).order_by()
    return dict(standing.values_list("comparison__candidate").annotate(n=Count("pk")))
