"""When a study closes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Min
from django.utils import timezone

from annotation.models import PosteriorSnapshot, SelectionState, Study, Verdict
from annotation.selection.stopping import has_held, is_reached

if TYPE_CHECKING:
    from annotation.lookups.arrays import StudyArrays
    from annotation.selection import Estimate


def stop_reason(study: Study, arrays: StudyArrays, estimate: Estimate, *, n_free: int) -> str:
    """Return why the study should end now, or an empty text.

    P(best within delta) has held at its target; the budget is spent; or nothing is left to ask. When labels
    are imported there may be nothing to ask from the start.
    """
    if arrays.labels and not n_free and not arrays.n_given:
        return Study.CloseReason.EXHAUSTED
    if _is_confident(study, arrays, float(estimate.p_near_best[estimate.best])):
        return Study.CloseReason.CONFIDENT
    if study.budget is not None and arrays.n_given >= study.budget:
        return Study.CloseReason.BUDGET
    is_overlap_open = study.comparisons.filter(n_verdicts__gt=0, n_verdicts__lt=study.overlap).exists()
    return Study.CloseReason.EXHAUSTED if not n_free and not is_overlap_open else ""


def _is_confident(study: Study, arrays: StudyArrays, claim: float) -> bool:
    """Say whether the claim, looked at after each refresh, has held; see ``has_held``.

    Counted in what people gave: imported labels are one look, and no moment to choose.
    """
    n_imported = arrays.n_verdicts - arrays.n_given
    first = max(1, n_imported, study.claims_from)
    if arrays.n_verdicts < first or not is_reached(claim, study.target_p_best):
        return False
    before = PosteriorSnapshot.objects.filter(
        study=study, n_verdicts__gte=first, n_verdicts__lt=arrays.n_verdicts
    )
    looks = [*before.order_by("n_verdicts").values_list("n_verdicts", "p_near_best")]
    verdicts, claims = zip(*looks, (arrays.n_verdicts, claim), strict=True)
    given = np.array(verdicts) - n_imported
    return bool(has_held(given, np.array(claims, dtype=np.float64), study.target_p_best)[-1])


def apply_stop_rule(study: Study, arrays: StudyArrays, estimate: Estimate, *, n_free: int) -> None:
    """Close an open study that has a reason to end."""
    if study.status != Study.Status.OPEN:
        return
    reason = stop_reason(study, arrays, estimate, n_free=n_free)
    if reason:
        study.status = Study.Status.CLOSED
        study.close_reason = reason
        study.closed_at = timezone.now()
        study.save(update_fields=["status", "close_reason", "closed_at"])


def forget_claims(study: Study, state: SelectionState, arrays: StudyArrays, *, is_same: bool) -> None:
    """Take claims out of the time line that say nothing about the study as it is now.

    Parameters
    ----------
    study
        Locked by the caller.
    state
        As stored by the refresh before this one.
    arrays
        What this refresh read.
    is_same
        Whether settings and responses are those of the refresh before; if not, no claim is kept.
    """
    snapshots = PosteriorSnapshot.objects.filter(study=study)
    snapshots.filter(n_verdicts__gt=arrays.n_verdicts).delete()
    if not is_same:
        snapshots.update(p_near_best=None)
    else:
        newest = arrays.last_verdict_id
        taken_back = Verdict.objects.filter(
            study=study, superseded_by_id__gt=state.last_verdict_id, superseded_by_id__lte=newest
        )
        oldest = taken_back.aggregate(oldest=Min("pk"))["oldest"]
        if oldest is not None:
            n_newer = Verdict.standing.filter(study=study, pk__gt=oldest, pk__lte=newest).count()
            snapshots.filter(n_verdicts__gt=arrays.n_verdicts - n_newer).update(p_near_best=None)
    if study.claims_from > arrays.n_verdicts + 1:
        study.claims_from = arrays.n_verdicts + 1
        study.save(update_fields=["claims_from"])
