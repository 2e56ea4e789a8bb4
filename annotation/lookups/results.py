"""What is known about a study: read by the lead's pages, the API and the report alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotation.models import Candidate, PosteriorSnapshot, Query, SelectionState, Study, Verdict


@dataclass(frozen=True)
class EntryResult:
    """One candidate, or the baseline; probabilities and win rates from 0 to 1, ``None`` while unknown."""

    candidate: Candidate
    is_baseline: bool
    is_best: bool
    n_verdicts: int
    p_best: float | None
    p_near_best: float | None
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    raw_win_rate: float | None


@dataclass(frozen=True)
class StudyResult:
    """A study's standing, best entry first.

    ``n_verdicts`` counts the standing verdicts now; ``n_verdicts_seen`` those that the numbers include, less
    while a refresh is under way. ``entropy`` is in nats.
    """

    study: Study
    entries: list[EntryResult]
    best: EntryResult | None
    n_verdicts: int
    n_verdicts_seen: int
    version: int
    entropy: float | None
    method: str
    has_weak_judges: bool
    computed_at: datetime | None

    @property
    def is_current(self) -> bool:
        """Whether every verdict is in the numbers."""
        return self.n_verdicts == self.n_verdicts_seen


@dataclass(frozen=True)
class RankedComparison:
    """A comparison that would be asked for next, and why."""

    query: Query
    candidate: Candidate
    score: float | None
    expected_entropy: float | None
    reason: str


def get_result(study: Study) -> StudyResult:
    """Return the study's standing from its stored selection state; empty entries before the first refresh."""
    state = SelectionState.objects.filter(study=study).first()
    names = {candidate.pk: candidate for candidate in study.candidates.all()}
    rows: list[dict[str, Any]] = state.entries if state else []
    entries = [
        _entry(row, names[row["candidate"]], study, state) for row in rows if row["candidate"] in names
    ]
    entries.sort(key=lambda e: (not e.is_best, -(e.win_rate or 0.0), e.candidate.name))
    return StudyResult(
        study=study,
        entries=entries,
        best=next((entry for entry in entries if entry.is_best), None),
        n_verdicts=Verdict.standing.filter(study=study).count(),
        n_verdicts_seen=state.n_verdicts if state else 0,
        version=state.version if state else 0,
        entropy=state.entropy if state else None,
        method=state.method if state else "",
        has_weak_judges=bool(state and state.has_weak_judges),
        computed_at=state.computed_at if state else None,
    )


def _entry(
    row: dict[str, Any], candidate: Candidate, study: Study, state: SelectionState | None
) -> EntryResult:
    values = {name: value for name, value in row.items() if name not in ("candidate", "log_posterior")}
    return EntryResult(
        candidate=candidate,
        is_baseline=candidate.pk == study.baseline_id,
        is_best=state is not None and candidate.pk == state.best_id,
        **values,
    )


def list_ranking(study: Study, limit: int = 20) -> list[RankedComparison]:
    """Return what the stored ranking would ask for next, best first."""
    state = SelectionState.objects.filter(study=study).only("ranking").first()
    rows = state.ranking[:limit] if state else []
    queries = Query.objects.in_bulk({row["query"] for row in rows})
    candidates = Candidate.objects.in_bulk({row["candidate"] for row in rows})
    return [
        RankedComparison(
            query=queries[row["query"]],
            candidate=candidates[row["candidate"]],
            score=row["score"],
            expected_entropy=row["expected_entropy"],
            reason=row["reason"],
        )
        for row in rows
        if row["query"] in queries and row["candidate"] in candidates
    ]


def list_snapshots(study: Study) -> list[PosteriorSnapshot]:
    """Return the time line, one point per number of verdicts, in order."""
    return list(PosteriorSnapshot.objects.filter(study=study))
