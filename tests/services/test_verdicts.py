import uuid

import pytest

from annotation.exceptions import (
    ConflictError,
    InvalidValueError,
    LeaseExpiredError,
    NotFoundError,
    PermissionDeniedError,
)
from annotation.models import BackgroundRun, Lease, Verdict
from annotation.selection import Outcome
from annotation.services.leases import lease_claim, lease_show
from annotation.services.verdicts import comparison_skip, outcome_of, verdict_submit, verdict_undo
from tests.factories import add_member, expire, judge, make_study, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("choice", "side", "outcome"),
    [
        ("a", "a", Outcome.WIN),
        ("a", "b", Outcome.LOSS),
        ("b", "a", Outcome.LOSS),
        ("b", "b", Outcome.WIN),
        ("tie", "a", Outcome.DRAW),
        ("both_bad", "b", Outcome.DRAW),
    ],
)
def test_a_choice_is_seen_from_the_candidates_side(choice, side, outcome):
    assert outcome_of(choice, side) == outcome


def test_a_verdict_is_stored_with_its_circumstances(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    lease = lease_show(user=annotator_user, lease_id=lease.pk)
    verdict = verdict_submit(
        user=annotator_user, lease_id=lease.pk, choice="both_bad", strength=2, comment="wrong dates"
    )
    verdict.refresh_from_db()
    assert (verdict.outcome, verdict.is_both_bad, verdict.strength) == (Outcome.DRAW, True, 2)
    assert verdict.comment == "wrong dates"
    assert verdict.candidate_side == lease.candidate_side
    assert verdict.shown_at == lease.shown_at
    lease.refresh_from_db()
    assert (lease.is_active, lease.end_reason) == (False, Lease.EndReason.JUDGED)
    comparison = lease.comparison
    comparison.refresh_from_db()
    assert (comparison.n_verdicts, comparison.outcome) == (1, Outcome.DRAW)


def test_the_same_key_twice_is_one_verdict(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    key = uuid.uuid4()
    first = verdict_submit(user=annotator_user, lease_id=lease.pk, choice="a", idempotency_key=key)
    again = verdict_submit(user=annotator_user, lease_id=lease.pk, choice="a", idempotency_key=key)
    assert again.pk == first.pk
    assert Verdict.objects.count() == 1


def test_a_key_is_not_used_for_two_comparisons(study, annotator_user):
    key = uuid.uuid4()
    first = lease_claim(user=annotator_user, slug=study.slug)
    verdict_submit(user=annotator_user, lease_id=first.pk, choice="a", idempotency_key=key)
    second = lease_claim(user=annotator_user, slug=study.slug)
    with pytest.raises(ConflictError, match="already used"):
        verdict_submit(user=annotator_user, lease_id=second.pk, choice="a", idempotency_key=key)


def test_a_second_verdict_on_one_lease_is_refused(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    verdict_submit(user=annotator_user, lease_id=lease.pk, choice="a")
    with pytest.raises(ConflictError, match="undo it first"):
        verdict_submit(user=annotator_user, lease_id=lease.pk, choice="b")
    assert Verdict.objects.count() == 1


def test_a_late_verdict_counts_while_nobody_else_took_the_comparison(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    expire(lease)
    assert verdict_submit(user=annotator_user, lease_id=lease.pk, choice="a").pk


def test_a_late_verdict_is_refused_once_somebody_else_has_the_comparison():
    slow, quick = make_user(), make_user()
    study = make_study(n_queries=1, n_candidates=1, annotators=[slow, quick])
    lease = lease_claim(user=slow, slug=study.slug)
    expire(lease)
    lease_claim(user=quick, slug=study.slug)
    with pytest.raises(LeaseExpiredError, match="somebody else"):
        verdict_submit(user=slow, lease_id=lease.pk, choice="a")
    assert not Verdict.objects.exists()


def test_a_late_verdict_counts_although_the_same_person_has_claimed_again(annotator_user):
    study = make_study(n_queries=1, n_candidates=1, annotators=[annotator_user])
    late = lease_claim(user=annotator_user, slug=study.slug)
    expire(late)
    again = lease_claim(user=annotator_user, slug=study.slug)
    assert again.comparison_id == late.comparison_id
    verdict_submit(user=annotator_user, lease_id=late.pk, choice="a")
    assert Verdict.standing.count() == 1
    with pytest.raises(ConflictError, match="already judged"):
        verdict_submit(user=annotator_user, lease_id=again.pk, choice="b")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"choice": "c"}, "choice: 'c', must be one of a, b, tie, both_bad"),
        ({"choice": "a", "strength": 3}, "strength: 3"),
        ({"choice": "a", "comment": "x" * 4001}, "4001 characters"),
    ],
)
def test_bad_values_are_named_and_nothing_is_stored(study, annotator_user, fields, words):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    with pytest.raises(InvalidValueError, match=words):
        verdict_submit(user=annotator_user, lease_id=lease.pk, **fields)
    assert not Verdict.objects.exists()
    lease.refresh_from_db()
    assert lease.is_active


def test_other_peoples_leases_cannot_be_judged(study, annotator_user, lead_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    with pytest.raises(NotFoundError):
        verdict_submit(user=lead_user, lease_id=lease.pk, choice="a")


def test_undo_appends_and_returns_the_same_comparison_with_the_same_sides(study, annotator_user):
    (verdict,) = judge(annotator_user, study, "a")
    lease = verdict_undo(user=annotator_user, slug=study.slug)
    assert lease.comparison_id == verdict.comparison_id
    assert lease.candidate_side == verdict.candidate_side
    verdict.refresh_from_db()
    retraction = verdict.superseded_by
    assert retraction.outcome is None
    assert Verdict.objects.count() == 2
    assert not Verdict.standing.exists()
    lease.comparison.refresh_from_db()
    assert (lease.comparison.n_verdicts, lease.comparison.outcome) == (0, None)
    verdict_submit(user=annotator_user, lease_id=lease.pk, choice="b")
    assert Verdict.standing.get().outcome == Outcome.WIN + Outcome.LOSS - verdict.outcome


def test_undo_goes_back_one_verdict_at_a_time(study, annotator_user):
    first, second = judge(annotator_user, study, "a", "b")
    assert verdict_undo(user=annotator_user, slug=study.slug).comparison_id == second.comparison_id
    assert verdict_undo(user=annotator_user, slug=study.slug).comparison_id == first.comparison_id
    with pytest.raises(NotFoundError, match="no verdict to undo"):
        verdict_undo(user=annotator_user, slug=study.slug)


def test_a_lead_can_undo_anybodys_verdict(study, annotator_user, lead_user):
    first, second = judge(annotator_user, study, "a", "b")
    assert verdict_undo(user=lead_user, slug=study.slug, verdict_id=first.pk) is None
    assert list(Verdict.standing.all()) == [second]
    assert study.audit_events.get().details == {"verdict": first.pk}


def test_an_annotator_cannot_undo_somebody_elses_verdict(study, annotator_user):
    other = add_member(study, make_user())
    (verdict,) = judge(annotator_user, study, "a")
    with pytest.raises(PermissionDeniedError):
        verdict_undo(user=other, slug=study.slug, verdict_id=verdict.pk)
    assert Verdict.standing.count() == 1


def test_the_consensus_of_two_who_disagree_is_a_draw():
    people = [make_user(), make_user()]
    study = make_study(n_queries=1, n_candidates=1, overlap=2, annotators=people)
    for person, wanted in zip(people, (Outcome.WIN, Outcome.LOSS), strict=True):
        lease = lease_claim(user=person, slug=study.slug)
        other_side = "b" if lease.candidate_side == "a" else "a"
        choice = lease.candidate_side if wanted == Outcome.WIN else other_side
        verdict_submit(user=person, lease_id=lease.pk, choice=choice)
    comparison = study.comparisons.get()
    assert (comparison.n_verdicts, comparison.outcome) == (2, Outcome.DRAW)


def test_many_verdicts_wait_for_one_refresh(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie")
    runs = BackgroundRun.objects.filter(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study)
    assert runs.get().status == BackgroundRun.Status.QUEUED


def test_a_judged_comparison_cannot_be_skipped(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    verdict_submit(user=annotator_user, lease_id=lease.pk, choice="a")
    with pytest.raises(ConflictError):
        comparison_skip(user=annotator_user, lease_id=lease.pk)
