"""What an annotator's page shows: the comparison, without names, and how far the study is."""

from __future__ import annotations

import hashlib
import hmac
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotation.lookups.arrays import pool_arrays, queries_to_label
from annotation.lookups.options import LabelOption, list_options
from annotation.models import Lease, Response, Side, Study, Verdict

if TYPE_CHECKING:
    from annotation.lookups.access import User

# Pauses are not work: longer than this between showing and verdict says nothing about pace.
LONGEST_JUDGING = timedelta(minutes=10)
PACE_WINDOW = 50


@dataclass(frozen=True)
class ComparisonView:
    """One comparison as an annotator may see it: texts and sides, no name and no key of a candidate."""

    lease_id: str
    query_turns: list[str]
    a_turns: list[str]
    b_turns: list[str]
    category: str
    reference: str
    expires_at: datetime


@dataclass(frozen=True)
class LabelView:
    """One query to label: its text and options, and nothing of what any candidate chose.

    ``query_turns`` is empty when no text was imported: people then only have ``query_id``.
    """

    lease_id: str
    query_id: str
    query_turns: list[str]
    options: list[LabelOption]
    category: str
    expires_at: datetime


@dataclass(frozen=True)
class Progress:
    """How far the study is and how much of it was this person.

    ``minutes_left`` is the person's own median pace times the verdicts left, ``None`` before the first
    verdict; ``n_wanted`` is the budget, or all comparisons when there is none.
    """

    n_verdicts: int
    n_wanted: int
    n_mine: int
    n_mine_today: int
    minutes_left: float | None
    can_undo: bool


def candidate_side(*, study: Study, user_id: int, query_id: int, candidate_id: int) -> Side:
    """Return where the candidate stands: a keyed hash, so that it is random, stable and not to be guessed."""
    message = f"{user_id}:{query_id}:{candidate_id}".encode()
    digest = hmac.new(bytes.fromhex(study.secret), message, hashlib.sha256).digest()
    return Side.A if digest[0] & 1 else Side.B


def get_comparison(lease: Lease) -> ComparisonView:
    """Return the texts of a lease, the candidate on the side that the lease recorded."""
    comparison = lease.comparison
    query, study = comparison.query, comparison.study
    responses = Response.objects.filter(
        query=query, candidate_id__in=[comparison.candidate_id, study.baseline_id]
    )
    turns = {response.candidate_id: response.turns for response in responses}
    candidate = turns.get(comparison.candidate_id, [])
    baseline = turns.get(study.baseline_id or 0, [])
    a_turns, b_turns = (candidate, baseline) if lease.candidate_side == Side.A else (baseline, candidate)
    return ComparisonView(
        lease_id=str(lease.pk),
        query_turns=query.turns,
        a_turns=a_turns,
        b_turns=b_turns,
        category=query.category,
        reference=query.reference,
        expires_at=lease.expires_at,
    )


def get_label_view(lease: Lease) -> LabelView:
    """Return the query of a lease of a labelled study."""
    query = lease.comparison.query
    return LabelView(
        lease_id=str(lease.pk),
        query_id=query.external_id,
        query_turns=query.turns,
        options=list_options(lease.comparison.study, query),
        category=query.category,
        expires_at=lease.expires_at,
    )


def n_comparisons(study: Study) -> int:
    """Return how many comparisons of the study could be judged, or, labelled, how many queries labelled."""
    if not study.baseline_id:
        return 0
    if study.kind == Study.Kind.LABELLED:
        return len(queries_to_label(study))
    return int(pool_arrays(study).is_askable.sum())


def get_progress(*, study: Study, user: User) -> Progress:
    """Return the numbers of the page's header."""
    standing = Verdict.standing.filter(study=study)
    n_verdicts = standing.count()
    n_wanted = n_comparisons(study) * study.overlap
    if study.budget is not None:
        n_wanted = min(n_wanted, study.budget)
    mine = standing.filter(annotator_id=user.pk)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    n_mine = mine.count()
    pace = _median_pace(study=study, user=user)
    minutes_left = None if pace is None else max(0, n_wanted - n_verdicts) * pace.total_seconds() / 60
    return Progress(
        n_verdicts=n_verdicts,
        n_wanted=n_wanted,
        n_mine=n_mine,
        n_mine_today=mine.filter(submitted_at__gte=today).count(),
        minutes_left=minutes_left,
        can_undo=n_mine > 0,
    )


def _median_pace(*, study: Study, user: User) -> timedelta | None:
    recent = (
        Verdict.standing.filter(study=study, annotator_id=user.pk, shown_at__isnull=False)
        .order_by("-pk")
        .values_list("shown_at", "submitted_at")[:PACE_WINDOW]
    )
    seconds = [
        (submitted - shown).total_seconds()
        for shown, submitted in recent
        if shown is not None and submitted - shown <= LONGEST_JUDGING
    ]
    return timedelta(seconds=statistics.median(seconds)) if seconds else None


def count_verdicts(studies: QuerySet[Study], *, user: User) -> QuerySet[Study]:
    """Return the studies, each with ``n_standing`` verdicts of all and ``n_mine`` of the person."""

    def count(**who: int | None) -> Coalesce:
        of_study = Verdict.standing.filter(study=OuterRef("pk"), **who).order_by().values("study")
        return Coalesce(Subquery(of_study.annotate(n=Count("pk")).values("n")), 0)

    return studies.annotate(n_standing=count(), n_mine=count(annotator_id=user.pk))
