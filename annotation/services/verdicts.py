"""Verdicts: given, undone, and comparisons skipped.

Each of these locks the study's row, so counts, consensus and slots never disagree; a refresh is due after
each and is enqueued when the transaction commits.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotation.exceptions import ConflictError, InvalidValueError, LeaseExpiredError, NotFoundError
from annotation.lookups.access import access_lease, access_study, person_id
from annotation.lookups.arrays import consensus_outcome
from annotation.lookups.options import list_options
from annotation.models import AuditEvent, BackgroundRun, Comparison, Lease, Side, Skip, Study, Verdict
from annotation.selection import Outcome
from annotation.services.leases import end_lease, hold
from annotation.services.locks import lock_study
from annotation.services.runs import run_enqueue

if TYPE_CHECKING:
    from annotation.lookups.access import User

CHOICES = ("a", "b", "tie", "both_bad")
STRENGTHS = (1, 2)
LONGEST_COMMENT = 4000
# More labels than this help nobody in a message.
N_NAMED = 20


def label_of(choice: str, lease: Lease) -> str:
    """Return the label that a person chose for the query of a lease.

    Raises
    ------
    InvalidValueError
        For a label that is none of the query's options.
    """
    options = list_options(lease.comparison.study, lease.comparison.query)
    labels = [option.label for option in options]
    if choice not in labels:
        shown = ", ".join(labels[:N_NAMED]) + (f" and {len(labels) - N_NAMED} more" * (len(labels) > N_NAMED))
        raise InvalidValueError(f"choice: {choice!r}, must be one of {shown}")
    return choice


def outcome_of(choice: str, candidate_side: str) -> Outcome:
    """Return what a choice means for the candidate that stood on ``candidate_side``.

    Raises
    ------
    InvalidValueError
        For a choice that is none of ``CHOICES``.
    """
    if choice not in CHOICES:
        raise InvalidValueError(f"choice: {choice!r}, must be one of {', '.join(CHOICES)}")
    if choice not in Side.values:
        return Outcome.DRAW
    return Outcome.WIN if choice == candidate_side else Outcome.LOSS


@transaction.atomic
def verdict_submit(
    *,
    user: User,
    lease_id: uuid.UUID | str,
    choice: str,
    strength: int = 1,
    comment: str = "",
    idempotency_key: uuid.UUID | None = None,
) -> Verdict:
    """Record a verdict on a leased comparison; the same key again returns the same verdict.

    In a labelled study ``choice`` is the right label of the query: one verdict settles the outcomes of all
    candidates. A lease that ran out still counts while nobody else has taken the comparison: work done is
    not thrown away for a slow minute.

    Raises
    ------
    InvalidValueError
        For an unknown choice or strength, or a comment that is too long.
    LeaseExpiredError
        When the comparison has gone back and its verdicts are all taken.
    ConflictError
        When the lease was already judged under another key, or the key was used for another lease.
    """
    lease = access_lease(user=user, lease_id=lease_id)
    study = lock_study(lease.comparison.study_id)
    lease.refresh_from_db()
    key = idempotency_key or uuid.uuid4()
    earlier = Verdict.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        if earlier.lease_id != lease.pk:
            raise ConflictError("This idempotency key was already used for another comparison.")
        return earlier
    is_labelled = study.kind == Study.Kind.LABELLED
    label = label_of(choice, lease) if is_labelled else ""
    # Labels are about the query: what is compared is then the baseline with itself.
    outcome = Outcome.DRAW if is_labelled else outcome_of(choice, lease.candidate_side)
    _check_values(strength, comment)
    _check_still_wanted(lease, study)
    verdict = Verdict.objects.create(
        study=study,
        comparison=lease.comparison,
        annotator_id=person_id(user),
        lease=lease,
        outcome=outcome,
        label=label,
        candidate_side=lease.candidate_side,
        strength=strength,
        is_both_bad=choice == "both_bad" and not is_labelled,
        comment=comment,
        idempotency_key=key,
        selection_score=lease.selection_score,
        state_version=lease.state_version,
        shown_at=lease.shown_at,
        submitted_at=timezone.now(),
    )
    # Also a second lease on it, claimed after this one had run out.
    own = Q(pk=lease.pk) | Q(comparison=lease.comparison, annotator_id=lease.annotator_id, is_active=True)
    Lease.objects.filter(own).update(is_active=False, end_reason=Lease.EndReason.JUDGED)
    _recount(lease.comparison)
    run_enqueue(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study)
    return verdict


def _check_values(strength: int, comment: str) -> None:
    if strength not in STRENGTHS:
        raise InvalidValueError(f"strength: {strength!r}, must be 1 (better) or 2 (much better)")
    if len(comment) > LONGEST_COMMENT:
        raise InvalidValueError(f"comment: {len(comment)} characters, must be at most {LONGEST_COMMENT}")


def _check_still_wanted(lease: Lease, study: Study) -> None:
    """Refuse a verdict on a lease that was judged, or that is over and whose place is taken."""
    if lease.end_reason == Lease.EndReason.JUDGED:
        raise ConflictError("You have already judged this comparison. To change your verdict, undo it first.")
    if lease.end_reason == Lease.EndReason.SKIPPED:
        raise ConflictError("You have skipped this comparison; it has gone to somebody else.")
    comparison = lease.comparison
    if Verdict.standing.filter(comparison=comparison, annotator_id=lease.annotator_id).exists():
        raise ConflictError("You have already judged this comparison. To change your verdict, undo it first.")
    if lease.is_active and lease.expires_at > timezone.now():
        return
    held = Lease.objects.filter(comparison=comparison, is_active=True)
    n_others = held.exclude(annotator_id=lease.annotator_id).count()
    if comparison.n_verdicts + n_others >= study.overlap:
        raise LeaseExpiredError(
            "This comparison was not judged in time and has gone to somebody else. Take the next one."
        )


def _recount(comparison: Comparison) -> None:
    outcomes = list(
        Verdict.standing.filter(comparison=comparison).values_list("outcome", flat=True).order_by("pk")
    )
    comparison.n_verdicts = len(outcomes)
    comparison.outcome = consensus_outcome([outcome for outcome in outcomes if outcome is not None])
    comparison.save(update_fields=["n_verdicts", "outcome"])


@transaction.atomic
def verdict_undo(*, user: User, slug: str, verdict_id: int | None = None) -> Lease | None:
    """Take back one's own last verdict, or, as a lead, the verdict ``verdict_id`` of anybody.

    Returns
    -------
    Lease or None
        A fresh lease on the same comparison with the same sides, when the verdict was one's own.

    Raises
    ------
    NotFoundError
        When there is nothing to undo.
    PermissionDeniedError
        When an annotator names somebody else's verdict.
    """
    study = access_study(user=user, slug=slug, need="annotator")
    standing = Verdict.standing.filter(study=study).select_related("comparison__study")
    mine = standing.filter(annotator_id=user.pk).order_by("-pk")
    if verdict_id is not None and not mine.filter(pk=verdict_id).exists():
        access_study(user=user, slug=slug, need="lead")
        mine = standing
    lock_study(study.pk)
    verdict = (mine if verdict_id is None else mine.filter(pk=verdict_id)).first()
    if verdict is None:
        raise NotFoundError("There is no verdict to undo.")
    _retract(verdict, user)
    run_enqueue(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study)
    if verdict.annotator_id != user.pk:
        AuditEvent.objects.create(
            study=study, actor_id=user.pk, action="verdict_undo", details={"verdict": verdict.pk}
        )
        return None
    return hold(
        verdict.comparison,
        user=user,
        side=verdict.candidate_side,
        score=verdict.selection_score,
        state_version=verdict.state_version,
    )


def _retract(verdict: Verdict, user: User) -> None:
    retraction = Verdict.objects.create(
        study_id=verdict.study_id,
        comparison=verdict.comparison,
        annotator_id=person_id(user),
        outcome=None,
        candidate_side=verdict.candidate_side,
        submitted_at=timezone.now(),
    )
    verdict.superseded_by = retraction
    verdict.save(update_fields=["superseded_by"])
    _recount(verdict.comparison)


@transaction.atomic
def comparison_skip(*, user: User, lease_id: uuid.UUID | str, reason: str = "") -> None:
    """Give a comparison to others and never offer it to this person again.

    Raises
    ------
    ConflictError
        When it was already judged.
    """
    lease = access_lease(user=user, lease_id=lease_id)
    lock_study(lease.comparison.study_id)
    lease.refresh_from_db()
    if lease.end_reason == Lease.EndReason.JUDGED:
        raise ConflictError("You have already judged this comparison. To skip it, undo your verdict first.")
    Skip.objects.update_or_create(
        comparison=lease.comparison, annotator_id=user.pk, defaults={"reason": reason[:300]}
    )
    end_lease(lease, Lease.EndReason.SKIPPED)
