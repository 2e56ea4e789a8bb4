"""Everything the lead's dashboard and the report say about a study, gathered once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotation.lookups.agreement import Alpha, Level, PairAgreement, pair_agreements, verdict_alpha
from annotation.lookups.arrays import pool_arrays
from annotation.lookups.diagnostics import Diagnosis, Evidence, list_diagnoses
from annotation.lookups.judging import n_comparisons
from annotation.lookups.people import (
    PersonActivity,
    SideBias,
    VerdictRow,
    list_people,
    list_standing,
    side_bias,
)
from annotation.lookups.results import StudyResult, get_result, list_snapshots
from annotation.models import BackgroundRun, PosteriorSnapshot, Study
from annotation.rendering.numbers import plural, rate
from annotation.selection.stopping import closes_at, run_starts

LONGEST_REPORTED_TEXT = 300


@dataclass(frozen=True)
class RefreshState:
    """Whether numbers are under way; ``error`` is what the last run died of, if it did."""

    is_refreshing: bool
    is_preparing: bool
    progress: float
    message: str
    error: str


@dataclass(frozen=True)
class Overview:
    """A study as its lead sees it.

    ``n_comparisons`` counts what could be judged, or queries to label; ``n_entries`` the candidates, baseline
    included.
    """

    study: Study
    result: StudyResult
    snapshots: list[PosteriorSnapshot]
    people: list[PersonActivity]
    side: SideBias
    alpha: Alpha | None
    pairs: list[PairAgreement]
    diagnoses: list[Diagnosis]
    refresh: RefreshState
    n_queries: int
    n_entries: int
    n_comparisons: int
    n_identical: int

    @property
    def n_possible(self) -> int:
        """Verdicts that judging everything would take."""
        return self.n_comparisons * self.study.overlap

    @property
    def n_wanted(self) -> int:
        """Verdicts after which the study ends at the latest."""
        budget = self.study.budget
        return self.n_possible if budget is None else min(budget, self.n_possible)

    @property
    def status_words(self) -> str:
        """What state the study is in and why, and when it closes if its claim holds."""
        return f"{status_words(self.study, self.result.n_given)} {self._hold_words}".rstrip()

    @property
    def _hold_words(self) -> str:
        """Since when the claim is at its target; counted in what people gave, as the stop rule does."""
        n_imported = self.result.n_imported
        since = _n_since_sure(self.study, self.snapshots, max(1, n_imported, self.study.claims_from))
        if since is None or self.study.status != Study.Status.OPEN:
            return ""
        given = since - n_imported
        words, close = f"That is so since {self.result.noun} {given:,}", closes_at(given)
        if not self.result.n_given < close <= self.n_wanted:
            # The end is due already, or comes first.
            return f"{words}."
        return f"{words}; if it holds, the study closes at {close:,}."

    @property
    def share_spent(self) -> float | None:
        """Verdicts that people gave so far, as a share of judging everything."""
        return self.result.n_given / self.n_possible if self.n_possible else None

    @property
    def is_labelled(self) -> bool:
        """Whether people label queries instead of comparing responses."""
        return self.study.kind == Study.Kind.LABELLED


def get_overview(study: Study) -> Overview:
    """Return the study's overview; a draft without a baseline has an empty pool."""
    result = get_result(study)
    verdicts = list_standing(study)
    snapshots = list_snapshots(study)
    people = list_people(study, verdicts)
    n_possible = n_comparisons(study)
    n_identical = int(pool_arrays(study).is_identical.sum()) if study.baseline_id else 0
    is_shared = len({v.comparison_id for v in verdicts}) < len(verdicts)
    triples, level = _decisions(study, verdicts)
    alpha = verdict_alpha(triples, level, seed=study.seed) if is_shared else None
    evidence = Evidence(
        result=result,
        verdicts=verdicts,
        people=people,
        side=side_bias(verdicts),
        alpha=alpha,
        n_identical=n_identical,
        n_pairs=n_identical + n_possible,
        n_since_sure=_n_since_sure(study, snapshots, 1),
    )
    return Overview(
        study=study,
        result=result,
        snapshots=snapshots,
        people=people,
        side=evidence.side,
        alpha=alpha,
        pairs=pair_agreements(triples) if is_shared else [],
        diagnoses=list_diagnoses(evidence),
        refresh=get_refresh_state(study),
        n_queries=study.queries.count(),
        n_entries=len(result.entries) or study.candidates.filter(is_active=True).count(),
        n_comparisons=n_possible,
        n_identical=n_identical,
    )


def _decisions(study: Study, verdicts: list[VerdictRow]) -> tuple[list[tuple[int, str, int]], Level]:
    """Return who decided what: outcomes, which are steps on a scale, or codes of labels, which are names."""
    if study.kind == Study.Kind.PAIRWISE:
        return [(v.comparison_id, v.annotator, v.outcome) for v in verdicts], "interval"
    codes = {label: code for code, label in enumerate(dict.fromkeys(v.label for v in verdicts))}
    return [(v.comparison_id, v.annotator, codes[v.label]) for v in verdicts], "nominal"


def _n_since_sure(study: Study, snapshots: list[PosteriorSnapshot], first: int) -> int | None:
    """Return since how many verdicts, ``first`` or more, the claim has been at the study's target.

    None when it is not there now.
    """
    looks = [(s.n_verdicts, s.p_near_best) for s in snapshots if s.n_verdicts >= first]
    if not looks:
        return None
    verdicts, claims = np.array(looks, dtype=np.float64).T
    since = run_starts(verdicts, claims, study.target_p_best)[-1]
    return None if np.isnan(since) else int(since)


def get_refresh_state(study: Study) -> RefreshState:
    """Return what background work on the study's numbers is under way."""
    kinds = (BackgroundRun.Kind.REFRESH_SELECTION, BackgroundRun.Kind.PREPARE_STUDY)
    runs = BackgroundRun.objects.filter(study=study, kind__in=kinds).order_by("-pk")
    newest: dict[str, BackgroundRun] = {}
    for run in runs.defer("log", "result")[:8]:
        newest.setdefault(run.kind, run)
    unfinished = [
        run
        for run in newest.values()
        if run.status in (BackgroundRun.Status.QUEUED, BackgroundRun.Status.RUNNING)
    ]
    preparing = [run for run in unfinished if run.kind == BackgroundRun.Kind.PREPARE_STUDY]
    failed = [run for run in newest.values() if run.status == BackgroundRun.Status.FAILED]
    return RefreshState(
        is_refreshing=bool(unfinished),
        is_preparing=bool(preparing),
        progress=preparing[0].progress if preparing else 0.0,
        message=preparing[0].message if preparing else "",
        error=failed[0].message[:LONGEST_REPORTED_TEXT] if failed and not unfinished else "",
    )


def status_words(study: Study, n_verdicts: int) -> str:
    """Say in a sentence what state the study is in and why."""
    if study.status == Study.Status.DRAFT:
        return "Being set up: nobody can judge yet."
    if study.status == Study.Status.PAUSED:
        return "Paused: nobody is given anything to decide until it is opened again."
    is_labelled = study.kind == Study.Kind.LABELLED
    noun = "label" if is_labelled else "verdict"
    target = (
        f"a candidate is within {rate(study.near_delta)} of the best with probability "
        f"{rate(study.target_p_best)}"
    )
    if study.status == Study.Status.OPEN:
        budget = f", or {plural(study.budget, noun)} are spent" if study.budget else ""
        return (
            f"Open for {'labelling' if is_labelled else 'judging'} until {target}, through the last tenth of "
            f"the {noun}s{budget}."
        )
    reasons = {
        # A verdict that was on a desk then may have lowered the claim since.
        Study.CloseReason.CONFIDENT: (
            f"a candidate had been within {rate(study.near_delta)} of the best with probability "
            f"{rate(study.target_p_best)} or more through the last tenth of the {noun}s"
        ),
        Study.CloseReason.BUDGET: f"the budget of {plural(study.budget or 0, noun)} is spent",
        Study.CloseReason.EXHAUSTED: "every query that tells candidates apart has its label"
        if is_labelled
        else f"every comparison is judged ({plural(n_verdicts, noun)})",
        Study.CloseReason.LEAD: "a lead closed it",
    }
    return f"Closed: {reasons[Study.CloseReason(study.close_reason or Study.CloseReason.LEAD)]}."
