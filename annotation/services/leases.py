"""Claiming, keeping and giving back comparisons.

Claims of one study are serialised by the lock on its row: two annotators never hold the same comparison
unless overlap asks for it. The unique constraint over active slots would refuse what slipped through.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from annotation.exceptions import ConflictError, LeaseExpiredError, NoComparisonError
from annotation.lookups.access import access_lease, access_study, person_id
from annotation.lookups.judging import candidate_side
from annotation.lookups.queue import Pick, list_picks
from annotation.models import Comparison, Lease, Study, Verdict
from annotation.services.locks import lock_study

if TYPE_CHECKING:
    from annotation.lookups.access import User

# The comparison on the screen, the prefetched one, and one more for a second tab.
MAX_LEASES_PER_PERSON = 3

END_STATES = {
    Study.Status.DRAFT: ("draft", "This study is still being set up."),
    Study.Status.PAUSED: ("paused", "The lead has paused this study. Your verdicts are kept."),
}
CLOSE_STATES = {
    Study.CloseReason.CONFIDENT: (
        "confident",
        "The study is sure enough which candidate is best. Thank you.",
    ),
    Study.CloseReason.BUDGET: ("budget", "Every verdict of the budget has been given. Thank you."),
    Study.CloseReason.EXHAUSTED: ("nothing_left", "Every comparison has been judged. Thank you."),
    Study.CloseReason.LEAD: ("closed", "The lead has closed this study. Thank you for your verdicts."),
}


def expire_leases(study: Study) -> int:
    """End the study's leases whose time is over; returns how many."""
    return Lease.objects.filter(
        comparison__study=study, is_active=True, expires_at__lte=timezone.now()
    ).update(is_active=False, end_reason=Lease.EndReason.EXPIRED)


def _check_open(study: Study) -> None:
    if study.status == Study.Status.OPEN:
        return
    if study.status == Study.Status.CLOSED:
        reason, words = CLOSE_STATES[Study.CloseReason(study.close_reason or Study.CloseReason.LEAD)]
    else:
        reason, words = END_STATES[Study.Status(study.status)]
    raise NoComparisonError(words, reason=reason)


def _check_budget(study: Study) -> None:
    """Refuse when verdicts and leases together already take up the budget."""
    if study.budget is None:
        return
    n_verdicts = Verdict.standing.filter(study=study).count()
    if n_verdicts >= study.budget:
        raise NoComparisonError(CLOSE_STATES[Study.CloseReason.BUDGET][1], reason="budget")
    n_held = Lease.objects.filter(comparison__study=study, is_active=True).count()
    if n_verdicts + n_held >= study.budget:
        raise NoComparisonError(
            "The last comparisons of the budget are on other desks. If one is given back it comes to you.",
            reason="all_held",
        )


@transaction.atomic
def lease_claim(*, user: User, slug: str, holding: Collection[str | uuid.UUID] = ()) -> Lease:
    """Return a comparison for this person to judge.

    A person who already holds one gets that one again (reload, second tab), unless it is named in
    ``holding``: so a page can fetch the next while one is on the screen.

    Raises
    ------
    NoComparisonError
        With ``reason`` one of draft, paused, closed, confident, budget, nothing_left, all_held.
    ConflictError
        When the person already holds ``MAX_LEASES_PER_PERSON`` comparisons.

    Notes
    -----
    Locks the study's row.
    """
    study = lock_study(access_study(user=user, slug=slug, need="annotator").pk)
    expire_leases(study)
    mine = list(
        Lease.objects.filter(comparison__study=study, annotator_id=user.pk, is_active=True)
        .select_related("comparison__study", "comparison__query")
        .order_by("claimed_at")
    )
    held = {str(key) for key in holding}
    for lease in mine:
        if str(lease.pk) not in held:
            return _renew(lease)
    _check_open(study)
    if len(mine) >= MAX_LEASES_PER_PERSON:
        raise ConflictError(
            f"You already hold {len(mine)} comparisons, the most is {MAX_LEASES_PER_PERSON}: "
            "judge or skip one first."
        )
    _check_budget(study)
    picks, is_waiting = list_picks(study=study, user=user)
    if not picks:
        if is_waiting:
            raise NoComparisonError(
                "The last comparisons are on other desks. If one is given back it comes to you.",
                reason="all_held",
            )
        raise NoComparisonError(
            "There is nothing left that you could judge. Thank you.", reason="nothing_left"
        )
    return _create_lease(study=study, user=user, pick=picks[0])


def _create_lease(*, study: Study, user: User, pick: Pick) -> Lease:
    comparison, _ = Comparison.objects.get_or_create(
        study=study, query_id=pick.query_id, candidate_id=pick.candidate_id
    )
    side = candidate_side(
        study=study, user_id=person_id(user), query_id=pick.query_id, candidate_id=pick.candidate_id
    )
    return hold(comparison, user=user, side=side, score=pick.score, state_version=pick.state_version)


def hold(comparison: Comparison, *, user: User, side: str, score: float | None, state_version: int) -> Lease:
    """Create a lease in the comparison's first free slot; the caller holds the study's lock."""
    study = comparison.study
    taken = set(Lease.objects.filter(comparison=comparison, is_active=True).values_list("slot", flat=True))
    now = timezone.now()
    return Lease.objects.create(
        comparison=comparison,
        annotator_id=person_id(user),
        slot=next(slot for slot in range(len(taken) + 1) if slot not in taken),
        candidate_side=side,
        selection_score=score,
        state_version=state_version,
        claimed_at=now,
        expires_at=now + timedelta(minutes=study.lease_minutes),
    )


def _renew(lease: Lease) -> Lease:
    lease.expires_at = timezone.now() + timedelta(minutes=lease.comparison.study.lease_minutes)
    lease.save(update_fields=["expires_at"])
    return lease


def check_active(lease: Lease) -> None:
    """Raise ``LeaseExpiredError`` unless the lease still holds its comparison."""
    if not lease.is_active or lease.expires_at <= timezone.now():
        raise LeaseExpiredError(
            "This comparison went back to the queue, because it was not judged in time or was given back. "
            "Take the next one."
        )


@transaction.atomic
def lease_renew(*, user: User, lease_id: uuid.UUID | str) -> Lease:
    """Keep a comparison for another lease time (heartbeat).

    Raises
    ------
    LeaseExpiredError
        When it has already gone back to the queue.
    """
    lease = access_lease(user=user, lease_id=lease_id)
    check_active(lease)
    return _renew(lease)


@transaction.atomic
def lease_show(*, user: User, lease_id: uuid.UUID | str) -> Lease:
    """Note when the comparison first came onto the screen, and renew it.

    Raises
    ------
    LeaseExpiredError
        When it has already gone back to the queue.
    """
    lease = access_lease(user=user, lease_id=lease_id)
    check_active(lease)
    if lease.shown_at is None:
        lease.shown_at = timezone.now()
        lease.save(update_fields=["shown_at"])
    return _renew(lease)


@transaction.atomic
def lease_release(*, user: User, lease_id: uuid.UUID | str) -> None:
    """Give a comparison back to the queue; one that is already back stays there."""
    lease = access_lease(user=user, lease_id=lease_id)
    end_lease(lease, Lease.EndReason.RELEASED)


def end_lease(lease: Lease, reason: str) -> None:
    """End an active lease; one that has ended keeps its first reason."""
    Lease.objects.filter(pk=lease.pk, is_active=True).update(is_active=False, end_reason=reason)
