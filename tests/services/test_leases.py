import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from annotation.exceptions import (
    ConflictError,
    LeaseExpiredError,
    NoComparisonError,
    NotFoundError,
    PermissionDeniedError,
)
from annotation.models import Lease, Membership, SelectionState, Study
from annotation.services.leases import lease_claim, lease_release, lease_renew, lease_show
from annotation.services.verdicts import comparison_skip, verdict_submit
from tests.factories import add_member, expire, judge, make_study, make_user

pytestmark = pytest.mark.django_db


def test_a_reload_returns_the_same_comparison(study, annotator_user):
    first = lease_claim(user=annotator_user, slug=study.slug)
    again = lease_claim(user=annotator_user, slug=study.slug)
    assert again.pk == first.pk
    assert Lease.objects.count() == 1


def test_the_next_comparison_can_be_fetched_while_one_is_held(study, annotator_user):
    first = lease_claim(user=annotator_user, slug=study.slug)
    second = lease_claim(user=annotator_user, slug=study.slug, holding=[first.pk])
    assert second.pk != first.pk
    assert second.comparison_id != first.comparison_id
    assert lease_claim(user=annotator_user, slug=study.slug, holding=[str(first.pk)]).pk == second.pk


def test_nobody_hoards(study, annotator_user):
    held = []
    for _ in range(3):
        held.append(lease_claim(user=annotator_user, slug=study.slug, holding=held).pk)
    with pytest.raises(ConflictError, match="already hold 3"):
        lease_claim(user=annotator_user, slug=study.slug, holding=held)


def test_two_annotators_never_hold_the_same_comparison(lead_user):
    people = [make_user() for _ in range(4)]
    study = make_study(n_queries=2, n_candidates=2, annotators=people)
    leases = [lease_claim(user=person, slug=study.slug) for person in people]
    assert len({lease.comparison_id for lease in leases}) == 4
    latecomer = add_member(study, make_user())
    with pytest.raises(NoComparisonError) as error:
        lease_claim(user=latecomer, slug=study.slug)
    assert error.value.reason == "all_held"


def test_overlap_lets_two_people_judge_one_comparison_and_no_third():
    people = [make_user() for _ in range(3)]
    study = make_study(n_queries=1, n_candidates=1, overlap=2, annotators=people)
    first, second = (lease_claim(user=person, slug=study.slug) for person in people[:2])
    assert first.comparison_id == second.comparison_id
    assert {first.slot, second.slot} == {0, 1}
    with pytest.raises(NoComparisonError):
        lease_claim(user=people[2], slug=study.slug)


def test_overlap_finishes_a_begun_comparison_before_a_new_one():
    first, second = make_user(), make_user()
    study = make_study(overlap=2, annotators=[first, second])
    (verdict,) = judge(first, study, "a")
    assert lease_claim(user=second, slug=study.slug).comparison_id == verdict.comparison_id
    assert lease_claim(user=first, slug=study.slug).comparison_id != verdict.comparison_id


def test_an_expired_comparison_goes_to_the_next_person(study, annotator_user):
    other = add_member(study, make_user())
    SelectionState.objects.all().delete()
    lease = lease_claim(user=annotator_user, slug=study.slug)
    expire(lease)
    assert lease_claim(user=other, slug=study.slug).comparison_id == lease.comparison_id
    lease.refresh_from_db()
    assert (lease.is_active, lease.end_reason) == (False, Lease.EndReason.EXPIRED)
    with pytest.raises(LeaseExpiredError):
        lease_renew(user=annotator_user, lease_id=lease.pk)


def test_a_heartbeat_prolongs(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    Lease.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    renewed = lease_renew(user=annotator_user, lease_id=lease.pk)
    assert renewed.expires_at > timezone.now() + timedelta(minutes=study.lease_minutes - 1)


def test_showing_is_noted_once(study, annotator_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    assert lease.shown_at is None
    first = lease_show(user=annotator_user, lease_id=lease.pk).shown_at
    assert first is not None
    assert lease_show(user=annotator_user, lease_id=lease.pk).shown_at == first


def test_what_is_given_back_is_offered_again(study, annotator_user):
    other = add_member(study, make_user())
    lease = lease_claim(user=annotator_user, slug=study.slug)
    lease_release(user=annotator_user, lease_id=lease.pk)
    assert lease_claim(user=other, slug=study.slug).comparison_id == lease.comparison_id


def test_what_is_skipped_goes_to_others_only():
    first, second = make_user(), make_user()
    study = make_study(n_queries=1, n_candidates=1, annotators=[first, second])
    lease = lease_claim(user=first, slug=study.slug)
    comparison_skip(user=first, lease_id=lease.pk, reason="not my field")
    with pytest.raises(NoComparisonError) as error:
        lease_claim(user=first, slug=study.slug)
    assert error.value.reason == "nothing_left"
    assert lease_claim(user=second, slug=study.slug).comparison_id == lease.comparison_id


@pytest.mark.parametrize(
    ("status", "close_reason", "reason"),
    [
        (Study.Status.DRAFT, "", "draft"),
        (Study.Status.PAUSED, "", "paused"),
        (Study.Status.CLOSED, "lead", "closed"),
        (Study.Status.CLOSED, "confident", "confident"),
        (Study.Status.CLOSED, "budget", "budget"),
        (Study.Status.CLOSED, "exhausted", "nothing_left"),
    ],
)
def test_a_study_that_is_not_open_says_why(study, annotator_user, status, close_reason, reason):
    Study.objects.update(status=status, close_reason=close_reason)
    with pytest.raises(NoComparisonError) as error:
        lease_claim(user=annotator_user, slug=study.slug)
    assert error.value.reason == reason


def test_the_budget_counts_comparisons_on_desks():
    first, second = make_user(), make_user()
    study = make_study(budget=2, annotators=[first, second])
    judge(first, study, "a")
    lease = lease_claim(user=first, slug=study.slug)
    with pytest.raises(NoComparisonError) as error:
        lease_claim(user=second, slug=study.slug)
    assert error.value.reason == "all_held"
    verdict_submit(user=first, lease_id=lease.pk, choice="b")
    with pytest.raises(NoComparisonError) as error:
        lease_claim(user=second, slug=study.slug)
    assert error.value.reason == "budget"


def test_the_stored_ranking_decides_what_comes_next(study, annotator_user):
    query = study.queries.last()
    candidate = study.candidates.get(name="candidate-1")
    row = {"query": query.pk, "candidate": candidate.pk, "score": 0.7, "expected_entropy": 1.1, "reason": "x"}
    SelectionState.objects.update_or_create(study=study, defaults={"version": 9, "ranking": [row]})
    lease = lease_claim(user=annotator_user, slug=study.slug)
    assert (lease.comparison.query_id, lease.comparison.candidate_id) == (query.pk, candidate.pk)
    assert (lease.selection_score, lease.state_version) == (0.7, 9)


def test_the_query_on_the_screen_comes_first_within_the_window(study, annotator_user):
    queries = list(study.queries.all())
    one, two = study.candidates.filter(name__startswith="candidate")[:2]
    pairs = [(queries[0], one), (queries[1], one), (queries[0], two)]
    ranking = [
        {"query": q.pk, "candidate": c.pk, "score": -i, "expected_entropy": None, "reason": ""}
        for i, (q, c) in enumerate(pairs)
    ]
    SelectionState.objects.update_or_create(study=study, defaults={"ranking": ranking})
    first = lease_claim(user=annotator_user, slug=study.slug)
    second = lease_claim(user=annotator_user, slug=study.slug, holding=[first.pk])
    assert second.comparison.candidate_id == two.pk
    Study.objects.update(is_grouping_queries=False)
    lease_release(user=annotator_user, lease_id=second.pk)
    third = lease_claim(user=annotator_user, slug=study.slug, holding=[first.pk])
    assert third.comparison.query_id == queries[1].pk


def test_outsiders_and_viewers_get_nothing(study, outsider_user):
    with pytest.raises(NotFoundError):
        lease_claim(user=outsider_user, slug=study.slug)
    viewer = add_member(study, outsider_user, Membership.Role.VIEWER)
    with pytest.raises(PermissionDeniedError):
        lease_claim(user=viewer, slug=study.slug)


def test_other_peoples_leases_do_not_exist(study, annotator_user, lead_user):
    lease = lease_claim(user=annotator_user, slug=study.slug)
    for call in (lease_renew, lease_show, lease_release):
        with pytest.raises(NotFoundError):
            call(user=lead_user, lease_id=lease.pk)
    with pytest.raises(NotFoundError):
        lease_renew(user=annotator_user, lease_id="no-uuid")


@pytest.mark.django_db(transaction=True)
def test_claims_at_the_same_moment_get_different_comparisons():
    people = [make_user() for _ in range(4)]
    study = make_study(n_queries=3, n_candidates=3, annotators=people)
    found, errors = [], []

    def claim(person):
        try:
            found.append(lease_claim(user=person, slug=study.slug).comparison_id)
        except Exception as error:  # a thread must not die silently
            errors.append(error)
        finally:
            connections.close_all()

    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.fail("threads need a database file: see settings.test")
    threads = [threading.Thread(target=claim, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(set(found)) == len(people)
