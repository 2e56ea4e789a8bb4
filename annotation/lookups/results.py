"""What is known about a study: read by the lead's pages, the API and the report alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from annotation.lookups.arrays import label_outcomes
from annotation.lookups.labels import MISSING_CHOICE, label_table
from annotation.lookups.near_copies import NearCopies, group_near_copies
from annotation.lookups.people import wilson_interval
from annotation.models import Candidate, PosteriorSnapshot, Query, SelectionState, Study, Verdict
from annotation.rendering.numbers import plural, probability
from annotation.selection import Outcome
from annotation.weak_judges import KGramSettings

# Below this a leader is named with a reservation: it is as likely that another one is best.
UNDECIDED = 0.5


@dataclass(frozen=True)
class EntryResult:
    """One candidate, or the baseline; probabilities and win rates from 0 to 1, ``None`` while unknown.

    ``n_wins``, ``n_draws``, ``n_losses`` and ``raw_win_rate`` are counted from the standing verdicts as they
    are now; all else is what the last refresh found. ``n_right`` of the ``n_answered`` queries with a right
    label that the entry responded to: labelled studies only, else 0.
    """

    candidate: Candidate
    is_baseline: bool
    is_best: bool
    n_wins: int
    n_draws: int
    n_losses: int
    p_best: float | None
    p_near_best: float | None
    win_rate: float | None
    win_rate_low: float | None
    win_rate_high: float | None
    log_posterior: float | None
    n_right: int = 0
    n_answered: int = 0

    @property
    def n_verdicts(self) -> int:
        """Standing verdicts on this candidate; labelled: queries with a right label that it responded to."""
        return self.n_wins + self.n_draws + self.n_losses

    @property
    def accuracy(self) -> float | None:
        """Share of right labels, ``None`` without any."""
        return self.n_right / self.n_answered if self.n_answered else None

    @property
    def accuracy_interval(self) -> tuple[float, float] | tuple[None, None]:
        """Wilson's 90 % interval of the accuracy, two ``None`` without any label."""
        return wilson_interval(self.n_right, self.n_answered, 0.9) if self.n_answered else (None, None)

    @property
    def raw_win_rate(self) -> float | None:
        """Wins plus half the draws among the verdicts; the baseline's is a half by definition."""
        if self.is_baseline:
            return 0.5
        return (self.n_wins + self.n_draws / 2) / self.n_verdicts if self.n_verdicts else None


@dataclass(frozen=True)
class JudgeQuality:
    """How far one weak judge, the k-gram model of ``order``, agrees with the verdicts; a 95 % interval."""

    order: int
    n_compared: int
    n_agreed: int
    agreement: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class StudyResult:
    """A study's standing, best entry first.

    ``n_verdicts`` counts the standing verdicts now; ``n_verdicts_seen`` those that the numbers include;
    in a labelled study, the labels that count, ``n_imported`` of them imported.
    ``is_current`` says that they include every verdict and every undo. ``entropy`` is in nats.
    """

    study: Study
    entries: list[EntryResult]
    best: EntryResult | None
    n_verdicts: int
    n_verdicts_seen: int
    is_current: bool
    version: int
    entropy: float | None
    method: str
    has_weak_judges: bool
    computed_at: datetime | None
    judges: list[JudgeQuality]
    n_imported: int = 0
    near_copies: list[NearCopies] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """What the numbers rest on: verdicts, or the labels of a labelled study."""
        return "label" if self.study.kind == Study.Kind.LABELLED else "verdict"

    @property
    def n_given(self) -> int:
        """What people gave: what a budget is spent on."""
        return self.n_verdicts - self.n_imported

    @property
    def coverage(self) -> str:
        """Which verdicts the numbers include, in a sentence."""
        n, n_seen, noun = self.n_verdicts, self.n_verdicts_seen, self.noun
        if n and self.best is None:
            return f"{plural(n, noun)} so far; the numbers are still to come."
        if self.is_current:
            return f"The numbers include all {plural(n, noun)}." if n else f"There are no {noun}s yet."
        if n_seen > n:
            return f"The numbers still include {plural(n_seen - n, noun)} taken back since."
        if n_seen == n:
            return "The numbers do not include the latest changes yet."
        return f"The numbers include {n_seen} of {plural(n, noun)}."

    @property
    def second(self) -> EntryResult | None:
        """The entry of the highest win rate beside the best."""
        return next((entry for entry in self.entries if not entry.is_best), None) if self.best else None

    @property
    def gap(self) -> float | None:
        """Win rate of the best above that of the second."""
        best, second = (entry.win_rate if entry else None for entry in (self.best, self.second))
        return None if best is None or second is None else best - second

    @property
    def gap_points(self) -> str:
        """The gap in points of win rate, in words."""
        return "" if self.gap is None else f"{100 * self.gap:+.1f} points".replace("+", "")

    @property
    def headline(self) -> str:
        """Who is best and how sure, in one sentence."""
        best = self.best
        if best is None or best.p_best is None:
            return "Nothing is known yet: the first numbers are being computed."
        if not self.n_verdicts_seen:
            return f"Nothing is known yet: there are no {self.noun}s."
        name = f"{best.candidate.name}{' (the baseline)' if best.is_baseline else ''}"
        likely, after = probability(best.p_best), plural(self.n_verdicts_seen, self.noun)
        likely = likely.replace(">", "above ").replace("<", "below ")
        if best.p_best < UNDECIDED:
            return f"{name} leads after {after}, but is best only with probability {likely}."
        return f"{name} is best with probability {likely} after {after}."


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
    counts = entry_counts(study)
    n_imported = count_imported(study)
    entries = [
        _entry(row, names[row["candidate"]], study, state, counts)
        for row in rows
        if row["candidate"] in names
    ]
    entries.sort(key=lambda e: (not e.is_best, -(e.win_rate or 0.0), e.candidate.name))
    newest = Verdict.objects.filter(study=study).aggregate(newest=Max("pk"))["newest"]
    return StudyResult(
        study=study,
        entries=entries,
        best=next((entry for entry in entries if entry.is_best), None),
        n_verdicts=Verdict.standing.filter(study=study).count() + n_imported,
        n_imported=n_imported,
        is_current=(newest or 0) <= (state.last_verdict_id if state else 0),
        n_verdicts_seen=state.n_verdicts if state else 0,
        version=state.version if state else 0,
        entropy=state.entropy if state else None,
        method=state.method if state else "",
        has_weak_judges=bool(state and state.has_weak_judges),
        computed_at=state.computed_at if state else None,
        judges=_judges(study, state),
        near_copies=group_near_copies(state.near_copies if state else [], names),
    )


Counts = tuple[int, int, int, int, int]


def entry_counts(study: Study) -> dict[int, Counts]:
    """Return (losses, draws, wins, right, answered) by candidate as the verdicts stand now."""
    if study.kind == Study.Kind.LABELLED:
        return _label_counts(study) if study.baseline_id else {}
    return {key: (*counts, 0, 0) for key, counts in outcome_counts(study).items()}


def _label_counts(study: Study) -> dict[int, Counts]:
    table = label_table(study)
    outcomes = label_outcomes(table)
    n_answered = ((table.choices != MISSING_CHOICE) & table.is_known[:, None]).sum(axis=0)
    n_right = table.is_right.sum(axis=0)
    counts: dict[int, Counts] = {}
    for j, key in enumerate(table.candidate_ids):
        own = outcomes[:, j] if j < outcomes.shape[1] else outcomes[:, :0]
        n_losses, n_draws, n_wins = (int((own == outcome).sum()) for outcome in Outcome)
        counts[key] = (n_losses, n_draws, n_wins, int(n_right[j]), int(n_answered[j]))
    return counts


def count_imported(study: Study) -> int:
    """Return how many labels of a labelled study are imported and count."""
    if study.kind != Study.Kind.LABELLED or not study.is_gold_counted:
        return 0
    return study.queries.exclude(gold="").count()


def outcome_counts(study: Study) -> dict[int, tuple[int, int, int]]:
    """Return (losses, draws, wins) of the standing verdicts by candidate."""
    standing = Verdict.standing.filter(study=study).order_by()
    tally: dict[int, Counter[int | None]] = defaultdict(Counter)
    groups = standing.values_list("comparison__candidate_id", "outcome").annotate(n=Count("pk"))
    for candidate, outcome, n in groups:
        tally[candidate][outcome] = n
    return {key: (n[Outcome.LOSS], n[Outcome.DRAW], n[Outcome.WIN]) for key, n in tally.items()}


def _entry(
    row: dict[str, Any],
    candidate: Candidate,
    study: Study,
    state: SelectionState | None,
    counts: dict[int, Counts],
) -> EntryResult:
    n_losses, n_draws, n_wins, n_right, n_answered = counts.get(candidate.pk, (0, 0, 0, 0, 0))
    names = ("p_best", "p_near_best", "win_rate", "win_rate_low", "win_rate_high", "log_posterior")
    return EntryResult(
        candidate=candidate,
        is_baseline=candidate.pk == study.baseline_id,
        is_best=state is not None and candidate.pk == state.best_id,
        n_wins=n_wins,
        n_draws=n_draws,
        n_losses=n_losses,
        n_right=n_right,
        n_answered=n_answered,
        **{name: row.get(name) for name in names},
    )


def _judges(study: Study, state: SelectionState | None) -> list[JudgeQuality]:
    rows = state.judge_quality if state else []
    orders = study.weak_settings.get("orders") or KGramSettings().orders
    # After a change of settings the stored judges are still those of before: they are numbered in order.
    orders = orders if len(orders) == len(rows) else range(1, len(rows) + 1)
    return [JudgeQuality(order=order, **row) for order, row in zip(orders, rows, strict=True)]


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
